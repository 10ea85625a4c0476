"""The jobs that run a campaign over its audience."""

from typing import Any
from uuid import UUID

from reelpress.engage.campaigns import occurrences
from reelpress.engage.campaigns.sends import jobs as send_jobs
from reelpress.platform.context import Platform
from reelpress.platform.jobs import Registry, RetryLater

CLOSE_CHECK_S = 2.0


def register(registry: Registry) -> None:
    """Name the handlers."""
    registry.handle(occurrences.PAGE_JOB, page)
    registry.handle(occurrences.CLOSE_JOB, close)
    send_jobs.register(registry)


async def page(platform: Platform, payload: dict[str, Any]) -> None:
    """One page of an occurrence's audience."""
    await occurrences.write_page(platform, payload["workspace"], UUID(payload["occurrence"]), payload["page"])


async def close(platform: Platform, payload: dict[str, Any]) -> None:
    """Comes again until the last send of the campaign is done."""
    if not await occurrences.close(platform, payload["workspace"], payload["campaign"]):
        raise RetryLater(CLOSE_CHECK_S, "sends of the campaign are still open")
