"""Merge customers, one transaction for each pair (Merge Users page of the Data API)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from reelpress.engage.events import service as events
from reelpress.engage.events.service import Arrival
from reelpress.engage.events.times import ClaimedTime
from reelpress.engage.merges import store
from reelpress.engage.merges.model import Pair
from reelpress.engage.privacy import service as privacy
from reelpress.engage.profiles import service as profiles
from reelpress.engage.profiles import store as profile_store
from reelpress.engage.profiles.model import Profile
from reelpress.engage.profiles.phones import SENT_KEYS
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.platform.telemetry import log

EVENTS_MOVE_FOR = timedelta(days=30)
SILENCE = timedelta(days=30)
PURGED_AT_ONCE = 500
RETAINED_EVENT, MERGED_EVENT = "MOE_USER_MERGE_EVENT", "MOE_USER_MERGED"


async def merge(platform: Platform, workspace_id: str, zone: str, pairs: Sequence[Pair]) -> int:
    """Merge the pairs in their order; a pair that cannot be merged is skipped. Returns how many were.

    The retained profile wins where both have an attribute. Events of the last 30 days move. Merging is not
    transitive: what came to a profile by a merge does not move on with the next.
    """
    merged = 0
    for pair in pairs:
        async with platform.db.transaction() as conn:
            merged += await _merge_one(conn, platform, workspace_id, zone, pair)
    if merged < len(pairs):
        log.info("pairs were not merged", workspace=workspace_id, pairs=len(pairs) - merged)
    return merged


async def purge(platform: Platform) -> None:
    """Erase merged profiles of which nothing was heard for 30 days."""
    now = platform.clock.now()
    async with platform.db.connection() as conn:
        found = await store.silent(conn, now - SILENCE, PURGED_AT_ONCE)
    for workspace_id in dict.fromkeys(workspace for workspace, _ in found):
        async with platform.db.transaction() as conn:
            gone = [profile_id for workspace, profile_id in found if workspace == workspace_id]
            await privacy.forget(conn, workspace_id, gone)


def united(merged: Mapping[str, Any], retained: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of both; on a conflict the retained profile's (pure)."""
    # The form a number was sent in belongs to its number.
    bound = {sent for key, sent in SENT_KEYS.items() if key in retained}
    return {**{key: value for key, value in merged.items() if key not in bound}, **retained}


async def _merge_one(conn: Connection, platform: Platform, workspace_id: str, zone: str, pair: Pair) -> bool:
    named = {pair.merged, pair.retained}
    found = await profile_store.ids_by_customer_ids(conn, workspace_id, named)
    if len(found) < len(named) or pair.merged == pair.retained:
        return False
    locked = await profile_store.lock(conn, workspace_id, list(found.values()), [])
    by_customer = {profile.customer_id: profile for profile in locked}
    merged, retained = by_customer.get(pair.merged), by_customer.get(pair.retained)
    if merged is None or retained is None:
        return False
    now = platform.clock.now()
    after = {
        merged.id: replace(merged, attributes={}, platforms={}, updated_at=now),
        retained.id: replace(
            retained,
            attributes=united(merged.attributes, retained.attributes),
            platforms={**merged.platforms, **retained.platforms},
            updated_at=now,
        ),
    }
    await profiles.save(conn, workspace_id, [merged, retained], after, now)
    await store.move_devices(conn, workspace_id, merged.id, retained.id)
    origin = {store.MERGED_FROM: merged.id}
    await store.move_events(conn, workspace_id, merged.id, retained.id, now - EVENTS_MOVE_FOR, origin)
    await store.move_sends(conn, workspace_id, merged.id, retained.id)
    await store.mark(conn, workspace_id, merged.id, retained.id, now)
    await _announce(conn, platform, workspace_id, zone, (after[merged.id], after[retained.id]), now)
    return True


async def _announce(
    conn: Connection,
    platform: Platform,
    workspace_id: str,
    zone: str,
    pair: tuple[Profile, Profile],
    now: datetime,
) -> None:
    merged, retained = pair
    said = {"merged_user": merged.customer_id, "retained_user": retained.customer_id}
    arrivals = [
        Arrival(profile.id, name, said, ClaimedTime(), None, True, {})
        for name, profile in ((RETAINED_EVENT, retained), (MERGED_EVENT, merged))
    ]
    known = {merged.id: merged, retained.id: retained}
    await events.ingest(conn, platform, workspace_id, zone, arrivals, known, received_at=now)
