"""The job that renders a request, and what is forgotten by the clock."""

from __future__ import annotations

from uuid import UUID

from reelpress.platform.context import Platform
from reelpress.platform.jobs import Payload, Registry
from reelpress.studio.requests import store
from reelpress.studio.requests.acceptance import IDEMPOTENCY_KEY_LIFE, RENDER_JOB
from reelpress.studio.requests.rendering import render


def register(registry: Registry) -> None:
    registry.handle(RENDER_JOB, render_request, lane="render")
    registry.every("studio.forget-keys", "41 * * * *", forget_keys)


async def render_request(platform: Platform, payload: Payload) -> None:
    await render(platform, payload["workspace"], UUID(payload["request"]))


async def forget_keys(platform: Platform) -> None:
    """Remove idempotency keys that bind no longer."""
    async with platform.db.connection() as conn:
        await store.forget_keys(conn, platform.clock.now() - IDEMPOTENCY_KEY_LIFE)
