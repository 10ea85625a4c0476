"""The job that delivers a callback."""

from __future__ import annotations

from uuid import UUID

from reelpress.platform.context import Platform
from reelpress.platform.jobs import Payload, Registry
from reelpress.studio.egress import service


def register(registry: Registry) -> None:
    registry.handle(service.CALLBACK_JOB, callback)


async def callback(platform: Platform, payload: Payload) -> None:
    await service.deliver(platform, payload["workspace"], UUID(payload["callback"]))
