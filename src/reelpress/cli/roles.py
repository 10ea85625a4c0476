"""`reelpress api | worker | scheduler | mailbox`: one role in this process."""


def api() -> None:
    """Answer HTTP: both APIs, the console and media."""
    _play("api")


def worker() -> None:
    """Do jobs: renders, sends, callbacks. Start any number of them."""
    _play("worker")


def scheduler() -> None:
    """Start what runs by the clock: expiry, reconciling. One or more; each tick is done once."""
    _play("scheduler")


def mailbox() -> None:
    """Keep the built-in mailbox: an SMTP server whose mail the console shows."""
    _play("mailbox")


def _play(name: str) -> None:
    from reelpress.app.roles import run_role
    from reelpress.platform.config import Settings

    run_role(name, Settings())
