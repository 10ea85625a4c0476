"""Take in events: rows, the profiles' last seen, and what they trigger, in the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from reelpress.engage.campaigns import triggers
from reelpress.engage.events import store, times
from reelpress.engage.events.model import IngestedEvent
from reelpress.engage.events.times import ClaimedTime
from reelpress.engage.profiles import store as profile_store
from reelpress.engage.profiles.model import AttributeType, Profile
from reelpress.engage.profiles.values import infer_type
from reelpress.platform import ids
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection

TRIGGER_WINDOW = timedelta(hours=1)
"""Events older than this are history: they are stored and start nothing."""

_DELIVERIES = UUID("4b0b9a5e-6f5d-4c8e-9a55-0f2a4ef5a1c7")


@dataclass(frozen=True, slots=True)
class Arrival:
    """One event as it was sent, for a profile that is known by now."""

    profile_id: str
    name: str
    attributes: Mapping[str, Any]
    time: ClaimedTime
    platform: str | None
    real_time: bool
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EventName:
    """An event a workspace has seen, and its attributes with their types."""

    name: str
    attributes: Mapping[str, AttributeType]


async def ingest(
    conn: Connection,
    platform: Platform,
    workspace_id: str,
    workspace_zone: str,
    arrivals: Sequence[Arrival],
    profiles: Mapping[str, Profile],
    *,
    received_at: datetime,
    delivery: str | None = None,
) -> list[IngestedEvent]:
    """Store the events and start what they trigger; returns the stored ones.

    Events of the future are left out. With a `delivery` (an idempotency key of the sender) an event
    that came before under the same key counts once.
    """
    events = [
        event
        for index, arrival in enumerate(arrivals)
        if (event := _event(workspace_id, workspace_zone, arrival, profiles, received_at, delivery, index))
    ]
    if not events:
        return []
    inserted = await store.insert(conn, workspace_id, events)
    fresh = [event for event in events if event.id in inserted]
    if not fresh:
        return []
    seen = _last_seen(fresh)
    await profile_store.touch(conn, workspace_id, seen)
    await store.note(conn, workspace_id, _catalogued(fresh))
    starting = [event for event in fresh if may_trigger(platform, event)]
    if starting:
        await triggers.start(conn, platform, workspace_id, starting, _seen(profiles, seen))
    return fresh


def may_trigger(platform: Platform, event: IngestedEvent) -> bool:
    """Whether an event is recent enough, and marked as real-time where the operator asks for that."""
    if platform.settings.trigger_needs_real_time_action and not event.real_time:
        return False
    return event.received_at - event.user_time <= TRIGGER_WINDOW


async def names(conn: Connection, workspace_id: str) -> list[EventName]:
    """Every event name the workspace has seen, by name."""
    found: dict[str, dict[str, Any]] = {}
    for name, attribute, kind in await store.catalog(conn, workspace_id):
        attributes = found.setdefault(name, {})
        if attribute:
            attributes[attribute] = kind
    return [EventName(name, attributes) for name, attributes in found.items()]


def _event(
    workspace_id: str,
    workspace_zone: str,
    arrival: Arrival,
    profiles: Mapping[str, Profile],
    received_at: datetime,
    delivery: str | None,
    index: int,
) -> IngestedEvent | None:
    offset = times.internal_offset(profiles[arrival.profile_id].attributes, workspace_zone, received_at)
    time = times.resolve(arrival.time, offset, received_at)
    if time is None:
        return None
    return IngestedEvent(
        id=_delivered_id(workspace_id, arrival, delivery, index) if delivery else ids.new_uuid(),
        profile_id=arrival.profile_id,
        name=arrival.name,
        attributes=arrival.attributes,
        user_time=time.instant,
        received_at=received_at,
        real_time=arrival.real_time,
        offset_s=time.offset_s,
        platform=arrival.platform,
        details=arrival.details,
    )


def _delivered_id(workspace_id: str, arrival: Arrival, delivery: str, index: int) -> UUID:
    """The same for the same event of a repeated delivery, and for nothing else."""
    return uuid5(
        _DELIVERIES, "\n".join((workspace_id, arrival.profile_id, str(index), delivery, arrival.name))
    )


def _last_seen(events: Sequence[IngestedEvent]) -> dict[str, datetime]:
    seen: dict[str, datetime] = {}
    for event in events:
        seen[event.profile_id] = max(event.user_time, seen.get(event.profile_id, event.user_time))
    return seen


def _seen(profiles: Mapping[str, Profile], seen: Mapping[str, datetime]) -> dict[str, Profile]:
    return {
        profile_id: replace(profiles[profile_id], last_seen_at=max(profiles[profile_id].last_seen_at, at))
        for profile_id, at in seen.items()
    }


def _catalogued(events: Sequence[IngestedEvent]) -> set[tuple[str, str, str]]:
    kinds: dict[tuple[str, str], str] = {}
    for event in events:
        kinds[event.name, ""] = "event"
        for attribute, value in event.attributes.items():
            kinds.setdefault((event.name, attribute), infer_type(value))
    return {(name, attribute, kind) for (name, attribute), kind in kinds.items()}
