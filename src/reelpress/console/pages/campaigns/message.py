"""Step 2: the request of a connector or the mail, with preview and test for a chosen user."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from reelpress.console.access import Marketer
from reelpress.console.pages.campaigns import content as contents
from reelpress.console.pages.campaigns.look import BASE, DELIVERY_WORDS, channel_words, may_edit, steps
from reelpress.console.route import PageRoute
from reelpress.console.typed import Faults, Typed, faults_of, read_form
from reelpress.console.view import page
from reelpress.engage import oauth
from reelpress.engage.business_events import service as business_events
from reelpress.engage.campaigns import service, trying
from reelpress.engage.campaigns.contents import to_shown
from reelpress.engage.campaigns.model import (
    Campaign,
    CampaignPatch,
    Channel,
    DeliveryType,
    PreviewInput,
    Status,
    TryInput,
)
from reelpress.engage.campaigns.sends.model import Attempt, Send
from reelpress.engage.events import service as events
from reelpress.engage.profiles import catalog
from reelpress.engage.profiles import service as profiles
from reelpress.platform.auth import Principal
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.platform.errors import Refusal
from reelpress.platform.web import PlatformDep
from reelpress.studio.campaigns import service as media_campaigns
from reelpress.studio.campaigns import store as media_campaigns_store
from reelpress.studio.campaigns.model import State

router = APIRouter(prefix=BASE, route_class=PageRoute)

PREVIEW_PURPOSE = "console mail preview"
MOST_USE_CASES = 100
USUAL_ATTRIBUTE = "whilter_video_url"
_EVENT_SOURCES = {
    DeliveryType.event_triggered: "EventAttribute",
    DeliveryType.business_event_triggered: "BusinessEventAttribute",
}


@dataclass(frozen=True, slots=True)
class Tried:
    """What a preview or a test came to; `frame` is the mail's HTML, sealed for the preview frame."""

    preview: trying.Preview | None = None
    frame: str | None = None
    send: Send | None = None
    attempts: tuple[Attempt, ...] = ()


@router.get("/{campaign_id}/content")
async def show(request: Request, platform: PlatformDep, principal: Marketer, campaign_id: str) -> Response:
    """The step with what is saved."""
    campaign = await service.get(platform, principal.workspace_id, campaign_id)
    if not may_edit(campaign):
        return RedirectResponse(f"{BASE}/{campaign_id}", status_code=303)
    stored = to_shown(campaign.channel, campaign.definition.content)
    content = {**contents.empty(campaign.channel), **stored}
    return await _show(request, platform, principal, campaign, content)


@router.post("/{campaign_id}/content")
async def act(request: Request, platform: PlatformDep, principal: Marketer, campaign_id: str) -> Response:
    """Save, go on, preview, test, or begin with a ready-made content: by the button pressed."""
    campaign = await service.get(platform, principal.workspace_id, campaign_id)
    typed = await read_form(request)
    content = contents.typed_content(campaign.channel, typed)
    action = typed.line("action")
    try:
        if action == "starter":
            content = await _begin(platform, campaign, content, typed)
            return await _show(request, platform, principal, campaign, content, typed=typed)
        if action in ("preview", "test"):
            tried = await _try(platform, principal, campaign, content, typed, test=action == "test")
            return await _show(request, platform, principal, campaign, content, typed=typed, tried=tried)
        await _save(platform, principal, campaign, content)
    except (ValidationError, Refusal) as fault:
        faults = faults_of(fault)
        return await _show(request, platform, principal, campaign, content, typed=typed, faults=faults)
    on = f"{BASE}/{campaign_id}/schedule" if action == "next" else f"{BASE}/{campaign_id}"
    return RedirectResponse(on, status_code=303)


async def _save(platform: Platform, principal: Principal, campaign: Campaign, content: contents.Json) -> None:
    untouched = contents.is_untouched(campaign.channel, content)
    patch = CampaignPatch(content={} if untouched else content)
    await service.change(platform, principal, campaign.id, patch)


async def _try(
    platform: Platform,
    principal: Principal,
    campaign: Campaign,
    content: contents.Json,
    typed: Typed,
    *,
    test: bool,
) -> Tried:
    """A preview shows what is typed; a test saves a draft first and takes a running campaign as it is."""
    profile = typed.line("profile")
    if not profile:
        raise Refusal(400, "incomplete", "choose a user first", field="profile")
    event = await _event(platform, campaign, profile, typed)
    if not test:
        given = PreviewInput(profile=profile, event_attributes=event, content=content)
        preview = await trying.preview(platform, campaign.workspace_id, campaign.id, given)
        return Tried(
            preview=preview, frame=sealed_frame(platform, preview.mail.html) if preview.mail else None
        )
    if campaign.status is Status.draft:
        await _save(platform, principal, campaign, content)
    send, attempts = await trying.send_test(
        platform, principal, campaign.id, TryInput(profile=profile, event_attributes=event)
    )
    return Tried(send=send, attempts=tuple(attempts))


