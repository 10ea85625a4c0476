"""The eye: a true render of any moment of the draft, with values typed on the spot."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from reelpress.console.access import Viewer
from reelpress.console.pages.media_campaigns.form import Values
from reelpress.console.pages.media_campaigns.frame import (
    HOME,
    Fault,
    Frame,
    form_faults,
    frame_of,
    refusal_faults,
    show,
)
from reelpress.console.pages.media_campaigns.keep import NotKept, keep_video, typed
from reelpress.console.pages.media_campaigns.timeline import Lane, layer_lanes, part_lanes
from reelpress.console.pages.media_campaigns.video import show_video
from reelpress.console.route import PageRoute
from reelpress.platform.auth import Principal, Role
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal, not_found
from reelpress.platform.web import PlatformDep
from reelpress.studio.assets import store as assets
from reelpress.studio.campaigns import preview
from reelpress.studio.campaigns.drafts import draft_of
from reelpress.studio.plan import Plan
from reelpress.studio.render.previews import representative_frame
from reelpress.studio.render.stillroom import Still

MAX_PICTURES = 200
MAX_WIDTH_PX = 1920
VALUE = "values."
JSON = "application/json"

router = APIRouter(prefix=HOME, route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class Reel:
    """The video under the eye: its time line, and the moment shown first. `step_s` is one frame."""

    plan: Plan
    at_s: float
    parts: tuple[Lane, ...]
    layers: tuple[Lane, ...]

    @classmethod
    def of(cls, plan: Plan, part: int | None) -> Reel:
        at_s = float(representative_frame(plan, part) / plan.fps)
        return cls(plan, at_s, part_lanes(plan), layer_lanes(plan))

    @property
    def step_s(self) -> float:
        return float(1 / self.plan.fps)

    @property
    def last_s(self) -> float:
        return float((self.plan.frames - 1) / self.plan.fps)


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
        return await _show(request, platform, principal, saved, {}, part=position)
    return RedirectResponse(f"{frame.path}/parts/{position}/eye", status_code=303)


@router.get("/{campaign_id}/parts/{position}/eye")
async def look(
    request: Request, platform: PlatformDep, principal: Viewer, campaign_id: UUID, position: int
) -> Response:
    """The same as a page of its own."""
    frame = await frame_of(platform, principal, campaign_id)
    return await _show(request, platform, principal, frame, {}, part=position)


@router.post("/{campaign_id}/frame")
async def render(
    request: Request, platform: PlatformDep, principal: Viewer, campaign_id: UUID, width: int = 0
) -> Response:
    """One rendered moment, as JSON for the page's script. The values, in the body, may be a customer's."""
    form = await typed(request)
    quick = JSON in request.headers.get("accept", "")
    workspace_id, at_s = principal.workspace_id, _moment(form.get("at_s", ""))
    width_px = min(max(width, 0), MAX_WIDTH_PX)
    try:
        seen = await preview.look(platform, workspace_id, campaign_id, _given(form), at_s, width=width_px)
    except Refusal as refusal:
        frame = await frame_of(platform, principal, campaign_id)
        faults = refusal_faults(refusal, frame)
        if quick:
            fragment = "media_campaigns/faults.html"
            return show(request, fragment, principal, frame, "config", status=422, faults=faults)
        return await _show(request, platform, principal, frame, form, faults=faults)
    if quick:
        told = {"picture": _data_url(seen), "at_s": seen.at_s, "layers": seen.layers}
        return JSONResponse(told, headers={"Cache-Control": "no-store"})
    frame = await frame_of(platform, principal, campaign_id)
    return await _show(
        request, platform, principal, frame, form, picture=_data_url(seen), in_sight=seen.layers
    )


async def _show(
    request: Request,
    platform: Platform,
    principal: Principal,
    frame: Frame,
    form: Values,
    *,
    part: int | None = None,
    **shown: Any,
) -> Response:
    draft = frame.campaign.draft
    if part is not None and not 0 <= part < len(draft.parts):
        raise not_found("part", part + 1)
    async with platform.db.connection() as conn:
        own_files = {
            "image": await assets.newest(conn, principal.workspace_id, "image", MAX_PICTURES),
            "video": await assets.newest(conn, principal.workspace_id, "video", MAX_PICTURES),
        }
    quick = bool(request.headers.get("hx-request"))
    reel, faults = await _reel(platform, principal, frame, part)
    return show(
        request,
        "media_campaigns/eye_body.html" if quick else "media_campaigns/eye.html",
        principal,
        frame,
        "config",
        reel=reel,
        own_files=own_files,
        form=form,
        **{"picture": "", "in_sight": (), "faults": faults, **shown},
    )


async def _reel(
    platform: Platform, principal: Principal, frame: Frame, part: int | None
) -> tuple[Reel | None, list[Fault]]:
    """None and the reasons where the draft cannot be compiled."""
    try:
        draft = await draft_of(platform, principal.workspace_id, frame.campaign.id)
    except Refusal as refusal:
        return None, refusal_faults(refusal, frame)
    return Reel.of(draft.plan, part), []


def _data_url(seen: Still) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(seen.jpeg).decode()}"


def _given(form: Values) -> dict[str, str]:
    return {name.removeprefix(VALUE): text for name, text in form.items() if name.startswith(VALUE)}


def _moment(text: str) -> float:
    """Seconds from the start; below 0 where nothing sensible was said: what shows the layers best."""
    try:
        return min(max(float(text), 0.0), 36_000.0)
    except ValueError:
        return -1.0
