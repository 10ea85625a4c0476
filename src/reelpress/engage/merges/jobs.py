"""What merges do by the clock."""

from reelpress.engage.merges import service
from reelpress.platform.jobs import Registry


def register(registry: Registry) -> None:
    """Name the handlers."""
    registry.every("engage.merges.purge", "23 3 * * *", service.purge)
