"""Bring an install's publisher and campaign to the customer whose device it was."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from reelpress.engage.attribution import store
from reelpress.engage.profiles import service as profiles
from reelpress.engage.profiles import store as profile_store
from reelpress.engage.profiles.changes import Change, apply
from reelpress.engage.profiles.store import Device
from reelpress.platform.context import Platform
from reelpress.platform.crypto import Keyring
from reelpress.platform.db import Connection

KEY_CHARACTERS = 32
IDENTIFIERS = ("moe_gaid", "idfv")


@dataclass(frozen=True, slots=True)
class Install:
    """One install: `identifiers` are advertising ids by name (`moe_gaid`, `idfv`)."""

    identifiers: Mapping[str, str]
    publisher: str | None
    campaign: str | None
    source: str


def attribution_key(keys: Keyring, workspace_id: str) -> str:
    """What a partner proves itself with. It stands in URLs, so it opens nothing else."""
    return keys.digest(f"attribution\n{workspace_id}").hex()[:KEY_CHARACTERS]


async def record(platform: Platform, workspace_id: str, install: Install) -> None:
    """Attribute the customer of the device, or keep the install until the device is known."""
    now = platform.clock.now()
    async with platform.db.transaction() as conn:
        for identifier, value in install.identifiers.items():
            found = await store.profiles_with(conn, workspace_id, identifier, value)
            if found:
                said = dict.fromkeys(found, (install.publisher, install.campaign))
                await _attribute(conn, workspace_id, said, now)
            else:
                await store.keep(conn, workspace_id, identifier, value, install, now)


async def claim(conn: Connection, workspace_id: str, devices: Sequence[Device], at: datetime) -> None:
    """Give waiting installs to the customers of these devices, in the transaction that stores them."""
    owners = {
        (identifier, value): device.profile_id
        for device in devices
        for identifier in IDENTIFIERS
        if isinstance(value := device.attributes.get(identifier), str)
    }
    if not owners:
        return
    said = {
        owners[identifier, value]: (publisher, campaign)
        for identifier, value, publisher, campaign in await store.take(conn, workspace_id, owners)
    }
    if said:
        await _attribute(conn, workspace_id, said, at)


async def _attribute(
    conn: Connection,
    workspace_id: str,
    said: Mapping[str, tuple[str | None, str | None]],
    at: datetime,
) -> None:
    before = await profile_store.lock(conn, workspace_id, said.keys(), [])
    after = {
        one.id: replace(
            one, attributes=apply(one.attributes, Change(set=_named(said[one.id]))), updated_at=at
        )
        for one in before
    }
    await profiles.save(conn, workspace_id, before, after, at)


def _named(said: Collection[str | None]) -> dict[str, Any]:
    names = ("publisher_name", "campaign_name")
    return {name: value for name, value in zip(names, said, strict=True) if value}
