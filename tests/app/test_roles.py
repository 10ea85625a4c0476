"""A role ends when it is told to, whatever hangs in it."""

import asyncio
import signal
import subprocess
import sys

HANGING = """
import asyncio, sys
from reelpress.app import roles

roles.LATEST_STOP_S = 0.2

async def play():
    stop = asyncio.Event()
    hanging = asyncio.get_running_loop().create_future()
    deadline = asyncio.create_task(roles._end_in_time(stop))
    if sys.argv[1] == "told":
        stop.set()
    else:
        await roles._first_of(asyncio.ensure_future(asyncio.sleep(0)), stop)
    print("stopping", flush=True)
    await hanging

asyncio.run(play())
"""


async def _code(how: str) -> int:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HANGING, how, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        return await asyncio.wait_for(child.wait(), 30)
    except TimeoutError:
        child.send_signal(signal.SIGKILL)
        raise


async def test_a_role_that_was_told_to_stop_and_hangs_ends_at_last() -> None:
    assert await _code("told") == 1


async def test_a_role_that_fell_and_hangs_ends_at_last() -> None:
    assert await _code("fell") == 1
