"""The job that forgets."""

from __future__ import annotations

from uuid import UUID

from reelpress.platform.context import Platform
from reelpress.platform.jobs import Payload, Registry
from reelpress.studio.erasures import service


def register(registry: Registry) -> None:
    registry.handle(service.ERASE_JOB, erase)


async def erase(platform: Platform, payload: Payload) -> None:
    """May run twice: what is emptied is not found again."""
    await service.erase(
        platform, payload["workspace"], UUID(payload["erasure"]), late=payload.get("late", False)
    )
