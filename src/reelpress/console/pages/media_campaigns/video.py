"""Campaign Config > Video Config: output, the sequential parts, their layers; Submit."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from reelpress.console.access import Marketer, Viewer
from reelpress.console.pages.media_campaigns import parts
from reelpress.console.pages.media_campaigns.form import Values, values_of
from reelpress.console.pages.media_campaigns.frame import (
    HOME,
    Fault,
    Frame,
    by_place,
    form_faults,
    frame_of,
    saved,
    show,
    submit,
)
from reelpress.console.pages.media_campaigns.keep import NotKept, keep_video
from reelpress.console.route import PageRoute
from reelpress.platform.auth import Principal
from reelpress.platform.context import Platform
from reelpress.platform.web import PlatformDep
from reelpress.studio.assets import store as assets
from reelpress.studio.campaigns import service
from reelpress.studio.campaigns.model import Campaign

MAX_PICTURES = 200

router = APIRouter(prefix=HOME, route_class=PageRoute)


@router.get("/{campaign_id}")
async def dashboard(
    request: Request,
    platform: PlatformDep,
    principal: Viewer,
    campaign_id: UUID,
    submitted: int = 0,
    part: int = -1,
) -> Response:
    """The dashboard, with `part` open; `submitted`: the version that was just made."""
    frame = await frame_of(platform, principal, campaign_id)
    values = _values(frame.campaign)
    return await show_video(request, platform, principal, frame, values, part=part, submitted=submitted)


@router.post("/{campaign_id}")
async def save(request: Request, platform: PlatformDep, principal: Marketer, campaign_id: UUID) -> Response:
    """Keep what is typed. Scripts of the page get one line that says so."""
    frame = await frame_of(platform, principal, campaign_id)
    quick = bool(request.headers.get("hx-request"))
    try:
        campaign = await keep_video(request, platform, principal, frame.campaign)
    except NotKept as fault:
        faults = form_faults(fault.faults, frame)
        if quick:
            return saved(request, principal, frame.campaign, faults)
        return await show_video(request, platform, principal, frame, fault.values, faults)
    if quick:
        return saved(request, principal, campaign, [])
    return RedirectResponse(frame.path, status_code=303)


@router.post("/{campaign_id}/submit")
async def submit_video(
    request: Request, platform: PlatformDep, principal: Marketer, campaign_id: UUID
) -> Response:
    """Save, then publish; every reason why not is listed."""
    frame = await frame_of(platform, principal, campaign_id)
    try:
        campaign = await keep_video(request, platform, principal, frame.campaign)
    except NotKept as fault:
        faults = form_faults(fault.faults, frame)
        return await show_video(request, platform, principal, frame, fault.values, faults)
    outcome = await submit(platform, principal, frame)
    if isinstance(outcome, int):
        return RedirectResponse(f"{frame.path}?submitted={outcome}", status_code=303)
    return await show_video(request, platform, principal, frame, _values(campaign), outcome)


@router.post("/{campaign_id}/parts/{position}/place/{change}")
async def place_part(
    request: Request,
    platform: PlatformDep,
    principal: Marketer,
    campaign_id: UUID,
    position: int,
    change: Literal["up", "down", "out"],
) -> Response:
    """Save, then move a part up or down or take it out."""
    frame = await frame_of(platform, principal, campaign_id)
    try:
        campaign = await keep_video(request, platform, principal, frame.campaign)
    except NotKept as fault:
        faults = form_faults(fault.faults, frame)
        return await show_video(request, platform, principal, frame, fault.values, faults)
    by = -1 if change == "up" else 1
    out = change == "out"
    draft = parts.removed(campaign.draft, position) if out else parts.moved(campaign.draft, position, by)
    await service.save(platform, principal, campaign_id, None, draft)
    return RedirectResponse(frame.path if out else f"{frame.path}#part-{position + by + 1}", status_code=303)


async def show_video(
    request: Request,
    platform: Platform,
    principal: Principal,
    frame: Frame,
    values: Values,
    faults: list[Fault] | None = None,
    *,
    part: int = -1,
    submitted: int = 0,
) -> Response:
    """The page over values that may not be kept yet, with what is wrong with them."""
    async with platform.db.connection() as conn:
        workspace_id = principal.workspace_id
        found = await assets.assets_by_id(conn, workspace_id, parts.asset_ids(values))
        templates = [asset.id for asset in found.values() if asset.kind == "mlt"]
        links = await assets.links(conn, workspace_id, templates)
        fallbacks = {
            "image": await assets.newest(conn, workspace_id, "image", MAX_PICTURES),
            "video": await assets.newest(conn, workspace_id, "video", MAX_PICTURES),
        }
    shown = parts.views(values, found, links)
    fault_at = by_place(faults or [])
    return show(
        request,
        "media_campaigns/video.html",
        principal,
        frame,
        "config",
        status=422 if faults else 200,
        values=values,
        parts=shown,
        kinds=parts.KINDS,
        fallbacks=fallbacks,
        faults=faults or [],
        fault_at=fault_at,
        opened={part, *parts.at_fault(shown, fault_at)},
        submitted=submitted,
    )


def _values(campaign: Campaign) -> Values:
    return {**values_of(campaign.draft), "name": campaign.name}
