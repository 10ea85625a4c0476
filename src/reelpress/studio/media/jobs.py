"""What happens to media by the clock."""

from __future__ import annotations

from reelpress.platform.context import Platform
from reelpress.platform.jobs import Registry
from reelpress.platform.telemetry import log
from reelpress.studio.media import service


def register(registry: Registry) -> None:
    registry.every("studio.expire", "* * * * *", expire)
    registry.every("studio.reconcile", "17 * * * *", reconcile)


async def expire(platform: Platform) -> None:
    """Remove what nobody can reach any more."""
    removed = await service.remove_expired(platform)
    if removed:
        log.info("media expired", media=removed)


async def reconcile(platform: Platform) -> None:
    """Remove bytes that no medium points to."""
    removed = await service.reconcile(platform)
    if removed:
        log.info("stray media removed", media=removed)
