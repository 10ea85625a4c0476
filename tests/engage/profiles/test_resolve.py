"""Profiles are found, made and held so that writers never wait in a circle."""

import asyncio
from typing import Any

from reelpress.engage.profiles import service, store
from reelpress.engage.profiles.changes import Identity
from reelpress.engage.profiles.store import NewRow
from reelpress.platform.context import Platform
from reelpress.platform.ids import moengage_id

OLD, NEW = Identity("old"), Identity("new")
WAITING = """
    SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE NOT l.granted AND a.datname = current_database()
"""


async def test_who_waits_for_anothers_newcomer_holds_nobody(platform: Platform, workspace: Any) -> None:
    now = platform.clock.now()

    async def both() -> int:
        async with platform.db.transaction() as conn:
            resolved = await service.resolve(conn, workspace.id, [OLD, NEW], [OLD, NEW], now)
        return len(resolved.profiles)

    async def waits() -> bool:
        async with platform.db.connection() as conn:
            return await conn.fetchval(WAITING) > 0

    async with platform.db.transaction() as conn:
        await service.resolve(conn, workspace.id, [OLD], [OLD], now)
    async with platform.db.transaction() as conn:
        await store.insert(conn, workspace.id, [NewRow(moengage_id(), "new", {}, {})], now)
        other = asyncio.create_task(both())
        while not await waits():
            assert not other.done(), "the other transaction should wait for the newcomer of this one"
            await asyncio.sleep(0.01)
        held = await store.lock_customers(conn, workspace.id, ["old", "new"])
        assert set(held) == {"old", "new"}
    assert await other == 2
