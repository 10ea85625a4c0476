"""One campaign: its status and what can be done, the numbers as they come, its sends and their reasons."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from reelpress.console.access import Marketer, Viewer
from reelpress.console.pages.campaigns.look import (
    BASE,
    DELIVERY_WORDS,
    RUNNING,
    STATUS_LOOK,
    channel_words,
    may_edit,
    member_of,
    segment_name,
    zone_of,
)
from reelpress.console.pages.campaigns.message import sealed_frame
from reelpress.console.pages.campaigns.recurring import words_of_schedule
from reelpress.console.pages.campaigns.rules import shown_rule
from reelpress.console.pages.profiles import name_of
from reelpress.console.route import PageRoute
from reelpress.console.typed import words_of
from reelpress.console.view import page
from reelpress.engage import oauth
from reelpress.engage.campaigns import service, trying
from reelpress.engage.campaigns.contents import to_shown
from reelpress.engage.campaigns.model import Campaign, DeliveryType, Schedule, Status
from reelpress.engage.campaigns.runs import service as runs
from reelpress.engage.campaigns.runs.model import Run
from reelpress.engage.campaigns.sends import service as sends
from reelpress.engage.campaigns.sends.model import SendState
from reelpress.engage.profiles import service as profiles
from reelpress.platform.auth import Principal, Role
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from reelpress.platform.web import PlatformDep

router = APIRouter(prefix=BASE, route_class=PageRoute)

_VERBS = {"activate": service.activate, "pause": service.pause, "stop": service.stop}
_STATES = tuple((one.value, one.value.capitalize()) for one in SendState)


@router.get("/{campaign_id}")
async def show(
    request: Request,
    platform: PlatformDep,
    principal: Viewer,
    campaign_id: str,
    state: str = "",
    before: UUID | None = None,
    runs_before: UUID | None = None,
) -> Response:
    """The page."""
    campaign = await service.get(platform, principal.workspace_id, campaign_id)
    return await _show(request, platform, principal, campaign, state, before, runs_before)


@router.get("/{campaign_id}/live")
async def live(
    request: Request,
    platform: PlatformDep,
    principal: Viewer,
    campaign_id: str,
    state: str = "",
    seen: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """The part of the page that moves; 204 while it says what the reader has `seen`."""
    campaign = await service.get(platform, principal.workspace_id, campaign_id)
    values = await _moving(platform, campaign, state, None)
    if values["seen"] == seen:
        return Response(status_code=204)
    return page(
        request, "campaigns/live.html", principal, swap=True, **_standing(principal, campaign), **values
    )


@router.post("/{campaign_id}/{verb}")
async def act(
    request: Request, platform: PlatformDep, principal: Marketer, campaign_id: str, verb: str
) -> Response:
    """Publish, resume, pause or stop."""
    if verb not in _VERBS:
        raise Refusal(404, "not_found", "a campaign cannot do that")
    try:
        await _VERBS[verb](platform, principal, campaign_id)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        campaign = await service.get(platform, principal.workspace_id, campaign_id)
        return await _show(request, platform, principal, campaign, "", None, refused=refusal)
    return RedirectResponse(f"{BASE}/{campaign_id}", status_code=303)


@router.get("/{campaign_id}/sends/{send_id}")
async def send(
    request: Request, platform: PlatformDep, principal: Viewer, campaign_id: str, send_id: UUID
) -> Response:
    """One send: what became of it, every try, what it says."""
    campaign = await service.get(platform, principal.workspace_id, campaign_id)
    found, attempts = await sends.read(platform, principal.workspace_id, send_id)
    if found.campaign_id != campaign.id:
        raise Refusal(404, "not_found", "this campaign has no such send")
    async with platform.db.connection() as conn:
        profile = await profiles.get(conn, principal.workspace_id, found.profile_id)
    preview = await trying.rendered_again(platform, principal.workspace_id, send_id)
    return page(
        request,
        "campaigns/send.html",
        principal,
        campaign=campaign,
        send=found,
        attempts=attempts,
        customer=name_of(profile),
        preview=preview,
        frame=sealed_frame(platform, preview.mail.html) if preview and preview.mail else None,
    )


async def _show(
    request: Request,
    platform: Platform,
    principal: Principal,
    campaign: Campaign,
    state: str,
    before: UUID | None,
    runs_before: UUID | None = None,
    *,
    refused: Refusal | None = None,
) -> Response:
    definition = campaign.definition
    zone = await zone_of(platform, campaign.workspace_id)
    audience = shown_rule(definition.audience)
    content = to_shown(campaign.channel, definition.content)
    chosen: dict[str, Any] | None = content.get("authorization")
    found = await oauth.find(platform, campaign.workspace_id, chosen["configuration_id"]) if chosen else None
    return page(
        request,
        "campaigns/detail.html",
        principal,
        status=refused.status if refused else 200,
        swap=False,
        channel=channel_words(campaign.channel),
        delivery_type=DELIVERY_WORDS[campaign.delivery_type],
        trigger=definition.trigger,
        conditions=shown_rule((definition.trigger or {}).get("conditions")),
        audience=audience,
        segment=await segment_name(platform, campaign.workspace_id, audience),
        recurrence=words_of_schedule(definition.schedule, zone),
        content=_without_credentials(content),
        authorization=found.given.name if found else None,
        refused=words_of(refused) if refused else "",
        **_standing(principal, campaign),
        **await _moving(platform, campaign, state, before, runs_before),
    )


def _standing(principal: Principal, campaign: Campaign) -> dict[str, Any]:
    look, words = STATUS_LOOK[campaign.status]
    return {
        "campaign": campaign,
        "status_look": look,
        "status_words": words,
        "is_draft": campaign.status is Status.draft,
        "is_paused": campaign.status is Status.paused,
        "is_running": campaign.status in RUNNING,
        "may_edit": may_edit(campaign),
        "may_change": principal.role >= Role.marketer,
    }


async def _moving(
    platform: Platform,
    campaign: Campaign,
    state: str,
    before: UUID | None,
    runs_before: UUID | None = None,
) -> dict[str, Any]:
    """Numbers, runs and a page of sends; `seen` changes when any of it does."""
    workspace_id = campaign.workspace_id
    stats = await sends.stats(platform, workspace_id, campaign.id)
    wanted = member_of(SendState, state)
    listed = await sends.list_sends(platform, workspace_id, campaign.id, state=wanted, before=before)
    async with platform.db.connection() as conn:
        people = await profiles.by_ids(conn, workspace_id, {one.profile_id for one in listed})
    had = await _runs(platform, campaign, runs_before)
    said = repr((campaign.status, campaign.version_number, stats, listed, had))
    return {
        **had,
        "stats": stats,
        "sends": listed,
        "names": {profile_id: name_of(profile) for profile_id, profile in people.items()},
        "state": wanted.value if wanted else "",
        "states": _STATES,
        "next_id": listed[-1].id if len(listed) == sends.PAGE_SIZE else None,
        "moves": before is None and runs_before is None and (campaign.status in RUNNING or stats.waiting > 0),
        "seen": hashlib.sha256(said.encode()).hexdigest()[:16],
    }


async def _runs(platform: Platform, campaign: Campaign, before: UUID | None) -> dict[str, Any]:
    """Runs of a campaign that has many, and when the next is."""
    if campaign.delivery_type not in (DeliveryType.periodic, DeliveryType.business_event_triggered):
        return {"has_runs": False}
    zone = await zone_of(platform, campaign.workspace_id)
    found = await runs.list_runs(platform, campaign.workspace_id, campaign.id, before)
    return {
        "has_runs": True,
        "zone": zone,
        "runs": found,
        "next_run": _next_run(platform, campaign, found, zone),
        "next_run_page": found[-1].id if len(found) == runs.PAGE_SIZE else None,
    }


def _next_run(platform: Platform, campaign: Campaign, found: list[Run], zone: ZoneInfo) -> datetime | None:
    """The run that is arranged; of a draft the one there would be, were it published now."""
    if campaign.delivery_type is not DeliveryType.periodic:
        return None
    if campaign.status is not Status.draft:
        return next((run.due_at for run in found if run.is_to_come), None)
    schedule = Schedule.model_validate(campaign.definition.schedule) if campaign.definition.schedule else None
    if schedule is None or schedule.periodic_details is None:
        return None
    return next(iter(runs.upcoming(schedule, zone, platform.clock.now(), 1)), None)


def _without_credentials(content: dict[str, Any]) -> dict[str, Any]:
    """A connector's header of which the name says that it holds a secret is shown without its value."""
    headers = content.get("headers")
    if not headers:
        return content
    shown = [{**row, "value": "••••••••"} if _is_credential(row["key"]) else row for row in headers]
    return {**content, "headers": shown}


def _is_credential(header: str) -> bool:
    return any(word in header.lower() for word in ("auth", "key", "token", "secret", "cookie"))
