"""Every job of Studio."""

from reelpress.platform.jobs import Registry
from reelpress.studio.clients import jobs as clients


def register(registry: Registry) -> None:
    """Name the handlers."""
    clients.register(registry)
