"""What every page of one media campaign shows around its own part."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Request, Response

from reelpress.console.pages.media_campaigns.form import Faults, name_of
from reelpress.console.view import page
from reelpress.platform.auth import Principal
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from reelpress.studio.campaigns import publish, service, store
from reelpress.studio.campaigns.model import Campaign
from reelpress.studio.campaigns.publish import PublishRefusal
from reelpress.studio.campaigns.store import VersionLine

HOME = "/console/media-campaigns"
_LABELS = {
    "name": "Campaign name",
    "output": "Output",
    "parts": "Parts",
    "mappings": "Layer",
    "values": "Value",
    "connection.egress": "Egress Type",
    "connection.egress.base_url": "Base URL",
    "connection.egress.workspace_id": "Workspace ID",
    "connection.egress.data_api_key": "Data API key",
    "connection.egress.url": "Webhook URL",
    "connection.egress.signing_secrets": "Signing secret",
    "connection.encrypted": "Data Encryption",
}
_PART = re.compile(r"parts\[(\d+)\]")
_MAPPING = re.compile(r"mappings\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Frame:
    """A campaign with what its head says. `fields` are those of the current version: name -> kind."""

    campaign: Campaign
    version: VersionLine | None
    fields: dict[str, str]
    notes: tuple[str, ...]

    @property
    def path(self) -> str:
        return f"{HOME}/{self.campaign.id}"

    @property
    def request_body(self) -> str:
        """What a connector campaign sends to ask for this campaign's media."""
        body = {
            "client-request-id": "MoEngage_{{UserAttribute['MoEngage ID']}}",
            "customer-id": "{{UserAttribute['MoEngage ID']}}",
            "use-case-id": str(self.campaign.id),
            "user-id": "{{UserAttribute['Phone Number']}}",
            "user-config": {name: f"{{{{UserAttribute['{name}']}}}}" for name in self.fields},
            "reference-record-id": "{{Campaign.ID}}",
        }
        return json.dumps(body, indent=2, ensure_ascii=False)

    @property
    def is_changed(self) -> bool:
        """The draft is ahead of what is published."""
        return self.version is not None and self.campaign.updated_at > self.version.published_at


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason why something was refused: its place in the definition, and what a person calls it."""

    place: str
    message: str
    label: str
    path: str


async def frame_of(platform: Platform, principal: Principal, campaign_id: UUID) -> Frame:
    """Raises Refusal 404."""
    async with platform.db.connection() as conn:
        campaign = await service.one(conn, principal.workspace_id, campaign_id)
        lines = await store.version_lines(conn, principal.workspace_id, campaign_id)
        version = (
            await service.version_by_id(conn, principal.workspace_id, campaign.current_version_id)
            if campaign.current_version_id
            else None
        )
    plan: dict[str, Any] = version.plan if version else {}
    return Frame(
        campaign,
        next((line for line in lines if line.id == campaign.current_version_id), None),
        {field["name"]: field["kind"] for field in plan.get("fields", ())},
        tuple(plan.get("notes", ())),
    )


def show(
    request: Request, template: str, principal: Principal, frame: Frame, tab: str, **values: Any
) -> Response:
    """A page of the campaign. `tab`: config, requests or versions."""
    shown: dict[str, Any] = {"frame": frame, "campaign": frame.campaign, "tab": tab, "submitted": 0, **values}
    return page(request, template, principal, **shown)


def saved(request: Request, principal: Principal, campaign: Campaign, faults: list[Fault]) -> Response:
    """The line that says whether what was typed is kept."""
    return page(request, "media_campaigns/saved.html", principal, campaign=campaign, faults=faults)


async def submit(platform: Platform, principal: Principal, frame: Frame) -> int | list[Fault]:
    """Publish the saved draft: the version's number, or every reason why not."""
    try:
        done = await publish.publish(platform, principal, frame.campaign.id)
    except Refusal as refusal:
        return refusal_faults(refusal, frame)
    return done.version.number


def refusal_faults(refusal: Refusal, frame: Frame) -> list[Fault]:
    """A refusal as lines of a list."""
    if isinstance(refusal, PublishRefusal):
        return [_fault(problem.field, problem.message, frame) for problem in refusal.problems]
    words = f"{refusal.message}: {refusal.fix}" if refusal.fix else refusal.message
    return [_fault(refusal.field or "", words, frame)]


def form_faults(faults: Faults, frame: Frame) -> list[Fault]:
    """What is wrong with the typed values as lines of a list."""
    return [_fault(place, message, frame) for place, message in faults.items()]


def by_place(faults: list[Fault]) -> Faults:
    """For the fields of a form: the first message of each place."""
    return {name_of(fault.place): fault.message for fault in reversed(faults)}


def _fault(place: str, message: str, frame: Frame) -> Fault:
    if place.startswith("connection"):
        label = _LABELS.get(place, "Connection Details")
        return Fault(place, message, label, f"{frame.path}/connection")
    if number := _PART.match(place):
        part = int(number[1]) + 1
        return Fault(place, message, f"Part {part}", f"{frame.path}#part-{part}")
    if (number := _MAPPING.match(place)) and int(number[1]) < len(frame.campaign.draft.mappings):
        layer = frame.campaign.draft.mappings[int(number[1])].layer
        return Fault(place, message, f"Layer {layer}", f"{frame.path}#mapping-{number[1]}")
    head = re.split(r"[.\[]", place)[0]
    return Fault(place, message, _LABELS.get(head, place), frame.path)
