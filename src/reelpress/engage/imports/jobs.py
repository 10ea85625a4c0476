"""The job that reads a file, and the clock that starts imports."""

from typing import Any

from reelpress.engage.imports import service
from reelpress.platform.context import Platform
from reelpress.platform.jobs import Registry

AT_ONCE = 2


def register(registry: Registry) -> None:
    """Name the handlers."""
    registry.handle(service.RUN_JOB, run, concurrency=AT_ONCE)
    registry.every("engage.imports.due", "* * * * *", service.start_due)
    registry.every("engage.imports.forget", "53 4 * * *", service.forget)


async def run(platform: Platform, payload: dict[str, Any]) -> None:
    """May run twice: rows that are done are not done again."""
    await service.run(platform, payload["workspace"], payload["run"])
