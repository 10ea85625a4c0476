"""Housekeeping of tokens."""

from __future__ import annotations

from reelpress.platform.context import Platform
from reelpress.platform.jobs import Registry
from reelpress.studio.clients import store


def register(registry: Registry) -> None:
    """Name the handlers."""
    registry.every("studio.tokens.expire", "17 * * * *", forget_expired_tokens)


async def forget_expired_tokens(platform: Platform) -> None:
    """Expired tokens open nothing; this only keeps the table small."""
    async with platform.db.transaction() as conn:
        await store.delete_expired_tokens(conn, platform.clock.now())
