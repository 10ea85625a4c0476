"""`reelpress demo`."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from reelpress.cli.supervisor import Supervisor, running
from reelpress.cli.up import with_own_origin
from reelpress.platform.config import Settings
from reelpress.platform.errors import StartupFault

EXAMPLES = Path(__file__).parents[3] / "examples"
INTERRUPTED = 130  # what shells say of a command that Ctrl-C ended
LOOK_S = 0.2


def demo(
    leave: Annotated[
        bool, typer.Option("--exit", help="Stop after the table; 0 if all were served.")
    ] = False,
) -> None:
    """Play the whole loop on sample customers: events in, personal media made, mail delivered."""
    from reelpress.demo.run import run_demo

    say = Console(stderr=True)
    if not (EXAMPLES / "templates").is_dir():
        raise StartupFault(f"the demo needs the repository's examples folder; it is not at {EXAMPLES}")
    settings = with_own_origin(Settings()).model_copy(update={"samples_dir": EXAMPLES / "media"})
    with running(settings, workers=1, say=say) as supervisor:
        say.print(f"Reelpress is up at {settings.public_url}")
        with ThreadPoolExecutor(1) as thread:
            demo = run_demo(settings, EXAMPLES, say)
            playing = thread.submit(asyncio.run, _unless_stopped(supervisor, demo))
            supervisor.watch(until=playing.done)
        if supervisor.stopping:
            raise typer.Exit(INTERRUPTED)
        if leave:
            raise typer.Exit(0 if playing.result() else 1)
        playing.result()
        say.print("\nEverything stays up; Ctrl-C stops it.")
        supervisor.watch()


async def _unless_stopped(supervisor: Supervisor, demo: Coroutine[None, None, bool]) -> bool:
    """What the demo says; False when a stop signal came first."""
    playing = asyncio.create_task(demo)
    while not playing.done():
        await asyncio.wait({playing}, timeout=LOOK_S)
        if supervisor.stopping:
            playing.cancel()
            await asyncio.wait({playing})
            return False
    return playing.result()
