"""Store finished files, put them at their URL, and take them away when their time is over."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from reelpress.platform import ids
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.studio.media import store
from reelpress.studio.media.model import Finished, StoredFile, media_id_of, object_key
from reelpress.studio.media.negotiate import Kind, Variant
from reelpress.studio.media.store import Reserved

RESERVATION_LIFE = timedelta(hours=2)
BATCH = 200
STORED = (Variant.MP4, Variant.JPEG, Variant.WEBP, Variant.GIF)


async def reserve(
    platform: Platform, workspace_id: str, request_id: UUID, kind: Kind, title: str
) -> Reserved:
    """A fresh public id. It is committed before any byte is stored, so that strays can be found."""
    reserved = Reserved(workspace_id, ids.public_id(), request_id)
    async with platform.db.connection() as conn:
        await store.reserve(conn, reserved, kind, title, platform.clock.now())
    return reserved


async def store_files(
    platform: Platform, reserved: Reserved, files: Mapping[Variant, Path]
) -> dict[Variant, StoredFile]:
    """Write every representation to the object store."""
    stored: dict[Variant, StoredFile] = {}
    for variant, path in files.items():
        stored[variant] = await asyncio.to_thread(_describe, path)
        await platform.storage.put(object_key(reserved.id, variant), path)
    return stored


async def publish(
    conn: Connection,
    platform: Platform,
    reserved: Reserved,
    finished: Finished,
    files: Mapping[Variant, StoredFile],
    time_to_live: timedelta,
) -> bool:
    """Put the medium at its URL within the caller's transaction. False when the reservation was given up."""
    now = platform.clock.now()
    return await store.publish(conn, reserved, finished, files, now, now + time_to_live)


async def remove_expired(platform: Platform) -> int:
    """Remove the bytes of media whose time to live has ended; their URLs answer 410 already."""
    removed = 0
    while True:
        async with platform.db.connection() as conn:
            media = await store.expired(conn, platform.clock.now(), BATCH)
        if not media:
            return removed
        await _remove_bytes(platform, [medium.id for medium in media])
        async with platform.db.connection() as conn:
            await store.set_gone(conn, [medium.id for medium in media])
        removed += len(media)


async def reconcile(platform: Platform) -> int:
    """Remove objects that no medium will ever point to. Returns how many media ids they had.

    First what attempts left behind, then whatever is stored under an id the database does not know.
    """
    async with platform.db.connection() as conn:
        abandoned = await store.given_up(conn, platform.clock.now() - RESERVATION_LIFE, BATCH)
    await _remove_bytes(platform, abandoned)
    removed = len(abandoned)
    keys = await platform.storage.list("media")
    stored = sorted({media_id_of(key) for key in keys})
    for first in range(0, len(stored), BATCH):
        async with platform.db.connection() as conn:
            strays = await store.unknown(conn, stored[first : first + BATCH])
        await _remove_bytes(platform, sorted(strays))
        removed += len(strays)
    return removed


async def discard(platform: Platform, reserved: Reserved) -> None:
    """Take back what an attempt stored and may not publish."""
    async with platform.db.connection() as conn:
        await store.drop_reservation(conn, reserved)
    await _remove_bytes(platform, [reserved.id])


async def _remove_bytes(platform: Platform, media_ids: list[str]) -> None:
    await platform.storage.delete([object_key(name, variant) for name in media_ids for variant in STORED])


def _describe(path: Path) -> StoredFile:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return StoredFile(path.stat().st_size, f'"{digest.hexdigest()[:32]}"')
