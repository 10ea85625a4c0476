"""API clients of Studio: their credentials, shown once, and from where they may call."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from reelpress.console.access import Admin, Viewer
from reelpress.console.route import PageRoute
from reelpress.console.view import page
from reelpress.platform.auth import Principal
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from reelpress.platform.web import PlatformDep
from reelpress.studio.clients import service, store
from reelpress.studio.clients.model import Credentials

HOME = "/console/clients"
LONGEST_NAME = 100

Text = Annotated[str, Form()]
Switch = Annotated[bool, Form()]

router = APIRouter(prefix=HOME, route_class=PageRoute)


@router.get("")
async def index(request: Request, platform: PlatformDep, principal: Viewer) -> Response:
    """Every client, the revoked ones too."""
    return await _list(request, platform, principal)


@router.post("")
async def create(
    request: Request,
    platform: PlatformDep,
    principal: Admin,
    name: Text = "",
    ip_allow: Text = "",
    api_key: Switch = False,
    allow_get_token: Switch = False,
) -> Response:
    """Make a client; the answer is the only page that ever shows its secret."""
    try:
        async with platform.db.transaction() as conn:
            made = await service.create(
                conn,
                platform,
                principal,
                name=_name(name),
                ip_allow=_entries(ip_allow),
                allow_get_token=allow_get_token,
                with_api_key=api_key,
            )
    except Refusal as refusal:
        typed = {"name": name, "ip_allow": ip_allow, "api_key": api_key, "allow_get_token": allow_get_token}
        return await _list(request, platform, principal, fault=refusal, typed=typed)
    return await _list(request, platform, principal, made=made)


@router.get("/{client_id}")
async def detail(request: Request, platform: PlatformDep, principal: Viewer, client_id: UUID) -> Response:
    """One client."""
    return await _detail(request, platform, principal, client_id)


@router.post("/{client_id}")
async def change(
    request: Request,
    platform: PlatformDep,
    principal: Admin,
    client_id: UUID,
    name: Text = "",
    ip_allow: Text = "",
    allow_get_token: Switch = False,
) -> Response:
    """Keep name, allow-list and switches."""
    try:
        async with platform.db.transaction() as conn:
            await service.change(
                conn,
                principal,
                client_id,
                name=_name(name),
                ip_allow=_entries(ip_allow),
                allow_get_token=allow_get_token,
            )
    except Refusal as refusal:
        typed = {"name": name, "ip_allow": ip_allow, "allow_get_token": allow_get_token}
        return await _detail(request, platform, principal, client_id, fault=refusal, typed=typed)
    return RedirectResponse(f"{HOME}/{client_id}", status_code=303)


@router.post("/{client_id}/rotate")
async def rotate(
    request: Request, platform: PlatformDep, principal: Admin, client_id: UUID, api_key: Switch = False
) -> Response:
    """New credentials, shown this once; the old ones end."""
    try:
        async with platform.db.transaction() as conn:
            made = await service.rotate(conn, platform, principal, client_id, with_api_key=api_key)
    except Refusal as refusal:
        return await _detail(request, platform, principal, client_id, fault=refusal)
    return await _detail(request, platform, principal, client_id, made=made)


@router.post("/{client_id}/revoke")
async def revoke(request: Request, platform: PlatformDep, principal: Admin, client_id: UUID) -> Response:
    """End the client and its tokens."""
    try:
        async with platform.db.transaction() as conn:
            await service.revoke(conn, platform, principal, client_id)
    except Refusal as refusal:
        return await _detail(request, platform, principal, client_id, fault=refusal)
    return RedirectResponse(f"{HOME}/{client_id}", status_code=303)


async def _list(
    request: Request,
    platform: Platform,
    principal: Principal,
    *,
    made: Credentials | None = None,
    fault: Refusal | None = None,
    typed: dict[str, Any] | None = None,
) -> Response:
    async with platform.db.connection() as conn:
        found = await store.clients(conn, principal.workspace_id)
    return page(
        request,
        "clients/index.html",
        principal,
        status=fault.status if fault else 201 if made else 200,
        clients=found,
        made=made,
        fault=fault,
        typed=typed or {"name": "", "ip_allow": "", "api_key": True, "allow_get_token": False},
        public_url=platform.settings.public_url,
    )


async def _detail(
    request: Request,
    platform: Platform,
    principal: Principal,
    client_id: UUID,
    *,
    made: Credentials | None = None,
    fault: Refusal | None = None,
    typed: dict[str, Any] | None = None,
) -> Response:
    async with platform.db.connection() as conn:
        client = await service.one(conn, principal.workspace_id, client_id)
    stored = {
        "name": client.name,
        "ip_allow": "\n".join(client.ip_allow),
        "allow_get_token": client.allow_get_token,
    }
    return page(
        request,
        "clients/detail.html",
        principal,
        status=fault.status if fault else 200,
        client=client,
        made=made,
        fault=fault,
        typed=typed or stored,
        public_url=platform.settings.public_url,
    )


def _name(name: str) -> str:
    clean = name.strip()
    if not clean or len(clean) > LONGEST_NAME or not clean.isprintable():
        raise Refusal(
            422, "bad_name", f"a name has 1 to {LONGEST_NAME} characters", field="name", fix="type a name"
        )
    return clean


def _entries(text: str) -> list[str]:
    """One address or network a line, or with commas."""
    return [entry for entry in text.replace(",", " ").split() if entry]
