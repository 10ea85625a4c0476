"""Take in events: rows, the profiles' last seen, and what they trigger, in the caller's transaction."""

from collections.abc import Iterator, Mapping, Sequence
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
class Delivery:
    """The sender's idempotency key of a call, and which of the call's events this is."""

    key: str
    position: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """One event as it was sent, for a profile that is known by now; `received_at` where that was earlier."""

    profile_id: str
    name: str
    attributes: Mapping[str, Any]
    time: ClaimedTime
    platform: str | None
    real_time: bool
    details: Mapping[str, Any]
    received_at: datetime | None = None
    delivery: Delivery | None = None
    request_id: str | None = None


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
) -> list[IngestedEvent]:
    """Store the events and start what they trigger; returns the stored ones.

    Events of the future are left out. An event of a delivery that came before, under the same key, counts
    once. The profiles are held by the caller until the transaction ends.
    """
    events = [
        event
        for arrival in arrivals
        if (event := _event(workspace_id, workspace_zone, arrival, profiles, received_at))
    ]
    fresh = await _not_seen_before(conn, workspace_id, events)
    if not fresh:
        return []
    await store.insert(conn, workspace_id, fresh)
    seen = _last_seen(fresh)
    later = {one: at for one, at in seen.items() if at > profiles[one].last_seen_at}
    if later:
        await profile_store.touch(conn, workspace_id, later)
    await store.note(conn, workspace_id, _catalogued(fresh))
    starting = [event for event in fresh if may_trigger(platform, event)]
    if starting:
        await triggers.start(conn, platform, workspace_id, starting, _Seen(profiles, seen))
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


async def _not_seen_before(
    conn: Connection, workspace_id: str, events: Sequence[IngestedEvent]
) -> list[IngestedEvent]:
    delivered = {event.id: event for event in events if event.delivered}
    if not delivered:
        return list(events)
    received_at = max(event.received_at for event in delivered.values())
    fresh = await store.claim_deliveries(conn, workspace_id, delivered.keys(), received_at)
    once = [event for event in events if not event.delivered or delivered[event.id] is event]
    return [event for event in once if not event.delivered or event.id in fresh]


def _event(
    workspace_id: str,
    workspace_zone: str,
    arrival: Arrival,
    profiles: Mapping[str, Profile],
    now: datetime,
) -> IngestedEvent | None:
    received_at = arrival.received_at or now
    offset = times.internal_offset(profiles[arrival.profile_id].attributes, workspace_zone, received_at)
    time = times.resolve(arrival.time, offset, received_at)
    if time is None:
        return None
    delivery = arrival.delivery
    return IngestedEvent(
        id=_delivered_id(workspace_id, arrival, delivery) if delivery else _timed_id(received_at),
        profile_id=arrival.profile_id,
        name=arrival.name,
        attributes=arrival.attributes,
        user_time=time.instant,
        received_at=received_at,
        real_time=arrival.real_time,
        offset_s=time.offset_s,
        platform=arrival.platform,
        details=arrival.details,
        delivered=delivery is not None,
        request_id=arrival.request_id,
    )


def _timed_id(received_at: datetime) -> UUID:
    return ids.timed_uuid(int(received_at.timestamp() * 1000))


def _delivered_id(workspace_id: str, arrival: Arrival, delivery: Delivery) -> UUID:
    """The same for the same event of a repeated delivery, and for nothing else."""
    parts = (workspace_id, arrival.profile_id, str(delivery.position), delivery.key, arrival.name)
    return uuid5(_DELIVERIES, "\n".join(parts))


def _last_seen(events: Sequence[IngestedEvent]) -> dict[str, datetime]:
    seen: dict[str, datetime] = {}
    for event in events:
        seen[event.profile_id] = max(event.user_time, seen.get(event.profile_id, event.user_time))
    return seen


class _Seen(Mapping[str, Profile]):
    """The profiles as last seen by these events; made where somebody asks, since most start nothing."""

    def __init__(self, profiles: Mapping[str, Profile], seen: Mapping[str, datetime]) -> None:
        self._profiles = profiles
        self._seen = seen

    def __getitem__(self, profile_id: str) -> Profile:
        profile = self._profiles[profile_id]
        return replace(profile, last_seen_at=max(profile.last_seen_at, self._seen[profile_id]))

    def __iter__(self) -> Iterator[str]:
        return iter(self._seen)

    def __len__(self) -> int:
        return len(self._seen)


def _catalogued(events: Sequence[IngestedEvent]) -> set[tuple[str, str, str]]:
    first: dict[tuple[str, str], Any] = {}
    for event in events:
        first.setdefault((event.name, ""), None)
        for attribute, value in event.attributes.items():
            first.setdefault((event.name, attribute), value)
    return {
        (name, attribute, infer_type(value) if attribute else "event")
        for (name, attribute), value in first.items()
    }
