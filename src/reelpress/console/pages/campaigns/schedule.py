"""Step 3: when it starts or how it repeats; a last look; Publish."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from reelpress.console.access import Marketer
from reelpress.console.pages.campaigns import recurring
from reelpress.console.pages.campaigns.look import (
    BASE,
    DELIVERY_WORDS,
    channel_words,
    may_edit,
    segment_name,
    steps,
    zone_of,
)
from reelpress.console.pages.campaigns.recurring import RecurringForm
from reelpress.console.pages.campaigns.rules import shown_rule
from reelpress.console.route import PageRoute
from reelpress.console.typed import Faults, Typed, below, faults_of, read_form
from reelpress.console.view import page
from reelpress.engage import oauth
from reelpress.engage.campaigns import service
from reelpress.engage.campaigns.model import (
    BY_EVENT,
    Campaign,
    CampaignPatch,
    DeliveryType,
    Schedule,
    Status,
)
from reelpress.engage.campaigns.runs import service as runs
from reelpress.platform.auth import Principal
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from reelpress.platform.web import PlatformDep

router = APIRouter(prefix=BASE, route_class=PageRoute)

NEXT_RUNS_SHOWN = 3
_STEP_OF = {"name": "users", "trigger": "users", "audience": "users", "content": "content"}


@router.get("/{campaign_id}/schedule")
async def show(request: Request, platform: PlatformDep, principal: Marketer, campaign_id: str) -> Response:
    """The step with what is saved."""
    campaign = await service.get(platform, principal.workspace_id, campaign_id)
    if not may_edit(campaign):
        return RedirectResponse(f"{BASE}/{campaign_id}", status_code=303)
    zone = await zone_of(platform, principal.workspace_id)
    start = None if _repeats(campaign) else campaign.start_at
    typed = {
        "when": "date" if start else "asap",
        "start_at": start.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if start else "",
    }
    today = platform.clock.now().astimezone(zone).date()
    form = recurring.shown_recurring(campaign.definition.schedule, zone, today)
    return await _show(request, platform, principal, campaign, typed, form, zone)


@router.post("/{campaign_id}/schedule")
async def keep(request: Request, platform: PlatformDep, principal: Marketer, campaign_id: str) -> Response:
    """Save the schedule, and publish when that was asked; or tell when it would run next."""
    typed = await read_form(request)
    campaign = await service.get(platform, principal.workspace_id, campaign_id)
    zone = await zone_of(platform, principal.workspace_id)
    values = {"when": typed.line("when", "asap"), "start_at": typed.line("schedule.start_at")}
    form = recurring.typed_recurring(typed)
    try:
        if typed.line("action") == "runs":
            return _next_runs(request, principal, platform, campaign, form, zone)
        if campaign.delivery_type not in BY_EVENT:
            schedule = _repeating(campaign, form, zone) if _repeats(campaign) else _once(typed, zone)
            patch = CampaignPatch(schedule=schedule)
            campaign = await service.change(platform, principal, campaign_id, patch)
        if typed.line("action") == "publish":
            await service.activate(platform, principal, campaign_id)
    except (ValidationError, Refusal) as fault:
        faults = _faults(fault)
        if typed.line("action") == "runs":
            return page(request, "campaigns/next_runs.html", principal, moments=[], faults=faults)
        return await _show(request, platform, principal, campaign, values, form, zone, faults=faults)
    return RedirectResponse(f"{BASE}/{campaign_id}", status_code=303)


def _repeats(campaign: Campaign) -> bool:
    return campaign.delivery_type is DeliveryType.periodic


def _once(typed: Typed, zone: ZoneInfo) -> Schedule | None:
    """The moment typed, on the workspace's clock; None for at once."""
    if typed.line("when", "asap") == "asap":
        return None
    try:
        start = datetime.fromisoformat(typed.line("schedule.start_at")).replace(tzinfo=zone)
    except ValueError as fault:
        raise Refusal(400, "invalid_field", "choose a date and a time", field="schedule.start_at") from fault
    return Schedule(start_at=start)


def _repeating(campaign: Campaign, form: RecurringForm, zone: ZoneInfo) -> Schedule:
    return Schedule.model_validate(recurring.schedule_of(form, zone, campaign.definition.schedule))


def _faults(fault: Refusal | ValidationError) -> Faults:
    """A schedule alone is validated without its name in front; several wrong days are one fault."""
    found = faults_of(fault)
    if isinstance(fault, Refusal):
        return found
    return {_place(place): words for place, words in below(found, "schedule").items()}


def _place(place: str) -> str:
    days = ("repeat_on_days_of_week_for_month", "repeat_on_days_of_week", "repeat_on_date_of_month")
    found = next((f"{recurring.DETAILS}.{one}" for one in days if f".{one}." in place), None)
    return found or place


def _next_runs(
    request: Request,
    principal: Principal,
    platform: Platform,
    campaign: Campaign,
    form: RecurringForm,
    zone: ZoneInfo,
) -> Response:
    """When the schedule typed would run, were it published now."""
    schedule = _repeating(campaign, form, zone)
    moments = runs.upcoming(schedule, zone, platform.clock.now(), NEXT_RUNS_SHOWN)
    return page(request, "campaigns/next_runs.html", principal, moments=moments, zone=zone, faults={})


async def _show(
    request: Request,
    platform: Platform,
    principal: Principal,
    campaign: Campaign,
    values: dict[str, str],
    form: RecurringForm,
    zone: ZoneInfo,
    *,
    faults: Faults | None = None,
) -> Response:
    definition = campaign.definition
    trigger = definition.trigger or {}
    audience = shown_rule(definition.audience)
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
        by_event=campaign.delivery_type in BY_EVENT,
        repeats=_repeats(campaign),
        form=form,
        weekdays=recurring.WEEKDAYS,
        weeks=recurring.WEEKS,
        dates=recurring.DATES,
        recurrence=recurring.words_of_schedule(definition.schedule, zone),
        is_draft=campaign.status is Status.draft,
        steps=steps(campaign.channel, campaign.id),
        conditions=shown_rule(trigger.get("conditions")),
        audience=audience,
        segment=await segment_name(platform, campaign.workspace_id, audience),
        authorization=await _authorization_name(platform, campaign),
        zone=zone.key,
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
