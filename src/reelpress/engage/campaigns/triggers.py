"""From ingested events to sends, inside the transaction of the ingestion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from reelpress.engage.campaigns import store
from reelpress.engage.campaigns.cache import VersionCache
from reelpress.engage.campaigns.rules import Start, compile_start
from reelpress.engage.campaigns.sends import service as sends
from reelpress.engage.campaigns.sends.model import NewSend, SendKind
from reelpress.engage.profiles.service import attributes_for_template
from reelpress.platform.db import Connection
from reelpress.platform.ids import new_uuid

if TYPE_CHECKING:
    from reelpress.engage.events.model import IngestedEvent
    from reelpress.engage.profiles.model import Profile
    from reelpress.platform.context import Platform

_starts: VersionCache[Start] = VersionCache()


@dataclass(frozen=True, slots=True)
class Starting:
    """An active version and the rules that start it."""

    campaign_id: str
    version_id: UUID
    start: Start


async def start(
    conn: Connection,
    platform: Platform,
    workspace_id: str,
    events: Sequence[IngestedEvent],
    profiles: Mapping[str, Profile],
) -> None:
    """Write a send and its job for every active campaign that these events start.

    `profiles` are the events' profiles by profile id, as they stand after the ingestion. One query says
    which versions are active now, so that a paused campaign is paused at once in every process; the rules
    of a version are read and compiled once a process. One statement writes the sends.
    """
    active = await _active(conn, workspace_id, sorted({event.name for event in events}))
    if not active:
        return
    concerned = [event for event in events if event.name in active]
    customers = {
        profile_id: attributes_for_template(profiles[profile_id])
        for profile_id in {event.profile_id for event in concerned}
    }
    await sends.queue(
        conn, platform, workspace_id, SendKind.triggered, matching(active, concerned, customers)
    )


def matching(
    active: Mapping[str, Sequence[Starting]],
    events: Sequence[IngestedEvent],
    customers: Mapping[str, Mapping[str, Any]],
) -> list[NewSend]:
    """A send for each event and version (by event name) whose rules it meets (pure)."""
    return [
        NewSend(
            id=new_uuid(),
            campaign_id=one.campaign_id,
            version_id=one.version_id,
            occasion=event.id,
            profile_id=event.profile_id,
            event_attributes=dict(event.attributes),
            request_id=event.request_id,
        )
        for event in events
        for one in active.get(event.name, ())
        if one.start.matches(event.name, event.attributes, customers[event.profile_id])
    ]


async def _active(conn: Connection, workspace_id: str, names: Sequence[str]) -> dict[str, list[Starting]]:
    """What these events may start, by event name."""
    heads = await store.active_for_events(conn, workspace_id, names)
    unknown = [version_id for _, version_id in heads if version_id not in _starts]
    fresh = {
        one.version_id: compile_start(one.trigger, one.audience, one.display_names)
        for one in (await store.trigger_versions(conn, workspace_id, unknown) if unknown else [])
    }
    active: dict[str, list[Starting]] = {}
    for campaign_id, version_id in heads:
        start = _starts.get(version_id, partial(fresh.__getitem__, version_id))
        active.setdefault(start.event_name, []).append(Starting(campaign_id, version_id, start))
    return active
