"""Jobs: committed with their fact, done again after a failure, held when they cannot be done."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from reelpress.platform.context import Platform
from reelpress.platform.jobs import Registry, RetryLater, Worker
from reelpress.platform.telemetry import current_request_id, set_request_id


@asynccontextmanager
async def working(platform: Platform, registry: Registry) -> AsyncGenerator[None]:
    worker = Worker(platform, registry, "io", at_once=8)
    running = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.stop()
        await asyncio.wait_for(running, 20)


async def until(condition: Any, within_s: float = 15) -> None:
    async with asyncio.timeout(within_s):
        while not await condition():  # noqa: ASYNC110 - what is waited for is in the database
            await asyncio.sleep(0.02)


async def test_a_job_of_a_transaction_that_rolled_back_is_never_done(platform: Platform) -> None:
    done: list[str] = []

    async def note(_: Platform, payload: dict[str, Any]) -> None:
        done.append(payload["name"])

    registry = Registry()
    registry.handle("note", note)
    with pytest.raises(ZeroDivisionError):
        async with platform.db.transaction() as conn:
            await platform.jobs.enqueue(conn, "note", {"name": "rolled back"})
            raise ZeroDivisionError
    async with platform.db.transaction() as conn:
        await platform.jobs.enqueue(conn, "note", {"name": "committed"})
    async with working(platform, registry):
        await until(lambda: _is(bool(done)))
    assert done == ["committed"]


async def test_a_job_that_asks_to_come_later_comes_again(platform: Platform) -> None:
    tries = 0

    async def stumble(_: Platform, __: dict[str, Any]) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise RetryLater(0.01, "not yet")

    registry = Registry()
    registry.handle("stumble", stumble)
    async with platform.db.transaction() as conn:
        await platform.jobs.enqueue(conn, "stumble", {})
    async with working(platform, registry):
        await until(lambda: _is(tries == 3))
        await until(lambda: _no_jobs(platform))


async def test_a_failed_job_is_held_and_keeps_no_values(platform: Platform) -> None:
    async def fail(_: Platform, __: dict[str, Any]) -> None:
        raise ValueError("Asha's phone number is +911234567890")

    registry = Registry()
    registry.handle("fail", fail)
    async with platform.db.transaction() as conn:
        await platform.jobs.enqueue(conn, "fail", {})

    async def held() -> bool:
        async with platform.db.connection() as conn:
            return await conn.fetchval("SELECT count(*) FROM pgqueuer WHERE status = 'failed'") == 1

    async with working(platform, registry):
        await until(held)
    async with platform.db.connection() as conn:
        traces = await conn.fetch(
            "SELECT traceback::text AS text FROM pgqueuer_log WHERE traceback IS NOT NULL"
        )
    assert traces
    assert all("ValueError" in row["text"] and "Asha" not in row["text"] for row in traces)


async def test_the_request_id_follows_the_job(platform: Platform) -> None:
    seen: list[str | None] = []

    async def look(_: Platform, __: dict[str, Any]) -> None:
        seen.append(current_request_id())

    registry = Registry()
    registry.handle("look", look)
    set_request_id("a request")
    async with platform.db.transaction() as conn:
        await platform.jobs.enqueue(conn, "look", {})
    set_request_id(None)
    async with working(platform, registry):
        await until(lambda: _is(bool(seen)))
    assert seen == ["a request"]


async def _is(value: bool) -> bool:
    return value


async def _no_jobs(platform: Platform) -> bool:
    async with platform.db.connection() as conn:
        return await conn.fetchval("SELECT count(*) FROM pgqueuer") == 0
