"""Housekeeping of films."""

from __future__ import annotations

from reelpress.platform.context import Platform
from reelpress.platform.jobs import Registry
from reelpress.platform.telemetry import log
from reelpress.studio.films import service


def register(registry: Registry) -> None:
    """Name the handlers."""
    registry.every("studio.films.reconcile", "33 3 * * *", remove_unused)


async def remove_unused(platform: Platform) -> None:
    """Remove films that nothing needs any more."""
    removed = await service.remove_unused(platform)
    if removed:
        log.info("unused films removed", films=removed)
