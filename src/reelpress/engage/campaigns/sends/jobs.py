"""The job that does one send."""

from typing import Any
from uuid import UUID

from reelpress.engage.campaigns.sends import service
from reelpress.engage.campaigns.sends.destinations import Busy
from reelpress.platform.context import Platform
from reelpress.platform.jobs import Registry, RetryLater


def register(registry: Registry) -> None:
    """Name the handler."""
    registry.handle(service.SEND_JOB, send)


async def send(platform: Platform, payload: dict[str, Any]) -> None:
    """May run twice: a finished send is left alone, and a resend carries the same id."""
    try:
        outcome = await service.run(platform, payload["workspace"], UUID(payload["send"]), payload["ticket"])
    except Busy as busy:
        raise RetryLater(busy.delay_s, str(busy)) from None
    if outcome is not None and outcome.retry_s is not None:
        raise RetryLater(outcome.retry_s, outcome.category or "the mail server asked to come again")
