"""Housekeeping: what a killed process left behind."""

from __future__ import annotations

import asyncio
import shutil
import time
from pathlib import Path

from reelpress.platform.context import Platform
from reelpress.platform.jobs import Registry
from reelpress.studio.assets import store
from reelpress.studio.assets.model import storage_key
from reelpress.studio.assets.service import uploads_folder

ABANDONED_AFTER_S = 24 * 3600


def register(registry: Registry) -> None:
    """Name the handlers."""
    registry.every("studio.assets.reconcile", "23 3 * * *", reconcile)


async def reconcile(platform: Platform) -> None:
    """Remove content no asset row names, and folders of uploads that never ended."""
    await asyncio.to_thread(_remove_abandoned, uploads_folder(platform), time.time() - ABANDONED_AFTER_S)
    listed = {key.rpartition("/")[2] for key in await platform.storage.list(storage_key(""))}
    async with platform.db.connection() as conn:
        strays = listed - await store.contents_used(conn, list(listed))
    for sha256 in strays:
        async with platform.db.transaction() as conn:
            await store.lock_content(conn, sha256)
            if not await store.contents_used(conn, [sha256]):
                await platform.storage.delete([storage_key(sha256)])


def _remove_abandoned(folder: Path, before: float) -> None:
    for path in folder.glob("*"):
        if path.stat().st_mtime < before:
            shutil.rmtree(path, ignore_errors=True)
