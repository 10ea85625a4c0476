"""Random `kill -9` of any process under load: none lost, one callback id for each fact.

REELPRESS_PROVE_KILLS, REELPRESS_PROVE_ORDERS and REELPRESS_PROVE_SEED change the trial.
"""

import asyncio
import os
import random
import time
from contextlib import suppress

import aiohttp
import pytest

from tests.loop.installation import Installation, installed
from tests.loop.orders import Desk, Order, open_desk
from tests.support.ports import free_port
from tests.support.receiver import receiving

KILLS = int(os.environ.get("REELPRESS_PROVE_KILLS", "50"))
ORDERS = int(os.environ.get("REELPRESS_PROVE_ORDERS", "200"))
SEED = int(os.environ.get("REELPRESS_PROVE_SEED", "0")) or random.randrange(1, 1_000_000)
# A worker more often than the rest: it is where work is lost, if anywhere.
VICTIMS = ("worker", "worker", "worker", "render", "render", "api", "api", "postgres", "scheduler", "mailbox")
LONGEST_QUIET_S = 3.0
SERVED_WITHIN_S = 1800.0


@pytest.mark.prove
async def test_random_kills_lose_no_order_and_tell_of_none_under_two_ids() -> None:
    print(f"seed {SEED}: {KILLS} kills over {ORDERS} orders")
    luck = random.Random(SEED)
    port = free_port()
    async with receiving(free_port()) as receiver, aiohttp.ClientSession() as http:
        allow = f"{receiver.origin},http://127.0.0.1:{port}"
        async with installed(REELPRESS_HTTP_ALLOW=allow, REELPRESS_RENDER_PROCESSES="2") as installation:
            installation.port = port
            await installation.up("--workers", "2")
            desk = await open_desk(installation, http, receiver, frames=10, output="image")
            killing = asyncio.create_task(_kill(installation, luck))
            orders = await _place(desk, killing)
            await killing
            started = time.monotonic()
            await installation.ready()
            await desk.served(orders, SERVED_WITHIN_S)
            print(
                f"{len(orders)} orders served; the backlog was empty {time.monotonic() - started:.0f} s "
                f"after the last kill; {len(receiver.heard)} webhooks heard"
            )


async def _kill(installation: Installation, luck: random.Random) -> None:
    for number in range(KILLS):
        await asyncio.sleep(luck.uniform(0, LONGEST_QUIET_S))
        victim = luck.choice(VICTIMS)
        await installation.kill(victim)
        print(f"kill {number + 1}: {victim}")


async def _place(desk: Desk, killing: "asyncio.Task[None]") -> list[Order]:
    """Orders that were accepted; a call that got no answer was not, and is made for somebody else.

    They go on as long as the kills do, more slowly then: a render is killed only where there is one.
    """
    orders: list[Order] = []
    while len(orders) < ORDERS or not killing.done():
        if killing.done():
            killing.result()
        if len(orders) >= ORDERS:
            await asyncio.sleep(1)
        with suppress(aiohttp.ClientError, AssertionError, TimeoutError):
            async with asyncio.timeout(20):
                orders.append(await desk.order(by_webhook=bool(len(orders) % 2)))
                continue
        await asyncio.sleep(0.2)
    return orders
