"""`kill -9` of any process loses nothing: every accepted request is served, once."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator

import aiohttp
import pytest
import pytest_asyncio

from tests.loop.installation import Installation, installed
from tests.loop.orders import Desk, open_desk
from tests.loop.senders import sending
from tests.support.ports import free_port
from tests.support.receiver import receiving

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk() -> AsyncGenerator[Desk]:
    """A running installation with a desk; all tests of this file kill the same one."""
    async with (
        receiving(free_port()) as receiver,
        aiohttp.ClientSession() as http,
    ):
        port = free_port()
        allow = f"{receiver.origin},http://127.0.0.1:{port}"
        async with installed(REELPRESS_HTTP_ALLOW=allow, REELPRESS_RENDER_PROCESSES="1") as installation:
            installation.port = port
            await installation.up()
            yield await open_desk(installation, http, receiver)


@pytest.fixture
def installation(desk: Desk) -> Installation:
    return desk.installation


async def test_a_render_process_killed_in_the_middle_costs_nothing_but_time(
    desk: Desk, installation: Installation
) -> None:
    orders = await desk.orders(2)
    await desk.rendering(orders)
    await installation.kill("render")
    await desk.served(orders)


async def test_a_worker_killed_in_the_middle_of_a_render_is_replaced(
    desk: Desk, installation: Installation
) -> None:
    orders = await desk.orders(4)
    await desk.rendering(orders)
    killed = await installation.kill("worker")
    await desk.served(orders)
    assert installation.pid("worker") != killed


async def test_what_the_api_accepted_before_it_was_killed_is_served(
    desk: Desk, installation: Installation
) -> None:
    orders = []
    for _ in range(2):
        orders.append(await desk.order(by_webhook=True))
        await installation.kill("api")
        await installation.ready()
    await desk.served(orders)


async def test_a_killed_database_comes_back_and_with_it_every_order(
    desk: Desk, installation: Installation
) -> None:
    orders = await desk.orders(4)
    await desk.rendering(orders)
    await installation.kill("postgres")
    await desk.served(orders)


async def test_a_database_killed_again_while_it_recovers_comes_back_as_well(
    desk: Desk, installation: Installation
) -> None:
    orders = await desk.orders(4)
    await desk.rendering(orders)
    for _ in range(4):
        await installation.kill("postgres")
    await desk.served(orders)


async def test_events_that_were_acknowledged_outlive_kills_of_the_api_and_the_database(
    desk: Desk, installation: Installation
) -> None:
    async with sending(installation, desk.http, desk.workspace) as senders:
        for victim in ("api", "postgres"):
            await senders.acknowledged(30)
            await installation.kill(victim)
        await senders.acknowledged(30)
    await installation.ready()
    assert await senders.proved() >= 90


async def test_a_database_that_stays_away_until_the_worker_gives_up_costs_no_order(
    desk: Desk, installation: Installation
) -> None:
    orders = await desk.orders(4)
    await desk.rendering(orders)
    supervisor, worker = installation.pid("up"), installation.pid("worker")
    os.kill(supervisor, signal.SIGSTOP)  # nobody starts anything again
    try:
        await installation.kill("postgres")
        await installation.ended(worker)
    finally:
        os.kill(supervisor, signal.SIGCONT)
    await desk.served(orders)


async def test_after_a_killed_supervisor_nothing_runs_on_and_a_new_start_finishes_the_work(
    desk: Desk, installation: Installation
) -> None:
    orders = await desk.orders(4)
    await desk.rendering(orders)
    os.kill(installation.pid("up"), signal.SIGKILL)
    assert installation.child is not None
    await asyncio.to_thread(installation.child.wait)
    await installation.gone()  # a worker ends its renders first, but not for ever
    await installation.up()
    await desk.served(orders)
