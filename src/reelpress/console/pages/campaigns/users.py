"""Step 1, target users: name, tags, the event that starts it, the audience."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from reelpress.console.access import Marketer
from reelpress.console.pages.campaigns.look import (
    BASE,
    DELIVERY_WORDS,
    active_segments,
    channel_words,
    may_edit,
    steps,
)
from reelpress.console.pages.campaigns.rules import OPERATORS, RuleForm, rule_document, shown_rule, typed_rule
from reelpress.console.route import PageRoute
from reelpress.console.typed import Faults, Typed, faults_of, read_form
from reelpress.console.view import page
from reelpress.engage.business_events import service as business_events
from reelpress.engage.campaigns import service
from reelpress.engage.campaigns.model import (
    BY_EVENT,
    Campaign,
    CampaignInput,
    CampaignPatch,
    Channel,
    DeliveryType,
    Status,
)
from reelpress.engage.events import service as events
from reelpress.engage.profiles import catalog
from reelpress.platform.auth import Principal
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from reelpress.platform.web import PlatformDep

router = APIRouter(prefix=BASE, route_class=PageRoute)

Values = dict[str, Any]


class _NotJson(Exception):
    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.faults: Faults = {field: "This is not JSON. Check brackets, commas and quotes."}


@router.get("/new/users")
async def new(
    request: Request,
    platform: PlatformDep,
    principal: Marketer,
    channel: Annotated[Channel, Query()],
    delivery_type: Annotated[DeliveryType, Query()],
    business_event: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Step 1 of a campaign that does not exist yet."""
    values: Values = {
        "name": "",
        "tags": "",
        "event_name": business_event if delivery_type is DeliveryType.business_event_triggered else "",
        "conditions": RuleForm("rows"),
        "audience": RuleForm("all"),
    }
    return await _show(request, platform, principal, channel, delivery_type, values)


@router.post("/new/users")
async def make(
    request: Request,
    platform: PlatformDep,
    principal: Marketer,
    channel: Annotated[Channel, Query()],
    delivery_type: Annotated[DeliveryType, Query()],
) -> Response:
    """A draft; on to step 2, or to its page when it was only to be saved."""
    typed = await read_form(request)
    values = _typed(typed, delivery_type)
    try:
        given = CampaignInput.model_validate(
            {"channel": channel, "delivery_type": delivery_type, **_documents(values)}
        )
        campaign = await service.create(platform, principal, given)
    except (_NotJson, ValidationError, Refusal) as fault:
        faults = fault.faults if isinstance(fault, _NotJson) else faults_of(fault)
        return await _show(request, platform, principal, channel, delivery_type, values, faults=faults)
    return _onward(campaign, typed)


@router.get("/{campaign_id}/users")
async def edit(request: Request, platform: PlatformDep, principal: Marketer, campaign_id: str) -> Response:
    """Step 1 with what is saved."""
    campaign = await service.get(platform, principal.workspace_id, campaign_id)
    if not may_edit(campaign):
        return RedirectResponse(f"{BASE}/{campaign_id}", status_code=303)
    definition = campaign.definition
    trigger = definition.trigger or {}
    conditions = shown_rule(trigger.get("conditions"))
    values: Values = {
        "name": definition.name,
        "tags": ", ".join(definition.tags),
        "event_name": trigger.get("event_name", ""),
        "conditions": RuleForm("rows") if conditions.kind == "all" else conditions,
        "audience": shown_rule(definition.audience),
    }
    return await _show(
        request, platform, principal, campaign.channel, campaign.delivery_type, values, campaign=campaign
    )


@router.post("/{campaign_id}/users")
async def change(request: Request, platform: PlatformDep, principal: Marketer, campaign_id: str) -> Response:
    """Keep what was typed; on to step 2, or back to the campaign's page."""
    campaign = await service.get(platform, principal.workspace_id, campaign_id)
    typed = await read_form(request)
    values = _typed(typed, campaign.delivery_type)
    try:
        patch = CampaignPatch.model_validate(_documents(values))
        campaign = await service.change(platform, principal, campaign_id, patch)
    except (_NotJson, ValidationError, Refusal) as fault:
        faults = fault.faults if isinstance(fault, _NotJson) else faults_of(fault)
        return await _show(
            request, platform, principal, campaign.channel, campaign.delivery_type, values,
            campaign=campaign, faults=faults,
        )  # fmt: skip
    return _onward(campaign, typed)


def _typed(typed: Typed, delivery_type: DeliveryType) -> Values:
    triggered = delivery_type in BY_EVENT
    return {
        "name": typed.line("name"),
        "tags": typed.line("tags"),
        "event_name": typed.line("trigger.event_name") if triggered else "",
        "conditions": typed_rule(typed, "trigger.conditions", "rows"),
        "audience": typed_rule(typed, "audience", "all"),
    }


def _documents(values: Values) -> dict[str, Any]:
    """As the services take it. Raises _NotJson."""
    conditions: RuleForm = values["conditions"]
    trigger = None
    if values["event_name"]:
        wanted = conditions.kind == "json" or bool(conditions.rows)
        rule = _document(conditions, "event_attributes", "trigger.conditions") if wanted else None
        trigger = {"event_name": values["event_name"], "conditions": rule}
    return {
        "name": values["name"],
        "tags": [tag.strip() for tag in values["tags"].split(",") if tag.strip()],
        "trigger": trigger,
        "audience": _document(values["audience"], "user_attributes", "audience"),
    }


def _document(form: RuleForm, kind: Any, field: str) -> Any:
    if form.kind == "segment" and not form.segment:
        raise Refusal(400, "invalid_field", "choose a segment", field=f"{field}.segment")
    try:
        return rule_document(form, kind)
    except ValueError as fault:
        raise _NotJson(field) from fault


def _onward(campaign: Campaign, typed: Typed) -> Response:
    on = typed.line("action") == "next"
    path = f"{BASE}/{campaign.id}/content" if on else f"{BASE}/{campaign.id}"
    return RedirectResponse(path, status_code=303)


async def _show(
    request: Request,
    platform: Platform,
    principal: Principal,
    channel: Channel,
    delivery_type: DeliveryType,
    values: Values,
    *,
    campaign: Campaign | None = None,
    faults: Faults | None = None,
) -> Response:
    async with platform.db.connection() as conn:
        attributes = await catalog.entries(conn, principal.workspace_id)
        known = await events.names(conn, principal.workspace_id)
    return page(
        request,
        "campaigns/users.html",
        principal,
        status=422 if faults else 200,
        campaign=campaign,
        channel=channel_words(channel),
        delivery_type=DELIVERY_WORDS[delivery_type],
        segments=await active_segments(platform, principal.workspace_id),
        triggered=delivery_type is DeliveryType.event_triggered,
        by_business_event=delivery_type is DeliveryType.business_event_triggered,
        business_events=[one.event for one in await business_events.every(platform, principal.workspace_id)],
        is_draft=campaign is None or campaign.status is Status.draft,
        steps=steps(channel, campaign.id if campaign else None),
        values=values,
        attributes=attributes,
        events=known,
        operators=OPERATORS,
        faults=faults or {},
    )
