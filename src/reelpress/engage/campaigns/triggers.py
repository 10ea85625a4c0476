"""From ingested events to sends, inside the transaction of the ingestion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reelpress.engage.campaigns import store
from reelpress.engage.campaigns.cache import VersionCache
from reelpress.engage.campaigns.rules import Start, compile_start
from reelpress.engage.campaigns.sends import service as sends
from reelpress.engage.campaigns.sends.model import NewSend, SendKind
from reelpress.engage.campaigns.store import ActiveVersion
from reelpress.engage.profiles.service import attributes_for_template
from reelpress.platform.db import Connection
from reelpress.platform.ids import new_uuid

if TYPE_CHECKING:
    from reelpress.engage.events.model import IngestedEvent
    from reelpress.engage.profiles.model import Profile
    from reelpress.platform.context import Platform

_starts: VersionCache[Start] = VersionCache()


async def start(
    conn: Connection,
    platform: Platform,
    workspace_id: str,
    events: Sequence[IngestedEvent],
    profiles: Mapping[str, Profile],
) -> None:
    """Write a send and its job for every active campaign that these events start.

    `profiles` are the events' profiles by profile id, as they stand after the ingestion. One query
    finds the campaigns, one writes the sends, however many events and rules there are.
    """
    names = sorted({event.name for event in events})
    versions = await store.active_for_events(conn, workspace_id, names)
    if not versions:
        return
    customers = {event.profile_id: attributes_for_template(profiles[event.profile_id]) for event in events}
    await sends.queue(conn, platform, workspace_id, SendKind.triggered, matching(versions, events, customers))


def matching(
    versions: Sequence[ActiveVersion],
    events: Sequence[IngestedEvent],
    customers: Mapping[str, Mapping[str, Any]],
) -> list[NewSend]:
    """A send for each event and version whose rules it meets (pure)."""
    return [
        NewSend(
            id=new_uuid(),
            campaign_id=version.campaign_id,
            version_id=version.version_id,
            occasion=event.id,
            profile_id=event.profile_id,
            event_attributes=dict(event.attributes),
            request_id=event.request_id,
        )
        for version in versions
        for event in events
        if _start_of(version).matches(event.name, event.attributes, customers[event.profile_id])
    ]


def _start_of(version: ActiveVersion) -> Start:
    return _starts.get(
        version.version_id,
        lambda: compile_start(version.trigger, version.audience, version.display_names),
    )
