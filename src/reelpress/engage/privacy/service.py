"""Ask for a person to be forgotten, and forget her."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from reelpress.engage.privacy import store, telling
from reelpress.engage.privacy.model import PROFILE, Identity, Kind
from reelpress.engage.profiles import store as profile_store
from reelpress.engage.profiles.phones import normalise
from reelpress.engage.profiles.store import tombstone
from reelpress.platform import ids
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.platform.telemetry import log

ERASE_JOB = "engage.privacy.erase"
PURPOSE = "erasure identities"
_ATTRIBUTES = {
    "user_secondary_id": "user_secondary_id",
    "email": "u_em",
    "mobile": "u_mb",
    "google_advertising_id": "moe_gaid",
    "advertising_identifier": "advertising_identifier",
}
_DEVICE_KEYS = {
    "google_advertising_id": ("moe_gaid",),
    "advertising_identifier": ("advertising_identifier", "idfv", "idfa"),
}


async def request(
    conn: Connection,
    platform: Platform,
    workspace_id: str,
    kind: Kind,
    identities: Sequence[Identity],
    *,
    delay_s: float = 0.0,
) -> UUID:
    """Note who is to be forgotten, and the job that does it after the delay; in the caller's transaction."""
    erasure_id, now = ids.new_uuid(), platform.clock.now()
    sealed = platform.keys.encrypt(msgspec.json.encode(identities), purpose=PURPOSE)
    due_at = now + timedelta(seconds=delay_s)
    await store.insert(conn, workspace_id, erasure_id, kind, sealed, now, due_at)
    payload = {"workspace": workspace_id, "erasure": str(erasure_id)}
    await platform.jobs.enqueue(conn, ERASE_JOB, payload, delay_s=delay_s)
    return erasure_id


async def erase(platform: Platform, workspace_id: str, erasure_id: UUID) -> None:
    """Do what a request asks for; a second time does nothing."""
    async with platform.db.transaction() as conn:
        sealed = await store.open_identities(conn, workspace_id, erasure_id)
        if sealed is None:
            return
        opened = platform.keys.decrypt(sealed, purpose=PURPOSE)
        identities = msgspec.json.decode(opened, type=list[Identity])
        found = await _meant(conn, workspace_id, identities, platform.settings.phone_region)
        people = await store.people(conn, workspace_id, found)
        subjects = telling.subjects_of([(one.kind, one.value) for one in identities], people)
        await telling.tell(conn, platform, workspace_id, erasure_id, subjects)
        await forget(conn, workspace_id, found, [one.value for one in identities if one.kind == "email"])
        await store.finish(conn, workspace_id, erasure_id, len(found), platform.clock.now())
    log.info("an erasure is done", workspace=workspace_id, erasure=str(erasure_id), profiles=len(found))


async def forget(
    conn: Connection, workspace_id: str, profile_ids: Collection[str], addresses: Collection[str] = ()
) -> None:
    """Take every trace of these profiles out of Engage, in the caller's transaction.

    `addresses` are e-mail addresses to be forgotten beside those of the profiles.
    """
    rows = await store.lock(conn, workspace_id, profile_ids)
    found = [row["id"] for row in rows]
    mail = {*addresses, *(row["email"] for row in rows if row["email"])}
    await store.delete_messages(conn, workspace_id, mail)
    if not found:
        return
    await store.delete_jobs(conn, workspace_id, found, {*found, *mail})
    await store.delete_attributions(conn, workspace_id, found)
    await store.delete_profiles(conn, workspace_id, found)
    await store.bury(conn, workspace_id, [tombstone(workspace_id, profile_id) for profile_id in found])


async def _meant(
    conn: Connection, workspace_id: str, identities: Sequence[Identity], region: str | None
) -> set[str]:
    """Everybody whom one of the identities names, and who was merged into them."""
    found: set[str] = set()
    for identity in identities:
        value = identity.value
        if identity.kind == "ID":
            found |= set((await profile_store.ids_by_customer_ids(conn, workspace_id, [value])).values())
            continue
        if identity.kind == PROFILE:
            found |= await profile_store.existing_ids(conn, workspace_id, [value])
            continue
        spellings = {value, value.lower()} if identity.kind == "email" else {value, normalise(value, region)}
        key = _ATTRIBUTES[identity.kind]
        found |= await store.profiles_by_attribute(conn, workspace_id, key, spellings)
        if identity.kind in _DEVICE_KEYS:
            keys = _DEVICE_KEYS[identity.kind]
            found |= await store.profiles_by_device(conn, workspace_id, keys, [value])
    return await store.with_merged(conn, workspace_id, found)
