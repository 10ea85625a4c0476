"""Random `kill -9` of the HTTP server or the database during ingestion: all that was acknowledged is there.

REELPRESS_PROVE_KILLS and REELPRESS_PROVE_SEED change the trial.
"""

import asyncio
import os
import random

import aiohttp
import pytest

from tests.loop.installation import installed
from tests.loop.senders import sending

KILLS = int(os.environ.get("REELPRESS_PROVE_KILLS", "50"))
SEED = int(os.environ.get("REELPRESS_PROVE_SEED", "0")) or random.randrange(1, 1_000_000)
LONGEST_QUIET_S = 1.0
CALLS_BETWEEN = 10


@pytest.mark.prove
async def test_kills_during_ingestion_lose_nothing_that_was_acknowledged() -> None:
    print(f"seed {SEED}: {KILLS} kills")
    luck = random.Random(SEED)
    async with (
        aiohttp.ClientSession() as http,
        installed(REELPRESS_RENDER_PROCESSES="1") as installation,
    ):
        await installation.up()
        workspace = await installation.workspace(http)
        async with sending(installation, http, workspace) as senders:
            for number in range(KILLS):
                await senders.acknowledged(CALLS_BETWEEN)
                await asyncio.sleep(luck.uniform(0, LONGEST_QUIET_S))
                victim = luck.choice(("api", "postgres"))
                await installation.kill(victim)
                print(f"kill {number + 1}: {victim}, {len(senders.ledger.acknowledged)} calls acknowledged")
            await senders.acknowledged(CALLS_BETWEEN)
        await installation.ready()
        events = await senders.proved()
        ledger = senders.ledger
        print(
            f"{len(ledger.acknowledged)} of {len(ledger.sent)} calls acknowledged, {ledger.unanswered} tries "
            f"without an answer; {events} events, none lost, none twice, none by half"
        )
