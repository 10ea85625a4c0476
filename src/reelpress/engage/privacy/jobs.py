"""The job that erases."""

from typing import Any
from uuid import UUID

from reelpress.engage.privacy import service
from reelpress.platform.context import Platform
from reelpress.platform.jobs import Registry


def register(registry: Registry) -> None:
    """Name the handler."""
    registry.handle(service.ERASE_JOB, erase)


async def erase(platform: Platform, payload: dict[str, Any]) -> None:
    """May run twice: an erasure that is done is left alone."""
    await service.erase(platform, payload["workspace"], UUID(payload["erasure"]))
