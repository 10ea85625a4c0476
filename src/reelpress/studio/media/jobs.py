"""What happens to media by the clock."""

from __future__ import annotations

from reelpress.platform.context import Platform
from reelpress.platform.jobs import Registry
from reelpress.platform.telemetry import log
from reelpress.studio.media import segments, service


def register(registry: Registry) -> None:
    registry.every("studio.expire", "* * * * *", expire)
    registry.every("studio.reconcile", "17 * * * *", reconcile)
    registry.every("studio.segments", "37 * * * *", remove_unused_segments)


async def expire(platform: Platform) -> None:
    """Remove what nobody can reach any more."""
    removed = await service.remove_expired(platform)
    if removed:
        log.info("media expired", media=removed)


async def remove_unused_segments(platform: Platform) -> None:
    """Remove pieces of videos that no live medium needs."""
    removed = await segments.remove_unused(platform)
    if removed:
        log.info("unused segments removed", segments=removed)


async def reconcile(platform: Platform) -> None:
    """Remove bytes that no medium points to."""
    removed = await service.reconcile(platform)
    if removed:
        log.info("stray media removed", media=removed)
