"""The job that renders a request, and what is forgotten by the clock."""

from __future__ import annotations

import asyncio
from uuid import UUID

from reelpress.platform.context import Platform
from reelpress.platform.jobs import Payload, Registry
from reelpress.studio.assets.clips import clips_folder, sweep_clips
from reelpress.studio.campaigns.publish import PREPARE_JOB
from reelpress.studio.render.pressroom import cache_of
from reelpress.studio.requests import store
from reelpress.studio.requests.acceptance import IDEMPOTENCY_KEY_LIFE, RENDER_JOB
from reelpress.studio.requests.preparing import prepare
from reelpress.studio.requests.previewing import make_previews
from reelpress.studio.requests.rendering import PREVIEW_JOB, render, stockroom


def register(registry: Registry) -> None:
    registry.handle(RENDER_JOB, render_request, lane="render")
    registry.handle(PREVIEW_JOB, preview_request, lane="render")
    registry.handle(PREPARE_JOB, prepare_version, lane="render")
    registry.every("studio.forget-keys", "41 * * * *", forget_keys)
    registry.every("studio.sweep-clips", "47 * * * *", sweep_kept_clips)
    registry.every("studio.sweep-segments", "53 * * * *", sweep_kept_segments)


async def render_request(platform: Platform, payload: Payload) -> None:
    await render(platform, payload["workspace"], UUID(payload["request"]))


async def preview_request(platform: Platform, payload: Payload) -> None:
    await make_previews(platform, payload["workspace"], UUID(payload["request"]), payload["medium"])


async def prepare_version(platform: Platform, payload: Payload) -> None:
    await prepare(platform, payload["workspace"], UUID(payload["version"]))


async def forget_keys(platform: Platform) -> None:
    """Remove idempotency keys that bind no longer."""
    async with platform.db.connection() as conn:
        await store.forget_keys(conn, platform.clock.now() - IDEMPOTENCY_KEY_LIFE)


async def sweep_kept_clips(platform: Platform) -> None:
    """Remove copies of clips that no request used for some hours."""
    await asyncio.to_thread(sweep_clips, clips_folder(platform))


async def sweep_kept_segments(platform: Platform) -> None:
    """Remove what shows customers' values and was not used for a day, also where nothing is rendered."""
    room = stockroom(platform, "")
    await asyncio.to_thread(lambda: cache_of(room.folder, room.disk_bytes).sweep())
