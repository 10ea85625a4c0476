"""From ingested events to sends, inside the transaction of the ingestion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from reelpress.engage.audiences import service as audiences
from reelpress.engage.audiences.expand import expand, references
from reelpress.engage.audiences.match import Matcher, compile_rule
from reelpress.engage.audiences.times import Moment
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
    from uuid import UUID

    from reelpress.engage.audiences.model import Rule
    from reelpress.engage.events.model import IngestedEvent
    from reelpress.engage.profiles.model import Profile
    from reelpress.platform.context import Platform

_starts: VersionCache[Start] = VersionCache()
_audiences: VersionCache[tuple[Rule, Matcher]] = VersionCache()


async def start(
    conn: Connection,
    platform: Platform,
    workspace_id: str,
    events: Sequence[IngestedEvent],
    profiles: Mapping[str, Profile],
) -> None:
    """Write a send and its job for every active campaign that these events start.

    `profiles` are the events' profiles by profile id, as they stand after the ingestion. One query
    finds the campaigns, one more each what their audiences need of custom segments, past events and
    file segments, one writes the sends, however many events and rules there are.
    """
    names = sorted({event.name for event in events})
    versions = await store.active_for_events(conn, workspace_id, names)
    if not versions:
        return
    now = max(platform.clock.now(), *(event.received_at for event in events))
    moment = Moment(now, versions[0].time_zone)
    started = started_by(versions, events, moment)
    fresh = await _of_the_audience(conn, workspace_id, started, profiles, moment)
    await sends.queue(conn, platform, workspace_id, SendKind.triggered, fresh)


def started_by(
    versions: Sequence[ActiveVersion], events: Sequence[IngestedEvent], moment: Moment
) -> list[tuple[ActiveVersion, IngestedEvent]]:
    """Each version with each event it waits for, whoever the event is of (pure)."""
    return [
        (version, event)
        for version in versions
        for event in events
        if _start_of(version).is_started_by(event.name, event.attributes, moment)
    ]


async def _of_the_audience(
    conn: Connection,
    workspace_id: str,
    started: Sequence[tuple[ActiveVersion, IngestedEvent]],
    profiles: Mapping[str, Profile],
    moment: Moment,
) -> list[NewSend]:
    """A send for each of the pairs whose customer the version is for."""
    rules = await _compiled(conn, workspace_id, [version for version, _ in started])
    profile_ids = {event.profile_id for _, event in started}
    customers = {profile_id: attributes_for_template(profiles[profile_id]) for profile_id in profile_ids}
    asked = [rule for rule, _ in rules.values()]
    subjects = await audiences.subjects(conn, workspace_id, asked, moment, customers)
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
        for version, event in started
        if rules[version.version_id][1](subjects[event.profile_id])
    ]


async def _compiled(
    conn: Connection, workspace_id: str, versions: Sequence[ActiveVersion]
) -> dict[UUID, tuple[Rule, Matcher]]:
    """The audiences of these versions, with what their custom segments mean at present."""
    meant = {version.version_id: _start_of(version).audience for version in versions}
    named = {segment_id for rule in meant.values() for segment_id in references(rule)}
    segments = await audiences.segments(conn, workspace_id, named)

    def compiled(rule: Rule) -> tuple[Rule, Matcher]:
        expanded = expand(rule, segments.meanings)
        return expanded, compile_rule(expanded)

    return {
        version_id: _audiences.get(
            (version_id, segments.version if any(references(rule)) else ()), lambda rule=rule: compiled(rule)
        )
        for version_id, rule in meant.items()
    }


def _start_of(version: ActiveVersion) -> Start:
    return _starts.get(
        version.version_id,
        lambda: compile_start(version.trigger, version.audience, version.display_names),
    )
