"""A job that loses the database under its feet has not failed: it is done again."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from reelpress.platform.context import Platform
from reelpress.platform.db import Connection, Database
from reelpress.platform.jobs import Registry, Worker


class AbsentDatabase(Database):
    """A pool whose server refuses every connection, as it does while it starts."""

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator[Connection]:
        raise ConnectionRefusedError
        yield


async def test_a_job_whose_connection_is_cut_comes_again_and_is_not_held(platform: Platform) -> None:
    tries = 0

    async def lose_connection(platform: Platform, _: dict[str, Any]) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            async with platform.db.transaction() as conn:
                await conn.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    assert await _states_once(platform, lose_connection, lambda: tries == 2) == []


async def test_a_job_that_finds_no_database_stays_taken_so_that_its_lease_runs_out(
    platform: Platform,
) -> None:
    tries = 0

    async def find_nothing(_: Platform, __: dict[str, Any]) -> None:
        nonlocal tries
        tries += 1
        raise ConnectionRefusedError

    absent = replace(platform, db=AbsentDatabase(platform.db.pool, platform.db.url))
    assert await _states_once(absent, find_nothing, lambda: tries == 1) == ["picked"]


async def test_a_refused_connection_elsewhere_is_a_failure_like_any_other(platform: Platform) -> None:
    async def reach_nobody(_: Platform, __: dict[str, Any]) -> None:
        raise FileNotFoundError("media/x.mp4")

    async def held() -> bool:
        return await _states(platform) == ["failed"]

    assert await _states_once(platform, reach_nobody, lambda: True, until=held) == ["failed"]


async def _states_once(platform: Platform, handler: Any, happened: Any, until: Any = None) -> list[str]:
    """The states of the queue once the handler has run as often as it should and the worker has stopped."""
    registry = Registry()
    registry.handle("job", handler)
    async with platform.db.transaction() as conn:
        await platform.jobs.enqueue(conn, "job", {})
    worker = Worker(platform, registry, "io", at_once=8)
    running = asyncio.create_task(worker.run())
    try:
        async with asyncio.timeout(30):
            while not happened() or (until is not None and not await until()):  # noqa: ASYNC110 - see until
                await asyncio.sleep(0.02)
    finally:
        worker.stop()
        await asyncio.wait_for(running, 20)
    return await _states(platform)


async def _states(platform: Platform) -> list[str]:
    pool: Any = platform.db.pool
    return [row["status"] for row in await pool.fetch("SELECT status::text FROM pgqueuer")]
