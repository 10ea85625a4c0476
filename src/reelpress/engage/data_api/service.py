"""Carry out Data API calls in one transaction: customers first, so that events meet what they say."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from reelpress.engage.attribution import service as attribution
from reelpress.engage.data_api.access import Workspace
from reelpress.engage.data_api.model import Batch
from reelpress.engage.data_api.phones import normalised
from reelpress.engage.events import service as events
from reelpress.engage.events.service import Arrival, Delivery
from reelpress.engage.profiles import service as profiles
from reelpress.engage.profiles import store as profile_store
from reelpress.engage.profiles.changes import Identity, apply
from reelpress.engage.profiles.model import Profile
from reelpress.engage.profiles.service import Resolved
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.platform.telemetry import log


@dataclass(frozen=True, slots=True)
class Call:
    """One call: what it says, when it came, the sender's key of it if any, the bytes of its body."""

    batch: Batch
    received_at: datetime
    delivery: str | None = None
    request_id: str | None = None
    size: int = 0


async def accept(platform: Platform, workspace: Workspace, batch: Batch, delivery: str | None = None) -> None:
    """Write what one call says, by itself. Events of a repeated `delivery` count once."""
    await write(platform, workspace, [call_of(platform, batch, delivery)])


def call_of(
    platform: Platform,
    batch: Batch,
    delivery: str | None = None,
    request_id: str | None = None,
    size: int = 0,
) -> Call:
    """A batch as `write` takes it, received now; its phone numbers in E.164."""
    return Call(
        normalised(batch, platform.settings.phone_region), platform.clock.now(), delivery, request_id, size
    )


async def write(platform: Platform, workspace: Workspace, calls: Sequence[Call]) -> None:
    """Write what the calls say in one transaction, and start what their events trigger.

    The customers of all calls come first, in the order of the calls; then devices and events.
    """
    now = platform.clock.now()
    said = _together([call.batch for call in calls])
    async with platform.db.transaction() as conn:
        resolved = await profiles.resolve(conn, workspace.id, _named(said), _creating(said), now)
        before = {profile.id: profile for profile in resolved.profiles.values()}
        after = _updated(said, resolved, before, now) if said.customers else before
        if said.customers:
            await profiles.save(conn, workspace.id, list(before.values()), after, now)
        await _write_devices(conn, workspace.id, said, resolved, now)
        arrivals = [arrival for call in calls for arrival in _arrivals(call, resolved)]
        if arrivals:
            await events.ingest(
                conn, platform, workspace.id, workspace.time_zone, arrivals, after, received_at=now
            )
    if said.skipped:
        log.info("bulk elements left out", workspace=workspace.id, reasons=dict(said.skipped))


def _together(batches: Sequence[Batch]) -> Batch:
    if len(batches) == 1:
        return batches[0]
    skipped: Counter[str] = Counter()
    for batch in batches:
        skipped.update(batch.skipped)
    return Batch(
        customers=tuple(element for batch in batches for element in batch.customers),
        events=tuple(element for batch in batches for element in batch.events),
        devices=tuple(element for batch in batches for element in batch.devices),
        skipped=skipped,
    )


def _named(batch: Batch) -> list[Identity]:
    elements = (*batch.customers, *batch.events, *batch.devices)
    return list(dict.fromkeys(element.identity for element in elements))


def _creating(batch: Batch) -> list[Identity]:
    updated = [element.identity for element in batch.customers if not element.existing_only]
    acting = [element.identity for element in batch.events if not element.existing_only]
    return list(dict.fromkeys([*updated, *acting]))


def _updated(
    batch: Batch, resolved: Resolved, before: Mapping[str, Profile], now: datetime
) -> dict[str, Profile]:
    after = dict(before)
    existing = set(before) - resolved.created
    for element in batch.customers:
        found = resolved.profiles.get(element.identity)
        if found is None or (element.existing_only and found.id not in existing):
            continue
        existing.add(found.id)
        profile = after[found.id]
        after[found.id] = replace(
            profile,
            attributes=apply(profile.attributes, element.change),
            platforms={**profile.platforms, **element.change.platforms},
            updated_at=now,
        )
    return after


async def _write_devices(
    conn: Connection, workspace_id: str, batch: Batch, resolved: Resolved, now: datetime
) -> None:
    devices = {
        (profile.id, element.device_id): profile_store.Device(
            profile.id, element.device_id, element.platform, element.push_id, element.attributes
        )
        for element in batch.devices
        if (profile := resolved.profiles.get(element.identity)) is not None
    }
    if devices:
        await profile_store.upsert_devices(conn, workspace_id, list(devices.values()), now)
        await attribution.claim(conn, workspace_id, list(devices.values()), now)


def _arrivals(call: Call, resolved: Resolved) -> list[Arrival]:
    acting = ((element, action) for element in call.batch.events for action in element.actions)
    return [
        Arrival(
            profile_id=resolved.profiles[element.identity].id,
            name=action.name,
            attributes=action.attributes,
            time=action.time,
            platform=action.platform,
            real_time=action.real_time,
            details=action.details,
            received_at=call.received_at,
            delivery=Delivery(call.delivery, position) if call.delivery else None,
            request_id=call.request_id,
        )
        for position, (element, action) in enumerate(acting)
        if element.identity in resolved.profiles
    ]
