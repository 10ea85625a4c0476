"""The command line: one command per file, thin."""

import sys

import typer
from rich.console import Console

from reelpress.cli import admin, config, demo, render, roles, template, up
from reelpress.platform.errors import Refusal, StartupFault

app = typer.Typer(
    name="reelpress",
    help="A self-hosted press for personal media: one template in, one video or image per customer out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("up")(up.up)
app.command("demo")(demo.demo)
app.command("api")(roles.api)
app.command("worker")(roles.worker)
app.command("scheduler")(roles.scheduler)
app.command("mailbox")(roles.mailbox)
app.command("config")(config.show)
app.command("render")(render.render)
app.add_typer(template.app, name="template")
app.add_typer(admin.db, name="db")
app.add_typer(admin.workspace, name="workspace")
app.add_typer(admin.client, name="client")


def main() -> None:
    """Run a command; what the operator can mend is printed in one line and ends with 1."""
    try:
        app()
    except (Refusal, StartupFault) as fault:
        fix = f"\n{fault.fix}" if isinstance(fault, Refusal) and fault.fix else ""
        Console(stderr=True).print(f"[bold red]reelpress:[/] {fault}{fix}", highlight=False)
        sys.exit(1)