async def _event(platform: Platform, campaign: Campaign, profile: str, typed: Typed) -> dict[str, Any] | None:
    """The event's attributes as typed; where none is, those of the latest such event (of the customer)."""
    if campaign.definition.trigger is None:
        return None
    given = {key.strip(): _value(value) for key, value in typed.rows("event.key", "event.value") if value}
    if given:
        return given
    name = campaign.definition.trigger["event_name"]
    if campaign.delivery_type is DeliveryType.business_event_triggered:
        return dict((await business_events.named(platform, campaign.workspace_id, name))[1])
    async with platform.db.transaction() as conn:
        found = await profiles.by_identifier(conn, campaign.workspace_id, profile)
        lines = await profiles.timeline(conn, campaign.workspace_id, found.id) if found else []
    latest = next((one for one in lines if one.kind == "event" and one.name == name), None)
    return dict(latest.attributes) if latest else {}


def _value(text: str) -> Any:
    """`3999` and `true` as what they are, anything else as text."""
    try:
        value: Any = json.loads(text)
    except ValueError:
        return text
    return text if value is None or isinstance(value, str) else value


def sealed_frame(platform: Platform, html: str) -> str:
    """A previewed mail for the form that opens it in its frame; nobody else's HTML gets in there."""
    return base64.urlsafe_b64encode(platform.keys.encrypt(html.encode(), purpose=PREVIEW_PURPOSE)).decode()


async def _begin(
    platform: Platform, campaign: Campaign, content: contents.Json, typed: Typed
) -> contents.Json:
    if campaign.channel is Channel.email:
        return contents.media_mail(content, typed.line("starter.attribute") or USUAL_ATTRIBUTE)
    use_case_id = typed.line("starter.use_case_id")
    if not use_case_id:
        raise Refusal(
            400, "incomplete", "which media campaign is to make it?", field="starter.use_case_id",
            fix="Paste the use-case-id that Submit gave",
        )  # fmt: skip
    active = [
        one.id
        for one in await oauth.list_all(platform, campaign.workspace_id)
        if one.status is oauth.ConfigurationStatus.active
    ]
    url = f"{platform.settings.public_url}/video/request"
    fields = await _fields(platform, campaign, use_case_id)
    return contents.media_request(content, use_case_id, url, fields, active[0] if len(active) == 1 else None)


async def _fields(platform: Platform, campaign: Campaign, use_case_id: str) -> list[tuple[str, str]]:
    """The template's fields where the media campaign is one of this workspace, else the usual ones."""
    source = _EVENT_SOURCES.get(campaign.delivery_type)
    async with platform.db.transaction() as conn:
        try:
            version = await media_campaigns.current_version(conn, campaign.workspace_id, UUID(use_case_id))
        except (ValueError, Refusal):
            return contents.usual_fields(source)
        user = {one.key for one in await catalog.entries(conn, campaign.workspace_id)}
    event = await _event_attributes(platform, campaign)
    names = [field["name"] for field in version.plan.get("fields", [])]
    found = contents.matched_fields(names, user, event, event_source=source)
    return found or contents.usual_fields(source)


async def _event_attributes(platform: Platform, campaign: Campaign) -> list[str]:
    """What is known of the event that starts the campaign."""
    if campaign.definition.trigger is None:
        return []
    wanted = campaign.definition.trigger["event_name"]
    if campaign.delivery_type is DeliveryType.business_event_triggered:
        known, _ = await business_events.named(platform, campaign.workspace_id, wanted)
        return [one.name for one in known.attributes] if known else []
    async with platform.db.connection() as conn:
        return await _seen_attributes(conn, campaign, wanted)


async def _seen_attributes(conn: Connection, campaign: Campaign, wanted: str) -> list[str]:
    known = await events.names(conn, campaign.workspace_id)
    found = next((event for event in known if event.name == wanted), None)
    return list(found.attributes) if found else []


async def _show(
    request: Request,
    platform: Platform,
    principal: Principal,
    campaign: Campaign,
    content: contents.Json,
    *,
    typed: Typed | None = None,
    tried: Tried | None = None,
    faults: Faults | None = None,
) -> Response:
    trial = typed is not None and typed.line("action") in ("preview", "test")
    part = trial and bool(request.headers.get("hx-request"))
    known = await _event_attributes(platform, campaign)
    async with platform.db.connection() as conn:
        made = await media_campaigns_store.newest(conn, campaign.workspace_id, MOST_USE_CASES)
    rows = typed.rows("event.key", "event.value") if typed else [(name, "") for name in known]
    return page(
        request,
        "campaigns/tried.html" if part else f"campaigns/{campaign.channel.value.lower()}.html",
        principal,
        status=422 if faults and not part else 200,
        campaign=campaign,
        base=BASE,
        channel=channel_words(campaign.channel),
        delivery_type=DELIVERY_WORDS[campaign.delivery_type],
        triggered=campaign.definition.trigger is not None,
        by_business_event=campaign.delivery_type is DeliveryType.business_event_triggered,
        event_name=(campaign.definition.trigger or {}).get("event_name", ""),
        is_draft=campaign.status is Status.draft,
        steps=steps(campaign.channel, campaign.id),
        content=content,
        configurations=await oauth.list_all(platform, campaign.workspace_id),
        use_cases=[one for one in made if one.state is State.published],
        profile=typed.line("profile") if typed else "",
        event_rows=[{"key": key, "value": value} for key, value in rows],
        starter=_starter(typed),
        tried=tried,
        trial=trial,
        faults=faults or {},
    )


def _starter(typed: Typed | None) -> dict[str, str]:
    return {
        "use_case_id": typed.line("starter.use_case_id") if typed else "",
        "attribute": typed.line("starter.attribute", USUAL_ATTRIBUTE) if typed else USUAL_ATTRIBUTE,
    }
