"""Campaign Config > Connection Details: ingress, egress, time to live, encryption; Submit."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from reelpress.console.access import Marketer, Viewer
from reelpress.console.pages.media_campaigns.form import Values, values_of
from reelpress.console.pages.media_campaigns.frame import (
    HOME,
    Fault,
    Frame,
    by_place,
    form_faults,
    frame_of,
    refusal_faults,
    saved,
    show,
    submit,
)
from reelpress.console.pages.media_campaigns.keep import NotKept, keep_connection
from reelpress.console.route import PageRoute
from reelpress.platform.auth import Principal
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from reelpress.platform.web import PlatformDep
from reelpress.studio.campaigns import service
from reelpress.studio.campaigns.model import SECRET_MASK, CpaasEgress, TimeToLive, WebhookEgress

EGRESS = "connection.egress"
WIRE_REFERENCES = ("customer-id", "user-id", "client-request-id", "reference-record-id")

router = APIRouter(prefix=HOME, route_class=PageRoute)


@router.get("/{campaign_id}/connection")
async def details(request: Request, platform: PlatformDep, principal: Viewer, campaign_id: UUID) -> Response:
    """The form; secrets show as a mask."""
    frame = await frame_of(platform, principal, campaign_id)
    return await _show(request, platform, principal, frame, await _values(platform, frame))


@router.post("/{campaign_id}/connection")
async def save(request: Request, platform: PlatformDep, principal: Marketer, campaign_id: UUID) -> Response:
    """Keep what is typed."""
    frame = await frame_of(platform, principal, campaign_id)
    quick = bool(request.headers.get("hx-request"))
    try:
        campaign = await keep_connection(request, platform, principal, frame.campaign)
    except NotKept as fault:
        faults = form_faults(fault.faults, frame)
        if quick:
            return saved(request, principal, frame.campaign, faults)
        return await _show(request, platform, principal, frame, fault.values, faults)
    if quick:
        return saved(request, principal, campaign, [])
    return RedirectResponse(f"{frame.path}/connection", status_code=303)


@router.post("/{campaign_id}/connection/submit")
async def submit_connection(
    request: Request, platform: PlatformDep, principal: Marketer, campaign_id: UUID
) -> Response:
    """Save, then publish; every reason why not is listed."""
    frame = await frame_of(platform, principal, campaign_id)
    try:
        await keep_connection(request, platform, principal, frame.campaign)
    except NotKept as fault:
        faults = form_faults(fault.faults, frame)
        return await _show(request, platform, principal, frame, fault.values, faults)
    outcome = await submit(platform, principal, frame)
    if isinstance(outcome, int):
        return RedirectResponse(f"{frame.path}?submitted={outcome}", status_code=303)
    kept = await frame_of(platform, principal, campaign_id)
    return await _show(request, platform, principal, kept, await _values(platform, kept), outcome)


@router.post("/{campaign_id}/connection/signing-secret")
async def make_signing_secret(
    request: Request, platform: PlatformDep, principal: Marketer, campaign_id: UUID
) -> Response:
    """Save, then make a signing secret, which is shown this once."""
    frame = await frame_of(platform, principal, campaign_id)
    try:
        await keep_connection(request, platform, principal, frame.campaign)
        secret = await service.new_signing_secret(platform, principal, campaign_id)
    except NotKept as fault:
        faults = form_faults(fault.faults, frame)
        return await _show(request, platform, principal, frame, fault.values, faults)
    except Refusal as refusal:
        values = await _values(platform, frame)
        return await _show(request, platform, principal, frame, values, refusal_faults(refusal, frame))
    kept = await frame_of(platform, principal, campaign_id)
    values = await _values(platform, kept)
    return await _show(request, platform, principal, kept, values, signing_secret=secret)


async def _values(platform: Platform, frame: Frame) -> Values:
    async with platform.db.connection() as conn:
        definition = await service.readable(conn, platform, frame.campaign)
    return values_of(definition)


async def _show(
    request: Request,
    platform: Platform,
    principal: Principal,
    frame: Frame,
    values: Values,
    faults: list[Fault] | None = None,
    **more: Any,
) -> Response:
    return show(
        request,
        "media_campaigns/connection.html",
        principal,
        frame,
        "config",
        status=422 if faults else 200,
        values={**_suggested(platform, principal), **values},
        egress=values.get(f"{EGRESS}.type", ""),
        secret_is_set=SECRET_MASK
        in (values.get(f"{EGRESS}.data_api_key"), values.get(f"{EGRESS}.signing_secrets.0")),
        mask=SECRET_MASK,
        times=list(TimeToLive),
        profile_keys=(*WIRE_REFERENCES, *frame.campaign.draft.fields("text")),
        faults=faults or [],
        fault_at=by_place(faults or []),
        **{"signing_secret": None, **more},
    )


def _suggested(platform: Platform, principal: Principal) -> Values:
    """What the fields of every egress say before anybody types: our own Engage, as a convenience."""
    own = CpaasEgress(base_url=platform.settings.public_url, workspace_id=principal.workspace_id)
    given = {**WebhookEgress(url="").model_dump(), **own.model_dump(exclude={"type"})}
    texts = {key: value for key, value in given.items() if isinstance(value, str) and key != "type"}
    return {f"{EGRESS}.{key}": texts.get(key, "") for key in given if key != "type"}
