"""A destination that does not answer keeps little of a worker; who gets no room comes again later."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from tests.conftest import TestWorkspace
from tests.engage.campaigns.support import Endpoint, connector
from tests.support.ports import free_port
from tests.support.waiting import until

from reelpress.app import build_registry
from reelpress.engage.campaigns import service as campaigns
from reelpress.engage.campaigns.model import Campaign, CampaignInput
from reelpress.engage.campaigns.sends import service as sends
from reelpress.engage.campaigns.sends.destinations import LATEST_S, LEAST_AT_ONCE, Busy, Destinations
from reelpress.engage.campaigns.sends.model import NewSend, SendKind, SendState
from reelpress.platform.auth import Principal, Role
from reelpress.platform.config import Settings
from reelpress.platform.context import Platform
from reelpress.platform.ids import new_uuid
from reelpress.platform.jobs import Worker

AT_ONCE = 8
DEAD = "https://dead.example"
ALIVE = "https://alive.example"


class Time:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def use(destinations: Destinations, time: Time, name: str, seconds: float) -> None:
    async with destinations.turn(name):
        time.now += seconds


async def enter(destinations: Destinations, name: str, leave: asyncio.Event) -> None:
    async with destinations.turn(name):
        await leave.wait()


async def crowd(destinations: Destinations, name: str, size: int, leave: asyncio.Event) -> list[float]:
    """So many at once; the delays of those who were sent away."""
    everybody = [asyncio.create_task(enter(destinations, name, leave)) for _ in range(size)]
    await asyncio.sleep(0)
    leave.set()
    ended = await asyncio.gather(*everybody, return_exceptions=True)
    return [one.delay_s for one in ended if isinstance(one, Busy)]


async def test_one_that_answers_at_once_gets_its_share_and_the_next_ones_wait_a_moment():
    time, leave = Time(), asyncio.Event()
    destinations = Destinations(16, time)
    for _ in range(20):
        await use(destinations, time, ALIVE, 0.01)
    assert await crowd(destinations, ALIVE, 100, leave) == []


async def test_one_that_keeps_its_callers_waiting_gets_the_least():
    time, leave = Time(), asyncio.Event()
    destinations = Destinations(16, time)
    for _ in range(20):
        await use(destinations, time, DEAD, 5.0)
    sent_away = await crowd(destinations, DEAD, 100, leave)
    assert len(sent_away) == 100 - LEAST_AT_ONCE


async def test_who_is_sent_away_comes_again_when_those_before_are_done_and_never_too_late():
    time, leave = Time(), asyncio.Event()
    destinations = Destinations(16, time)
    for _ in range(20):
        await use(destinations, time, DEAD, 5.0)
    sent_away = await crowd(destinations, DEAD, 100, leave)
    assert sent_away == sorted(sent_away)
    assert sent_away[1] - sent_away[0] == pytest.approx(5.0 / LEAST_AT_ONCE, rel=0.01)
    assert sent_away[-1] == LATEST_S


async def test_one_that_recovers_gets_its_share_back():
    time, leave = Time(), asyncio.Event()
    destinations = Destinations(16, time)
    for seconds in [5.0] * 20 + [0.01] * 20:
        await use(destinations, time, DEAD, seconds)
    assert await crowd(destinations, DEAD, 100, leave) == []


async def test_a_waiting_caller_who_is_cancelled_leaves_no_gap():
    time, leave = Time(), asyncio.Event()
    destinations = Destinations(2, time)
    for _ in range(20):
        await use(destinations, time, ALIVE, 0.01)
    inside = [asyncio.create_task(enter(destinations, ALIVE, leave)) for _ in range(2)]
    waiting = [asyncio.create_task(enter(destinations, ALIVE, leave)) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    leave.set()
    await asyncio.gather(*inside, *waiting[1:])
    assert await crowd(destinations, ALIVE, 2, asyncio.Event()) == []


class Hole:
    """An endpoint that takes connections and never answers while it is in use."""

    def __init__(self) -> None:
        self.origin = f"http://127.0.0.1:{free_port()}"
        self.requests = 0
        self._over = asyncio.Event()

    def release(self) -> None:
        """Answer those who wait, so that a worker can end."""
        self._over.set()

    async def swallow(self, request: web.Request) -> web.Response:
        self.requests += 1
        await self._over.wait()
        return web.Response()

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.swallow)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", int(self.origin.rpartition(":")[2])).start()
        try:
            yield
        finally:
            self.release()
            await runner.cleanup()


@pytest.fixture
def hole() -> Hole:
    return Hole()


@pytest.fixture
def settings(settings: Settings, hole: Hole) -> Settings:
    return settings.model_copy(
        update={"http_allow": (*settings.http_allow, hole.origin), "worker_concurrency": AT_ONCE}
    )


@pytest.fixture
def principal(workspace: TestWorkspace) -> Principal:
    return Principal(workspace.id, Role.marketer, "test")


async def active(platform: Platform, principal: Principal, content: dict[str, Any]) -> Campaign:
    given = {
        "name": "Welcome",
        "channel": "CONNECTOR",
        "delivery_type": "EVENT_TRIGGERED",
        "trigger": {"event_name": "Signed up"},
        "content": content,
    }
    campaign = await campaigns.create(platform, principal, CampaignInput.model_validate(given))
    return await campaigns.activate(platform, principal, campaign.id)


async def queue(platform: Platform, campaign: Campaign, profile_id: str, number: int) -> None:
    new = [
        NewSend(new_uuid(), campaign.id, campaign.version_id, new_uuid(), profile_id, {})
        for _ in range(number)
    ]
    async with platform.db.transaction() as conn:
        await sends.queue(conn, platform, campaign.workspace_id, SendKind.triggered, new)


@asynccontextmanager
async def working(platform: Platform) -> AsyncGenerator[None]:
    worker = Worker(platform, build_registry(), "io", at_once=AT_ONCE)
    running = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.stop()
        await running


async def test_200_sends_to_a_dead_endpoint_hold_up_another_campaign_by_a_few_jobs_only(
    platform: Platform, principal: Principal, endpoint: Endpoint, hole: Hole
):
    patient = {**connector(endpoint, "{}"), "url": f"{hole.origin}/hook", "timeout_s": 30}
    dead = await active(platform, principal, patient)
    alive = await active(platform, principal, connector(endpoint, "{}"))
    async with platform.db.connection() as conn:
        profile_id = "0" * 24
        await conn.execute(
            "insert into profiles (workspace_id, id, attributes) values ($1, $2, '{}')",
            principal.workspace_id,
            profile_id,
        )
    await queue(platform, dead, profile_id, 200)
    await queue(platform, alive, profile_id, 1)

    async def received() -> int:
        return len(endpoint.received)

    async with hole.open(), working(platform):
        await until(received, lambda number: number == 1, within_s=20)
        assert hole.requests <= LEAST_AT_ONCE
        counted = await sends.counts(platform, principal.workspace_id, [dead.id])
        assert counted[dead.id][SendState.sending] <= LEAST_AT_ONCE
        async with platform.db.connection() as conn:
            runs = await conn.fetchval("select sum(fence) from engage_sends where campaign_id = $1", dead.id)
        assert runs == counted[dead.id][SendState.sending]
        await campaigns.stop(platform, principal, dead.id)
        hole.release()
