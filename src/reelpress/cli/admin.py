"""`reelpress db | workspace | client`: what an operator does without the console."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

db = typer.Typer(help="The database schema.", no_args_is_help=True)
workspace = typer.Typer(help="Workspaces (tenants).", no_args_is_help=True)
client = typer.Typer(help="Callers of Studio's API.", no_args_is_help=True)

WorkspaceId = Annotated[str, typer.Argument(help="The workspace the client belongs to.")]
ClientId = Annotated[UUID, typer.Argument(help="The client's id.")]


@db.callback()
def of_the_schema() -> None:
    """The database schema."""


@workspace.callback()
def of_workspaces() -> None:
    """Workspaces (tenants)."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the schema up to date. `reelpress up` does it by itself."""
    from reelpress.app.administration import upgrade_schema

    before, after = upgrade_schema()
    Console().print(f"schema {before or 'empty'} -> {after}")


@workspace.command("create")
def workspace_create(
    name: Annotated[str, typer.Argument(help="Shown in the console.")],
    admin_email: Annotated[str, typer.Option(help="Who signs in first.")],
    time_zone: Annotated[str, typer.Option(help="IANA name, for schedules and date filters.")] = "UTC",
) -> None:
    """Make a workspace with an admin, a workspace token and a Data API key. The secrets are shown once."""
    from reelpress.app.administration import create_workspace

    _print_once(create_workspace(name, admin_email, time_zone))


@client.command("create")
def client_create(
    workspace_id: WorkspaceId,
    name: Annotated[str, typer.Argument(help="Which system calls.")],
    api_key: Annotated[bool, typer.Option("--api-key", help="Also make an API key.")] = False,
) -> None:
    """Make a client with a secret. The secret is shown once."""
    from reelpress.app.administration import create_client

    _print_once(create_client(workspace_id, name, api_key=api_key))


@client.command("rotate")
def client_rotate(workspace_id: WorkspaceId, client_id: ClientId) -> None:
    """Give a client a new secret (and API key, if it has one); every old token ends."""
    from reelpress.app.administration import rotate_client

    _print_once(rotate_client(workspace_id, client_id))


@client.command("revoke")
def client_revoke(workspace_id: WorkspaceId, client_id: ClientId) -> None:
    """End a client and all its tokens at once."""
    from reelpress.app.administration import revoke_client

    revoke_client(workspace_id, client_id)
    Console().print("revoked")


def _print_once(facts: Mapping[str, object]) -> None:
    table = Table(show_header=False)
    for name, value in facts.items():
        table.add_row(name, "" if value is None else str(value))
    Console().print(table)
    Console(stderr=True).print("Keep these now: secrets are not shown again.", style="yellow")
