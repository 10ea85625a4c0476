"""Calls that come together are written together, and each has its own result."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from reelpress.engage.campaigns import triggers
from reelpress.engage.data_api import intake as intake_module
from reelpress.engage.data_api import service
from reelpress.engage.data_api.access import Workspace
from reelpress.engage.data_api.faults import DataApiFault
from reelpress.engage.data_api.intake import Intake
from reelpress.engage.data_api.model import Batch
from reelpress.engage.data_api.parse import parse_customer, parse_event
from reelpress.engage.data_api.service import Call
from reelpress.platform.context import Platform


@pytest.fixture
def intake(platform: Platform) -> Intake:
    return Intake(platform)


@pytest.fixture
def own(workspace: Any) -> Workspace:
    return Workspace(workspace.id, "UTC")


def acting(customer: str, name: str = "Bought") -> Batch:
    return parse_event({"type": "event", "customer_id": customer, "actions": [{"action": name}]})


def call(
    platform: Platform, batch: Batch, delivery: str | None = None, request_id: str | None = None
) -> Call:
    return Call(batch, platform.clock.now(), delivery, request_id, size=100)


def poisoned(batch: Batch) -> Batch:
    """What no door lets through, and the database refuses: jsonb holds no U+0000."""
    (event,) = batch.events
    action = replace(event.actions[0], attributes={"note": "\0"})
    return replace(batch, events=(replace(event, actions=(action,)),))


async def count(platform: Platform, what: str = "count(*)") -> Any:
    async with platform.db.connection() as conn:
        return await conn.fetchval(f"SELECT {what} FROM events")


async def test_what_arrives_during_a_transaction_is_one_transaction(
    platform: Platform, intake: Intake, own: Workspace
) -> None:
    calls = [call(platform, acting(f"c{number % 7}")) for number in range(60)]
    first = asyncio.create_task(intake.accept(own, calls[0]))
    async with platform.db.connection() as conn:
        await conn.execute("SELECT 1")  # by now the first is being written
    await asyncio.gather(first, *(intake.accept(own, one) for one in calls[1:]))
    assert await count(platform) == 60
    assert await count(platform, "count(DISTINCT xmin::text)") == 2
    async with platform.db.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM profiles") == 7


async def test_a_call_that_the_database_refuses_costs_the_others_nothing(
    platform: Platform, intake: Intake, own: Workspace
) -> None:
    batches = [acting(f"c{number}") for number in range(24)]
    batches[13] = poisoned(batches[13])
    results = await asyncio.gather(
        *(intake.accept(own, call(platform, batch)) for batch in batches), return_exceptions=True
    )
    assert [number for number, result in enumerate(results) if result is not None] == [13]
    assert await count(platform) == 23


async def test_one_delivery_that_comes_many_times_at_once_counts_once(
    platform: Platform, intake: Intake, own: Workspace
) -> None:
    await asyncio.gather(
        *(intake.accept(own, call(platform, acting("asha"), key)) for key in ("a", "a", "b", "a", "b"))
    )
    assert await count(platform) == 2


async def test_too_much_waiting_is_said_and_not_kept(
    platform: Platform, intake: Intake, own: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_module, "MOST_WAITING", 599)
    results = await asyncio.gather(
        *(intake.accept(own, call(platform, acting("asha"))) for _ in range(9)), return_exceptions=True
    )
    refused = [result for result in results if isinstance(result, DataApiFault)]
    assert [fault.status for fault in refused] == [503] * 4
    assert await count(platform) == 5
    await intake.accept(own, call(platform, acting("asha")))
    assert await count(platform) == 6


async def test_a_caller_who_goes_away_costs_the_others_nothing(
    platform: Platform, intake: Intake, own: Workspace
) -> None:
    tasks = [asyncio.create_task(intake.accept(own, call(platform, acting("asha")))) for _ in range(4)]
    await asyncio.sleep(0)
    tasks[2].cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result).__name__ for result in results] == [
        "NoneType",
        "NoneType",
        "CancelledError",
        "NoneType",
    ]


async def test_updates_of_one_customer_are_applied_in_their_order(
    platform: Platform, intake: Intake, own: Workspace
) -> None:
    def update(points: int) -> Batch:
        attributes = {"points": points, "addValueToArrayField": {"seen": [f"v{points}"]}}
        return parse_customer({"type": "customer", "customer_id": "asha", "attributes": attributes})

    await asyncio.gather(*(intake.accept(own, call(platform, update(points))) for points in range(20)))
    async with platform.db.connection() as conn:
        found = await conn.fetchval("SELECT attributes FROM profiles")
    assert found == {"points": 19, "seen": [f"v{points}" for points in range(20)]}


async def test_workspaces_do_not_wait_for_each_other(
    platform: Platform, intake: Intake, own: Workspace
) -> None:
    async with platform.db.transaction() as conn:
        await intake.accept(own, call(platform, acting("asha")))
        await conn.execute("SELECT 1 FROM profiles WHERE customer_id = 'asha' FOR UPDATE")
        held = asyncio.create_task(intake.accept(own, call(platform, acting("asha"))))
        async with platform.db.transaction() as other:
            await other.execute("INSERT INTO workspaces (id, name, time_zone) VALUES ('THIRD', 'T', 'UTC')")
        async with asyncio.timeout(20):
            await intake.accept(Workspace("THIRD", "UTC"), call(platform, acting("ravi")))
        assert not held.done()
    await held
    assert await count(platform) == 3


async def test_a_job_carries_the_id_of_its_own_request(
    platform: Platform, intake: Intake, own: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def start(conn: Any, platform: Platform, workspace_id: str, events: Any, profiles: Any) -> None:
        ids = [event.request_id for event in events]
        await platform.jobs.enqueue_many(conn, "test.job", [{"id": one} for one in ids], request_ids=ids)

    monkeypatch.setattr(triggers, "start", start)
    calls = [call(platform, acting("asha"), request_id=f"request-{number}") for number in range(5)]
    await asyncio.gather(*(intake.accept(own, one) for one in calls))
    async with platform.db.connection() as conn:
        jobs = await conn.fetch("SELECT headers, payload FROM pgqueuer")
    told = [(json.loads(job["headers"])["request_id"], json.loads(job["payload"])["id"]) for job in jobs]
    assert sorted(told) == [(f"request-{number}", f"request-{number}") for number in range(5)]


async def test_much_at_once_is_written_by_two_transactions_at_a_time_and_none_is_forgotten(
    platform: Platform, intake: Intake, own: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_module, "MUCH", 500)
    monkeypatch.setattr(intake_module, "MOST_TOGETHER", 1000)
    running, most = 0, 0
    write = service.write

    async def counted(*arguments: Any) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        try:
            await write(*arguments)
        finally:
            running -= 1

    monkeypatch.setattr(service, "write", counted)
    for _ in range(3):
        await asyncio.gather(
            *(intake.accept(own, call(platform, acting(f"c{number % 11}"))) for number in range(80))
        )
    assert most == 2
    assert await count(platform) == 240
