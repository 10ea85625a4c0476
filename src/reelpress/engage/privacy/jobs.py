"""The jobs that erase, and that tell studios to."""

from typing import Any
from uuid import UUID

from reelpress.engage.privacy import service, telling
from reelpress.platform.context import Platform
from reelpress.platform.jobs import Registry


def register(registry: Registry) -> None:
    """Name the handler."""
    registry.handle(service.ERASE_JOB, erase)
    registry.handle(telling.TELL_JOB, tell)


async def erase(platform: Platform, payload: dict[str, Any]) -> None:
    """May run twice: an erasure that is done is left alone."""
    await service.erase(platform, payload["workspace"], UUID(payload["erasure"]))


async def tell(platform: Platform, payload: dict[str, Any]) -> None:
    """May run twice: the studio knows the request by its id."""
    await telling.deliver(platform, payload["workspace"], UUID(payload["notice"]))
