"""`reelpress db | workspace | client`: what an operator does without the console."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, TypeVar
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from reelpress.app.workspaces import NewWorkspace, make_workspace
from reelpress.platform.auth import Principal, Role
from reelpress.platform.config import Settings
from reelpress.platform.context import Platform, database_url, open_platform
from reelpress.platform.db.migrate import upgrade
from reelpress.studio.clients import service as clients
from reelpress.studio.clients.model import Credentials

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
def client_create(
    workspace_id: Annotated[str, typer.Argument(help="The workspace the client belongs to.")],
    name: Annotated[str, typer.Argument(help="Which system calls.")],
    api_key: Annotated[bool, typer.Option("--api-key", help="Also make an API key.")] = False,
) -> None:
    """Make a client with a secret. The secret is shown once."""

    async def make(platform: Platform) -> Credentials:
        async with platform.db.transaction() as conn:
            operator = _operator(workspace_id)
            return await clients.create(conn, platform, operator, name=name, with_api_key=api_key)

    _print_credentials(_with_platform(make))


@client.command("rotate")
def client_rotate(workspace_id: str, client_id: UUID) -> None:
    """Give a client a new secret (and API key, if it has one); every old token ends."""

    async def rotate(platform: Platform) -> Credentials:
        async with platform.db.transaction() as conn:
            return await clients.rotate(conn, platform, _operator(workspace_id), client_id)

    _print_credentials(_with_platform(rotate))


@client.command("revoke")
def client_revoke(workspace_id: str, client_id: UUID) -> None:
    """End a client and all its tokens at once."""

    async def revoke(platform: Platform) -> None:
        async with platform.db.transaction() as conn:
            await clients.revoke(conn, platform, _operator(workspace_id), client_id)

    _with_platform(revoke)
    Console().print("revoked")


def _print_credentials(made: Credentials) -> None:
    _print_once({"client_id": made.client.id, "client_secret": made.client_secret, "api_key": made.api_key})


def _operator(workspace_id: str) -> Principal:
    return Principal(workspace_id, Role.admin, "operator at the command line")


def _with_platform(work: Callable[[Platform], Awaitable[T]]) -> T:
    async def run() -> T:
        async with open_platform(Settings()) as platform:
            return await work(platform)

    return asyncio.run(run())


def _print_once(facts: Mapping[str, object]) -> None:
    table = Table(show_header=False)
    for name, value in facts.items():
        table.add_row(name, "" if value is None else str(value))
    Console().print(table)
    Console(stderr=True).print("Keep these now: secrets are not shown again.", style="yellow")
