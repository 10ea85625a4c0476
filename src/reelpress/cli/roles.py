"""`reelpress api | worker | scheduler | mailbox`: one role in this process."""

from reelpress.app.roles import run_role
from reelpress.platform.config import Settings


def api() -> None:
    """Answer HTTP: both APIs, the console and media."""
    run_role("api", Settings())


def worker() -> None:
    """Do jobs: renders, sends, callbacks. Start any number of them."""
    run_role("worker", Settings())


def scheduler() -> None:
    """Start what runs by the clock: expiry, reconciling. One or more; each tick is done once."""
    run_role("scheduler", Settings())


def mailbox() -> None:
    """Keep the built-in mailbox: an SMTP server whose mail the console shows."""
    run_role("mailbox", Settings())
