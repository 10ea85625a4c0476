"""How campaigns are called and shown, shared by the pages about them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from reelpress.console.pages.campaigns.rules import RuleForm
from reelpress.engage.campaigns.model import BY_EVENT, Campaign, Channel, DeliveryType, Status
from reelpress.engage.custom_segments import service as custom_segments
from reelpress.platform.auth import store
from reelpress.platform.context import Platform

Member = TypeVar("Member", bound=StrEnum)

BASE = "/console/campaigns"

DELIVERY_WORDS = {
    DeliveryType.one_time: "One Time",
    DeliveryType.periodic: "Periodic",
    DeliveryType.event_triggered: "Event Triggered",
    DeliveryType.business_event_triggered: "Business Event Triggered",
}
STATUS_LOOK = {
    Status.draft: ("", "Draft"),
    Status.scheduled: ("info", "Scheduled"),
    Status.active: ("good", "Active"),
    Status.sending: ("info", "Sending"),
    Status.sent: ("good", "Sent"),
    Status.paused: ("warn", "Paused"),
    Status.stopped: ("bad", "Stopped"),
}
RUNNING = (Status.active, Status.sending, Status.scheduled)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the wizard; without a path it cannot be gone to yet."""

    label: str
    path: str


def steps(channel: Channel, campaign_id: str | None) -> list[Step]:
    """The three steps of a campaign."""
    labels = (
        ("users", "Target users"),
        ("content", "Request" if channel is Channel.connector else "Content"),
        ("schedule", "Schedule"),
    )
    return [Step(label, f"{BASE}/{campaign_id}/{name}" if campaign_id else "") for name, label in labels]


def channel_words(channel: Channel) -> str:
    """`Connectors › Custom`, as the menu of channels has it."""
    return "Connectors › Custom" if channel is Channel.connector else "Email"


async def zone_of(platform: Platform, workspace_id: str) -> ZoneInfo:
    """The clock that the workspace's dates and times are on."""
    async with platform.db.connection() as conn:
        workspace = await store.workspace(conn, workspace_id)
    return ZoneInfo(workspace.time_zone if workspace else "UTC")


async def active_segments(platform: Platform, workspace_id: str) -> list[tuple[str, str]]:
    """Id and name of the custom segments an audience may be, by name."""
    now = platform.clock.now()
    found = [one for one in await custom_segments.every(platform, workspace_id) if not one.is_archived(now)]
    return sorted(((one.id, one.name) for one in found), key=lambda one: one[1].casefold())


async def segment_name(platform: Platform, workspace_id: str, audience: RuleForm) -> str:
    """The name of the segment an audience is, nothing where it is none."""
    if audience.kind != "segment":
        return ""
    found = await custom_segments.find(platform, workspace_id, audience.segment)
    return found.name if found else audience.segment


def member_of(words: type[Member], text: str) -> Member | None:
    """The word of that value, None for any other text: a filter that nobody set."""
    return next((one for one in words if one.value == text), None)


def may_edit(campaign: Campaign) -> bool:
    """Whether the services take a change: drafts, and campaigns an event starts that are not over."""
    running = campaign.delivery_type in BY_EVENT and campaign.status in (
        Status.active,
        Status.paused,
    )
    return campaign.status is Status.draft or running
