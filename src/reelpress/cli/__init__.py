"""The command line."""

import sys


def main() -> None:
    """Run a command; what the operator can mend is printed in one line and ends with 1."""
    from rich.console import Console

    from reelpress.cli.commands import app
    from reelpress.platform.errors import Refusal, StartupFault

    try:
        app()
    except (Refusal, StartupFault) as fault:
        fix = f"\n{fault.fix}" if isinstance(fault, Refusal) and fault.fix else ""
        Console(stderr=True).print(f"[bold red]reelpress:[/] {fault}{fix}", highlight=False)
        sys.exit(1)
