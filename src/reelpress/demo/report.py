"""What the demo tells: progress, a table, demo.json."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from reelpress.demo.play import Served
from reelpress.demo.workspace import SampleWorkspace
from reelpress.platform.config import Settings


def print_table(say: Console, served: Sequence[Served]) -> None:
    """Customer, use case, seconds, size, URL."""
    table = Table(title="Every customer, from event to mailbox", title_justify="left")
    for heading in ("customer", "use case"):
        table.add_column(heading)
    for heading in ("URL after", "mail after", "size"):
        table.add_column(heading, justify="right")
    table.add_column("URL", overflow="fold")
    for one in served:
        table.add_row(
            one.name,
            one.use_case,
            _seconds(one.seconds_to_url),
            _seconds(one.seconds_to_mail),
            "-" if one.bytes is None else f"{one.bytes / 1000:,.0f} kB",
            one.url or f"[red]{one.reason}[/]",
        )
    say.print(table)


def print_where(say: Console, settings: Settings, workspace: SampleWorkspace) -> None:
    """Where to look in the browser."""
    say.print(f"\n[bold]Look around:[/] {settings.public_url}/console")
    say.print(f"  sign in   {workspace.admin_email}   {workspace.admin_password}", highlight=False)
    say.print(f"  mailbox   {settings.public_url}/console/mailbox", highlight=False)
    say.print(f"  profiles  {settings.public_url}/console/profiles", highlight=False)


def write_access(data_dir: Path, workspace: SampleWorkspace) -> Path:
    """What a script needs to look behind our figures: the workspace's credentials, for the owner alone."""
    path = data_dir / "demo-access.json"
    facts = {
        "origin": workspace.api.origin,
        "workspace_id": workspace.id,
        "api_token": workspace.api.authorization.removeprefix("Bearer "),
        "data_api_key": workspace.data_key,
        "admin_email": workspace.admin_email,
        "admin_password": workspace.admin_password,
    }
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(json.dumps(facts, indent=2) + "\n")
    return path


def write_figures(
    data_dir: Path, workspace: SampleWorkspace, served: Sequence[Served], loop_s: float
) -> Path:
    """The same figures as JSON."""
    path = data_dir / "demo.json"
    facts = {
        "workspace_id": workspace.id,
        "all_delivered": all(one.delivered for one in served),
        "loop_seconds": round(loop_s, 2),
        "customers": [one.as_dict() for one in served],
    }
    path.write_text(json.dumps(facts, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} s"
