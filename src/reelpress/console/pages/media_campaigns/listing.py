"""The list of media campaigns; make one, rename it, put it away."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from reelpress.console.access import Marketer, Viewer
from reelpress.console.pages.media_campaigns.frame import HOME
from reelpress.console.route import PageRoute
from reelpress.console.view import page
from reelpress.platform.auth import Principal
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from reelpress.platform.web import PlatformDep
from reelpress.studio.campaigns import service, store
from reelpress.studio.campaigns.model import Definition

MAX_LISTED = 500
LONGEST_NAME = 200

router = APIRouter(prefix=HOME, route_class=PageRoute)


@router.get("")
async def index(request: Request, platform: PlatformDep, principal: Viewer) -> Response:
    """Newest first."""
    return await _list(request, platform, principal)


@router.post("")
async def create(
    request: Request, platform: PlatformDep, principal: Marketer, name: Annotated[str, Form()] = ""
) -> Response:
    """An empty draft under a name; then its dashboard."""
    try:
        campaign = await service.create(platform, principal, checked_name(name), Definition())
    except Refusal as refusal:
        return await _list(request, platform, principal, name=name, fault=refusal)
    return RedirectResponse(f"{HOME}/{campaign.id}", status_code=303)


@router.post("/{campaign_id}/remove")
async def remove(platform: PlatformDep, principal: Marketer, campaign_id: UUID) -> Response:
    """A draft is deleted, a published campaign archived."""
    archived = await service.remove(platform, principal, campaign_id)
    return RedirectResponse(f"{HOME}/{campaign_id}" if archived else HOME, status_code=303)


def checked_name(name: str) -> str:
    """Raises Refusal."""
    clean = name.strip()
    if not clean or len(clean) > LONGEST_NAME or not clean.isprintable():
        raise Refusal(
            422, "bad_name", f"a name has 1 to {LONGEST_NAME} characters", field="name", fix="type a name"
        )
    return clean


async def _list(
    request: Request, platform: Platform, principal: Principal, name: str = "", fault: Refusal | None = None
) -> Response:
    async with platform.db.connection() as conn:
        campaigns = await store.newest(conn, principal.workspace_id, MAX_LISTED)
        numbers = await store.current_numbers(conn, principal.workspace_id)
    return page(
        request,
        "media_campaigns/index.html",
        principal,
        status=fault.status if fault else 200,
        campaigns=campaigns,
        numbers=numbers,
        name=name,
        fault=fault,
    )
