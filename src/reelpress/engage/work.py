"""Every job of Engage."""

from reelpress.platform.jobs import Registry


def register(registry: Registry) -> None:
    """Name the handlers."""
    del registry
