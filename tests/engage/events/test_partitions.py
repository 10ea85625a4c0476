"""Events lie in months: older installations move there, the clock makes the next ones and drops old ones."""

import os
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reelpress.engage.data_api import service
from reelpress.engage.data_api.access import Workspace
from reelpress.engage.data_api.parse import parse_event, parse_transition
from reelpress.engage.events import jobs
from reelpress.platform.clock import FixedClock
from reelpress.platform.context import Platform
from reelpress.platform.db import connect
from reelpress.platform.db.migrate import upgrade

NOW = datetime.now(UTC)
MONTH = "SELECT tableoid::regclass::text AS month, name FROM events ORDER BY user_time, name"


@pytest.fixture
async def older_database(postgres_url: str) -> AsyncGenerator[str]:
    """A database with the schema before events were partitioned."""
    name = f"test_{os.getpid()}_{os.urandom(4).hex()}"
    admin = await connect(postgres_url)
    await admin.execute(f"CREATE DATABASE {name}")
    url = postgres_url.replace("/postgres?", f"/{name}?")
    try:
        await upgrade(url, "0007")
        yield url
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


async def test_the_events_of_an_older_installation_move_into_their_months(older_database: str) -> None:
    conn = await connect(older_database)
    await conn.execute("INSERT INTO workspaces (id, name, time_zone) VALUES ('W', 'W', 'UTC')")
    await conn.execute("INSERT INTO profiles (workspace_id, id) VALUES ('W', repeat('a', 24))")
    await conn.execute(
        """
        INSERT INTO events (workspace_id, id, profile_id, name, attributes, user_time, received_at)
        SELECT 'W', id::uuid, repeat('a', 24), name, '{"n": 1}', time, now()
        FROM (VALUES (gen_random_uuid()::text, 'Ancient', '2001-02-03'::timestamptz),
                     (gen_random_uuid()::text, 'Past', now() - interval '70 days'),
                     ('4b0b9a5e-6f5d-5c8e-9a55-0f2a4ef5a1c7', 'Told', now())) AS e (id, name, time)
        """
    )
    await upgrade(older_database)
    moved = [tuple(row.values()) for row in await conn.fetch(MONTH)]
    past, this = (f"events_{moment:%Y_%m}" for moment in (NOW - timedelta(days=70), NOW))
    assert moved == [("events_default", "Ancient"), (past, "Past"), (this, "Told")]
    assert await conn.fetchval("SELECT attributes ->> 'n' FROM events WHERE name = 'Past'") == "1"
    told = await conn.fetch("SELECT id::text FROM event_deliveries")
    assert [row["id"] for row in told] == ["4b0b9a5e-6f5d-5c8e-9a55-0f2a4ef5a1c7"]
    await conn.close()


async def _take(platform: Platform, workspace: Any, *actions: dict[str, Any], key: str | None = None) -> None:
    event = {"type": "event", "customer_id": "asha", "actions": list(actions)}
    await service.accept(platform, Workspace(workspace.id, "UTC"), parse_event(event), key)


async def _months(platform: Platform) -> list[tuple[str, str]]:
    async with platform.db.connection() as conn:
        return [(row["month"], row["name"]) for row in await conn.fetch(MONTH)]


async def test_no_event_is_refused_for_its_month_and_the_clock_sorts_it_in_later(
    platform: Platform, workspace: Any
) -> None:
    later = replace(platform, clock=FixedClock(datetime(NOW.year + 3, 5, 6, tzinfo=UTC)))
    await _take(later, workspace, {"action": "Late"}, {"action": "Old", "current_time": "2004-01-01"})
    assert await _months(platform) == [("events_default", "Old"), ("events_default", "Late")]
    await jobs.keep(later)
    await jobs.keep(later)
    assert await _months(platform) == [
        ("events_default", "Old"),
        (f"events_{NOW.year + 3}_05", "Late"),
    ]
    async with platform.db.connection() as conn:
        ahead = f"events_{NOW.year + 3}_08"
        assert await conn.fetchval("SELECT to_regclass($1) IS NOT NULL", ahead)


async def test_whole_months_older_than_the_operator_wants_are_dropped(
    platform: Platform, workspace: Any
) -> None:
    await _take(
        platform,
        workspace,
        {"action": "Old", "current_time": "2004-01-01"},
        {"action": "Now"},
    )
    for_ever = replace(platform, clock=FixedClock(NOW + timedelta(days=100)))
    await jobs.keep(for_ever)
    assert [name for _, name in await _months(platform)] == ["Old", "Now"]
    settings = platform.settings.model_copy(update={"event_retention_days": 60})
    await jobs.keep(replace(platform, settings=settings))
    assert [name for _, name in await _months(platform)] == ["Now"]
    await jobs.keep(replace(for_ever, settings=settings))
    assert await _months(platform) == []
    await _take(platform, workspace, {"action": "Again"})  # its month is gone; it is not refused
    assert await _months(platform) == [("events_default", "Again")]


async def test_a_repeated_delivery_counts_once_whatever_time_it_claims(
    platform: Platform, workspace: Any
) -> None:
    for day in ("2024-01-01", "2024-02-02"):
        await _take(platform, workspace, {"action": "Bought", "current_time": day}, key="order-7")
    await _take(platform, workspace, {"action": "Bought", "current_time": "2024-03-03"}, key="order-8")
    assert len(await _months(platform)) == 2
    month_later = replace(platform, clock=FixedClock(NOW + jobs.DELIVERIES_KEPT + timedelta(days=1)))
    await jobs.keep(month_later)
    async with platform.db.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM event_deliveries") == 0


async def test_with_a_profile_or_a_workspace_its_events_and_changes_go(
    platform: Platform, workspace: Any
) -> None:
    people = [
        {"type": "customer", "customer_id": name, "attributes": {"tier": "gold"}} for name in ("asha", "ravi")
    ]
    acts = [
        {"type": "event", "customer_id": name, "actions": [{"action": "Bought"}]} for name in ("asha", "ravi")
    ]
    batch = parse_transition({"type": "transition", "elements": [*people, *acts]})
    await service.accept(platform, Workspace(workspace.id, "UTC"), batch)
    async with platform.db.connection() as conn:
        counts = "SELECT (SELECT count(*) FROM events), (SELECT count(*) AS changes FROM profile_changes)"
        assert tuple((await conn.fetchrow(counts)).values()) == (2, 2)
        await conn.execute("DELETE FROM profiles WHERE customer_id = 'asha'")
        assert tuple((await conn.fetchrow(counts)).values()) == (1, 1)
        await conn.execute("DELETE FROM workspaces")
        assert tuple((await conn.fetchrow(counts)).values()) == (0, 0)
