"""Assets: what was uploaded, what a template is made of, and what it still misses."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from reelpress.console.access import Marketer, Viewer
from reelpress.console.route import PageRoute
from reelpress.console.uploads import receive_assets
from reelpress.console.view import page
from reelpress.platform.auth import Principal
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from reelpress.platform.web import PlatformDep
from reelpress.studio.assets import service, store
from reelpress.studio.assets.faults import AssetRefusal
from reelpress.studio.assets.model import MEDIA_KINDS, Asset

HOME = "/console/assets"
KINDS = {"mlt": "Templates", "video": "Videos", "image": "Images", "audio": "Sounds", "font": "Fonts"}

router = APIRouter(prefix=HOME, route_class=PageRoute)


@router.get("")
async def index(request: Request, platform: PlatformDep, principal: Viewer, kind: str = "") -> Response:
    """Newest first, all or of one kind."""
    return await _list(request, platform, principal, kind)


@router.post("")
async def upload(request: Request, platform: PlatformDep, principal: Marketer) -> Response:
    """Take files in; a template leads to its page, where missing files are named."""
    try:
        made = await receive_assets(request, platform, principal)
    except Refusal as refusal:
        return await _list(request, platform, principal, "", fault=refusal)
    place = f"{HOME}/{made[0].id}" if made[0].kind == "mlt" or len(made) == 1 else HOME
    if request.headers.get("hx-request"):
        return Response(status_code=204, headers={"HX-Redirect": place})
    return RedirectResponse(place, status_code=303)


@router.get("/{asset_id}")
async def detail(request: Request, platform: PlatformDep, principal: Viewer, asset_id: UUID) -> Response:
    """One asset; of a template its layers and what it names."""
    return await _detail(request, platform, principal, asset_id)


@router.post("/{asset_id}/resources")
async def choose_resource(
    request: Request,
    platform: PlatformDep,
    principal: Marketer,
    asset_id: UUID,
    resource: Annotated[str, Form()],
    chosen: Annotated[UUID, Form()],
) -> Response:
    """Let an asset stand for what the template names."""
    try:
        async with platform.db.transaction() as conn:
            await service.choose_resource(conn, principal, asset_id, resource, chosen)
    except Refusal as refusal:
        return await _detail(request, platform, principal, asset_id, fault=refusal)
    return RedirectResponse(f"{HOME}/{asset_id}#resources", status_code=303)


@router.post("/{asset_id}/delete")
async def delete(request: Request, platform: PlatformDep, principal: Marketer, asset_id: UUID) -> Response:
    """Delete what nothing uses."""
    try:
        await service.remove(platform, principal, asset_id)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return await _detail(request, platform, principal, asset_id, fault=refusal)
    return RedirectResponse(HOME, status_code=303)


async def _list(
    request: Request, platform: Platform, principal: Principal, kind: str, fault: Refusal | None = None
) -> Response:
    chosen = kind if kind in KINDS else None
    async with platform.db.connection() as conn:
        found = await store.newest(conn, principal.workspace_id, chosen, service.MAX_LISTED)
        links = await store.links(conn, principal.workspace_id, _templates(found))
    missing = {link.template_id for link in links if link.asset_id is None}
    quick = bool(request.headers.get("hx-request"))
    return page(
        request,
        "assets/upload.html" if quick else "assets/index.html",
        principal,
        status=fault.status if fault else 200,
        assets=found,
        incomplete=missing,
        kind=chosen or "",
        kinds=KINDS,
        fault=fault,
        details=fault.details if isinstance(fault, AssetRefusal) else [],
    )


async def _detail(
    request: Request, platform: Platform, principal: Principal, asset_id: UUID, fault: Refusal | None = None
) -> Response:
    async with platform.db.connection() as conn:
        asset = await service.one(conn, principal.workspace_id, asset_id)
        links = await store.links(conn, principal.workspace_id, _templates([asset]))
        chosen = await store.assets_by_id(
            conn, principal.workspace_id, [link.asset_id for link in links if link.asset_id]
        )
        media = await store.newest(conn, principal.workspace_id, None, service.MAX_LISTED) if links else []
        users = await store.users_of(conn, principal.workspace_id, asset_id)
    return page(
        request,
        "assets/detail.html",
        principal,
        status=fault.status if fault else 200,
        asset=asset,
        links=links,
        chosen=chosen,
        media=[one for one in media if one.kind in MEDIA_KINDS],
        users=users,
        kinds=KINDS,
        fault=fault,
    )


def _templates(found: list[Asset]) -> list[UUID]:
    return [asset.id for asset in found if asset.kind == "mlt"]
