"""`reelpress up`."""

from typing import Annotated

import typer
from rich.console import Console

from reelpress.cli.supervisor import running
from reelpress.platform.config import Settings


def up(
    workers: Annotated[int, typer.Option(min=1, max=64, help="Worker processes on this machine.")] = 1,
) -> None:
    """Run everything on this machine: database, HTTP server, workers, scheduler, mailbox. Ctrl-C stops it."""
    say = Console(stderr=True)
    settings = with_own_origin(Settings())
    with running(settings, workers=workers, say=say) as supervisor:
        say.print(f"[bold green]Reelpress is up[/] at {settings.public_url}/console  (Ctrl-C stops it)")
        supervisor.watch()
        say.print("stopping ...")


def with_own_origin(settings: Settings) -> Settings:
    """On one machine the halves reach each other at our own origin: it is allow-listed."""
    if settings.own_origin in settings.http_allow:
        return settings
    return settings.model_copy(update={"http_allow": (*settings.http_allow, settings.own_origin)})
