"""Carry out a Data API call in one transaction: customers first, so that events meet what they say."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from reelpress.engage.attribution import service as attribution
from reelpress.engage.data_api.access import Workspace
from reelpress.engage.data_api.model import Batch
from reelpress.engage.data_api.phones import normalised
from reelpress.engage.events import service as events
from reelpress.engage.events.service import Arrival
from reelpress.engage.profiles import service as profiles
from reelpress.engage.profiles import store as profile_store
from reelpress.engage.profiles.changes import Identity, apply
from reelpress.engage.profiles.model import Profile
from reelpress.engage.profiles.service import Resolved
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.platform.telemetry import log


async def accept(platform: Platform, workspace: Workspace, batch: Batch, delivery: str | None = None) -> None:
    """Write what the batch says, and start what its events trigger.

    `delivery` is the sender's idempotency key: events of a repeated delivery count once.
    """
    now = platform.clock.now()
    batch = normalised(batch, platform.settings.phone_region)
    async with platform.db.transaction() as conn:
        resolved = await profiles.resolve(conn, workspace.id, _named(batch), _creating(batch), now)
        before = {profile.id: profile for profile in resolved.profiles.values()}
        after = _updated(batch, resolved, before, now)
        await profiles.save(conn, workspace.id, list(before.values()), after, now)
        await _write_devices(conn, workspace.id, batch, resolved, now)
        await events.ingest(
            conn,
            platform,
            workspace.id,
            workspace.time_zone,
            _arrivals(batch, resolved),
            after,
            received_at=now,
            delivery=delivery,
        )
    if batch.skipped:
        log.info("bulk elements left out", workspace=workspace.id, reasons=dict(batch.skipped))


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


def _arrivals(batch: Batch, resolved: Resolved) -> list[Arrival]:
    return [
        Arrival(
            profile_id=resolved.profiles[element.identity].id,
            name=action.name,
            attributes=action.attributes,
            time=action.time,
            platform=action.platform,
            real_time=action.real_time,
            details=action.details,
        )
        for element in batch.events
        if element.identity in resolved.profiles
        for action in element.actions
    ]
