"""`reelpress db | workspace | client`: what an operator does without the console."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from reelpress.app.workspaces import NewWorkspace, make_workspace
from reelpress.platform.auth import Principal, Role
from reelpress.platform.config import Settings
from reelpress.platform.context import Platform, database_url, open_platform
from reelpress.platform.db.migrate import upgrade
from reelpress.studio.clients import service as clients

T = TypeVar("T")

db = typer.Typer(help="The database schema.", no_args_is_help=True)
workspace = typer.Typer(help="Workspaces (tenants).", no_args_is_help=True)
client = typer.Typer(help="Callers of Studio's API.", no_args_is_help=True)


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the schema up to date. `reelpress up` does it by itself."""
    before, after = asyncio.run(upgrade(database_url(Settings())))
    Console().print(f"schema {before or 'empty'} -> {after}")


@workspace.command("create")
def workspace_create(
    name: Annotated[str, typer.Argument(help="Shown in the console.")],
    admin_email: Annotated[str, typer.Option(help="Who signs in first.")],
    time_zone: Annotated[str, typer.Option(help="IANA name, for schedules and date filters.")] = "UTC",
) -> None:
    """Make a workspace with an admin, a workspace token and a Data API key. The secrets are shown once."""
    wanted = NewWorkspace(name=name, admin_email=admin_email, time_zone=time_zone)
    made = _with_platform(lambda platform: make_workspace(platform, wanted))
    _print_once(made.model_dump())


@client.command("create")
def client_create(workspace_id: str, name: str) -> None:
    """Make a Studio client. The secret is shown once."""

    async def make(platform: Platform) -> dict[str, object]:
        return (await clients.create(platform, _operator(workspace_id), name)).shown_once()

    _print_once(_with_platform(make))


def _operator(workspace_id: str) -> Principal:
    return Principal(workspace_id, Role.admin, "operator at the command line")


def _with_platform(work: Callable[[Platform], Awaitable[T]]) -> T:
    async def run() -> T:
        async with open_platform(Settings()) as platform:
            return await work(platform)

    return asyncio.run(run())


def _print_once(facts: dict[str, object]) -> None:
    table = Table(show_header=False)
    for name, value in facts.items():
        table.add_row(name, "" if value is None else str(value))
    Console().print(table)
    Console(stderr=True).print("Keep these now: secrets are not shown again.", style="yellow")
