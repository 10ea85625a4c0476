"""Step 3: when it starts; a last look; Publish."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from reelpress.console.access import Marketer
from reelpress.console.pages.campaigns.look import BASE, DELIVERY_WORDS, channel_words, may_edit, steps
from reelpress.console.pages.campaigns.rules import shown_rule
from reelpress.console.route import PageRoute
from reelpress.console.typed import Faults, Typed, faults_of, read_form
from reelpress.console.view import page
from reelpress.engage import oauth
from reelpress.engage.campaigns import service
from reelpress.engage.campaigns.model import Campaign, CampaignPatch, DeliveryType, Schedule, Status
from reelpress.platform.auth import Principal, store
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from reelpress.platform.web import PlatformDep

router = APIRouter(prefix=BASE, route_class=PageRoute)

_STEP_OF = {"name": "users", "trigger": "users", "audience": "users", "content": "content"}


@router.get("/{campaign_id}/schedule")
async def show(request: Request, platform: PlatformDep, principal: Marketer, campaign_id: str) -> Response:
    """The step with what is saved."""
    campaign = await service.get(platform, principal.workspace_id, campaign_id)
    if not may_edit(campaign):
        return RedirectResponse(f"{BASE}/{campaign_id}", status_code=303)
    zone = await _zone(platform, principal)
    start = campaign.start_at
    typed = {
        "when": "date" if start else "asap",
        "start_at": start.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if start else "",
    }
    return await _show(request, platform, principal, campaign, typed)


@router.post("/{campaign_id}/schedule")
async def keep(request: Request, platform: PlatformDep, principal: Marketer, campaign_id: str) -> Response:
    """Save the schedule, and publish when that was asked."""
    typed = await read_form(request)
    campaign = await service.get(platform, principal.workspace_id, campaign_id)
    values = {"when": typed.line("when", "asap"), "start_at": typed.line("schedule.start_at")}
    try:
        if campaign.delivery_type is DeliveryType.one_time:
            start = _start(typed, await _zone(platform, principal))
            patch = CampaignPatch(schedule=Schedule(start_at=start) if start else None)
            campaign = await service.change(platform, principal, campaign_id, patch)
        if typed.line("action") == "publish":
            await service.activate(platform, principal, campaign_id)
    except Refusal as refusal:
        return await _show(request, platform, principal, campaign, values, faults=faults_of(refusal))
    return RedirectResponse(f"{BASE}/{campaign_id}", status_code=303)


def _start(typed: Typed, zone: ZoneInfo) -> datetime | None:
    """The moment typed, on the workspace's clock."""
    if typed.line("when", "asap") == "asap":
        return None
    try:
        return datetime.fromisoformat(typed.line("schedule.start_at")).replace(tzinfo=zone)
    except ValueError as fault:
        raise Refusal(400, "invalid_field", "choose a date and a time", field="schedule.start_at") from fault


async def _zone(platform: Platform, principal: Principal) -> ZoneInfo:
    async with platform.db.connection() as conn:
        workspace = await store.workspace(conn, principal.workspace_id)
    return ZoneInfo(workspace.time_zone if workspace else "UTC")


async def _show(
    request: Request,
    platform: Platform,
    principal: Principal,
    campaign: Campaign,
    values: dict[str, str],
    *,
    faults: Faults | None = None,
) -> Response:
    definition = campaign.definition
    trigger = definition.trigger or {}
    elsewhere = [
        (f"{BASE}/{campaign.id}/{_STEP_OF[place.split('.')[0]]}", words)
        for place, words in (faults or {}).items()
        if place.split(".")[0] in _STEP_OF
    ]
    return page(
        request,
        "campaigns/schedule.html",
        principal,
        status=422 if faults else 200,
        campaign=campaign,
        channel=channel_words(campaign.channel),
        delivery_type=DELIVERY_WORDS[campaign.delivery_type],
        triggered=campaign.delivery_type is DeliveryType.event_triggered,
        is_draft=campaign.status is Status.draft,
        steps=steps(campaign.channel, campaign.id),
        conditions=shown_rule(trigger.get("conditions")),
        audience=shown_rule(definition.audience),
        authorization=await _authorization_name(platform, campaign),
        zone=(await _zone(platform, principal)).key,
        values=values,
        faults=faults or {},
        elsewhere=elsewhere,
    )


async def _authorization_name(platform: Platform, campaign: Campaign) -> str | None:
    content: dict[str, Any] = campaign.definition.content
    chosen = content.get("authorization")
    if not chosen:
        return None
    found = await oauth.find(platform, campaign.workspace_id, chosen["configuration_id"])
    return found.given.name if found else "an authorization configuration that is gone"
