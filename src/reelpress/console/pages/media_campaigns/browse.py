"""Browse Media: choose an asset for a part, or upload one right there."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from reelpress.console.access import Marketer, Viewer
from reelpress.console.pages.media_campaigns import parts
from reelpress.console.pages.media_campaigns.frame import HOME, Frame, form_faults, frame_of, show
from reelpress.console.pages.media_campaigns.keep import NotKept, keep_video
from reelpress.console.pages.media_campaigns.video import show_video
from reelpress.console.route import PageRoute
from reelpress.console.uploads import receive_assets
from reelpress.platform.auth import Principal
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from reelpress.platform.web import PlatformDep
from reelpress.studio.assets import service as asset_service
from reelpress.studio.assets import store as assets
from reelpress.studio.assets.faults import AssetRefusal
from reelpress.studio.assets.model import Asset
from reelpress.studio.campaigns import service

PartKind = Literal["ml_with_mlt", "mlt", "static"]
MAX_SHOWN = 120

router = APIRouter(prefix=HOME, route_class=PageRoute)


@router.post("/{campaign_id}/parts/{position}/browse")
async def save_and_browse(
    request: Request, platform: PlatformDep, principal: Marketer, campaign_id: UUID, position: int
) -> Response:
    """Keep what is typed, then show what there is to choose."""
    frame = await frame_of(platform, principal, campaign_id)
    quick = bool(request.headers.get("hx-request"))
    try:
        await keep_video(request, platform, principal, frame.campaign)
    except NotKept as fault:
        if quick:
            raise fault.refusal from fault
        faults = form_faults(fault.faults, frame)
        return await show_video(request, platform, principal, frame, fault.values, faults)
    form = await request.form()
    kind = _kind(form.get(f"parts.{position}.kind") or form.get("new_part"))
    if quick:
        return await _show(request, platform, principal, frame, position, kind)
    return RedirectResponse(f"{frame.path}/parts/{position}/browse?kind={kind}", status_code=303)


@router.get("/{campaign_id}/parts/{position}/browse")
async def browse(
    request: Request,
    platform: PlatformDep,
    principal: Viewer,
    campaign_id: UUID,
    position: int,
    kind: PartKind = "mlt",
) -> Response:
    """The same as a page of its own."""
    frame = await frame_of(platform, principal, campaign_id)
    return await _show(request, platform, principal, frame, position, kind)


@router.post("/{campaign_id}/parts/{position}/choose")
async def choose(
    platform: PlatformDep,
    principal: Marketer,
    campaign_id: UUID,
    position: int,
    asset_id: Annotated[UUID, Form()],
    kind: Annotated[PartKind, Form()],
) -> Response:
    """The part takes the asset."""
    async with platform.db.connection() as conn:
        asset = await asset_service.one(conn, principal.workspace_id, asset_id)
    place = await _take(platform, principal, campaign_id, position, kind, asset)
    return RedirectResponse(place, status_code=303)


@router.post("/{campaign_id}/parts/{position}/upload")
async def upload(
    request: Request,
    platform: PlatformDep,
    principal: Marketer,
    campaign_id: UUID,
    position: int,
    kind: Annotated[PartKind, Query()] = "mlt",
) -> Response:
    """Take files in; when their head suits the part, the part takes it."""
    frame = await frame_of(platform, principal, campaign_id)
    try:
        made = await receive_assets(request, platform, principal)
    except Refusal as refusal:
        return await _show(request, platform, principal, frame, position, kind, fault=refusal)
    head = made[0]
    if head.kind not in parts.SUITABLE[kind]:
        return await _show(request, platform, principal, frame, position, kind, uploaded=made)
    place = await _take(platform, principal, campaign_id, position, kind, head)
    if request.headers.get("hx-request"):
        return Response(status_code=204, headers={"HX-Redirect": place})
    return RedirectResponse(place, status_code=303)


async def _take(
    platform: Platform, principal: Principal, campaign_id: UUID, position: int, kind: PartKind, asset: Asset
) -> str:
    """The address of the part that has the asset now."""
    frame = await frame_of(platform, principal, campaign_id)
    draft = parts.with_asset(frame.campaign.draft, position, kind, asset)
    await service.save(platform, principal, campaign_id, None, draft)
    taken = min(position, len(draft.parts) - 1)
    return f"{frame.path}?part={taken}#part-{taken + 1}"


async def _show(
    request: Request,
    platform: Platform,
    principal: Principal,
    frame: Frame,
    position: int,
    kind: PartKind,
    *,
    fault: Refusal | None = None,
    uploaded: list[Asset] | None = None,
) -> Response:
    async with platform.db.connection() as conn:
        found = [
            asset
            for wanted in parts.SUITABLE[kind]
            for asset in await assets.newest(conn, principal.workspace_id, wanted, MAX_SHOWN)
        ]
    quick = bool(request.headers.get("hx-request"))
    values: dict[str, Any] = {
        "position": position,
        "kind": kind,
        "kinds": parts.KINDS,
        "assets": sorted(found, key=lambda asset: asset.created_at, reverse=True),
        "fault": fault,
        "details": fault.details if isinstance(fault, AssetRefusal) else [],
        "uploaded": uploaded or [],
        "status": fault.status if fault else 200,
    }
    template = "media_campaigns/browse_body.html" if quick else "media_campaigns/browse.html"
    return show(request, template, principal, frame, "config", **values)


def _kind(value: object) -> PartKind:
    return value if value in ("ml_with_mlt", "mlt", "static") else "mlt"
