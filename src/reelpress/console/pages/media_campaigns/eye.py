"""The eye: a true render of a moment of a part, with values typed on the spot."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from reelpress.console.access import Viewer
from reelpress.console.pages.media_campaigns import parts
from reelpress.console.pages.media_campaigns.form import Values, values_of
from reelpress.console.pages.media_campaigns.frame import (
    HOME,
    Frame,
    form_faults,
    frame_of,
    refusal_faults,
    show,
)
from reelpress.console.pages.media_campaigns.keep import NotKept, keep_video, typed
from reelpress.console.pages.media_campaigns.video import show_video
from reelpress.console.route import PageRoute
from reelpress.platform.auth import Principal, Role
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal, not_found
from reelpress.platform.web import PlatformDep
from reelpress.studio.assets import store as assets
from reelpress.studio.campaigns import preview

MAX_PICTURES = 200
VALUE = "values."

router = APIRouter(prefix=HOME, route_class=PageRoute)


@router.post("/{campaign_id}/parts/{position}/eye")
async def save_and_look(
    request: Request, platform: PlatformDep, principal: Viewer, campaign_id: UUID, position: int
) -> Response:
    """Keep what is typed (for those who may), then open the eye."""
    frame = await frame_of(platform, principal, campaign_id)
    quick = bool(request.headers.get("hx-request"))
    try:
        if principal.role >= Role.marketer:
            await keep_video(request, platform, principal, frame.campaign)
    except NotKept as fault:
        if quick:
            raise fault.refusal from fault
        faults = form_faults(fault.faults, frame)
        return await show_video(request, platform, principal, frame, fault.values, faults)
    if quick:
        saved = await frame_of(platform, principal, campaign_id)
        return await _show(request, platform, principal, saved, position, {})
    return RedirectResponse(f"{frame.path}/parts/{position}/eye", status_code=303)


@router.get("/{campaign_id}/parts/{position}/eye")
async def look(
    request: Request, platform: PlatformDep, principal: Viewer, campaign_id: UUID, position: int
) -> Response:
    """The same as a page of its own."""
    frame = await frame_of(platform, principal, campaign_id)
    return await _show(request, platform, principal, frame, position, {})


@router.post("/{campaign_id}/parts/{position}/frame")
async def render(
    request: Request, platform: PlatformDep, principal: Viewer, campaign_id: UUID, position: int
) -> Response:
    """One rendered moment. The values come in the body: they may be a customer's."""
    frame = await frame_of(platform, principal, campaign_id)
    form = await typed(request)
    picture, faults = b"", list[Any]()
    try:
        at_s = _moment(form.get("at_s", ""))
        picture = await preview.still(
            platform, principal.workspace_id, campaign_id, _given(form), at_s, position
        )
    except Refusal as refusal:
        faults = refusal_faults(refusal, frame)
    shown = {"picture": base64.b64encode(picture).decode(), "faults": faults}
    if request.headers.get("hx-request"):
        return show(request, "media_campaigns/still.html", principal, frame, "config", **shown)
    return await _show(request, platform, principal, frame, position, form, **shown)


async def _show(
    request: Request,
    platform: Platform,
    principal: Principal,
    frame: Frame,
    position: int,
    form: Values,
    **shown: Any,
) -> Response:
    values = values_of(frame.campaign.draft)
    async with platform.db.connection() as conn:
        found = await assets.assets_by_id(conn, principal.workspace_id, parts.asset_ids(values))
        pictures = await assets.newest(conn, principal.workspace_id, "image", MAX_PICTURES)
    views = parts.views(values, found, [])
    if not 0 <= position < len(views):
        raise not_found("part", position + 1)
    quick = bool(request.headers.get("hx-request"))
    fields = {values[f"mappings.{row.index}.field"]: row for row in views[position].rows}
    return show(
        request,
        "media_campaigns/eye_body.html" if quick else "media_campaigns/eye.html",
        principal,
        frame,
        "config",
        part=views[position],
        name=values[f"parts.{position}.name"],
        fields=fields,
        pictures=pictures,
        form=form,
        fallbacks={name: values.get(f"mappings.{row.index}.fallback") for name, row in fields.items()},
        **{"picture": "", "faults": [], **shown},
    )


def _given(form: Values) -> dict[str, str]:
    return {name.removeprefix(VALUE): text for name, text in form.items() if name.startswith(VALUE)}


def _moment(text: str) -> float:
    """Seconds from the start of the part; below 0 where nothing sensible was said: its middle."""
    try:
        return min(max(float(text), 0.0), 3600.0)
    except ValueError:
        return -1.0
