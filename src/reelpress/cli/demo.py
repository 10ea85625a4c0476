"""`reelpress demo`."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from reelpress.cli.supervisor import running
from reelpress.cli.up import with_own_origin
from reelpress.platform.config import Settings
from reelpress.platform.errors import StartupFault

EXAMPLES = Path(__file__).parents[3] / "examples"


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
            playing = thread.submit(asyncio.run, run_demo(settings, EXAMPLES, say))
            supervisor.watch(until=playing.done)
            if not playing.done():
                raise typer.Exit(130)  # stopped by a signal
        if leave:
            raise typer.Exit(0 if playing.result() else 1)
        playing.result()
        say.print("\nEverything stays up; Ctrl-C stops it.")
        supervisor.watch()
