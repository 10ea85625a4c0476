"""Every job of Studio."""

from reelpress.platform.jobs import Registry


def register(registry: Registry) -> None:
    """Name the handlers."""
    del registry
