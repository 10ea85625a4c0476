"""Store finished files, put them at their URL, and take them away when their time is over."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from reelpress.platform import ids
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.studio.media import segments, store
from reelpress.studio.media.model import Finished, StoredFile, media_id_of, object_key
from reelpress.studio.media.negotiate import Kind, Variant
from reelpress.studio.media.store import Reserved
from reelpress.studio.render.joined import Joined


@dataclass(frozen=True, slots=True)
class Stored:
    """What is in the object store for a medium: its files, and the segments they are assembled from."""

    files: Mapping[Variant, StoredFile]
    objects: tuple[str, ...]


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


async def store_medium(platform: Platform, reserved: Reserved, finished: Finished) -> Stored:
    """Write all of a finished medium; of a joined video only the segments that are not there yet."""
    files = await store_files(platform, reserved, finished.files)
    if finished.joined is None:
        return Stored(files, ())
    listed = Joined.decode(await asyncio.to_thread(finished.joined.read_bytes))
    joined = await segments.store_joined(platform, reserved.workspace_id, listed, finished.segments)
    await platform.storage.put(object_key(reserved.id, Variant.MP4), joined.encode())
    files[Variant.MP4] = StoredFile(joined.total, f'"{joined.etag}"', joined=True)
    return Stored(files, tuple(source.key for source in joined.sources))


async def publish(
    conn: Connection,
    platform: Platform,
    reserved: Reserved,
    finished: Finished,
    stored: Stored,
    time_to_live: timedelta,
) -> bool:
    """Put the medium at its URL within the caller's transaction. False when the reservation was given up."""
    now = platform.clock.now()
    if not await store.publish(conn, reserved, finished, stored.files, now, now + time_to_live):
        return False
    if stored.objects:
        await segments.refer(conn, reserved.workspace_id, reserved.id, stored.objects, now)
    return True


async def add_previews(
    platform: Platform, workspace_id: str, media_id: str, files: Mapping[Variant, Path]
) -> bool:
    """Store what was made after the video. False, with nothing kept, when the medium is gone meanwhile."""
    described = await store_files(platform, Reserved(workspace_id, media_id, UUID(int=0)), files)
    async with platform.db.connection() as conn:
        if await store.add_files(conn, workspace_id, media_id, described):
            return True
    await platform.storage.delete([object_key(media_id, variant) for variant in files])
    return False


async def remove_expired(platform: Platform) -> int:
    """Remove the bytes of media whose time to live has ended; their URLs answer 410 already."""
    removed = 0
    while True:
        async with platform.db.connection() as conn:
            media = await store.expired(conn, platform.clock.now(), BATCH)
        if not media:
            return removed
        await _remove_bytes(platform, [medium.id for medium in media])
        async with platform.db.transaction() as conn:
            await store.set_gone(conn, [medium.id for medium in media])
            await segments.forget(conn, [medium.id for medium in media])
        removed += len(media)


async def remove_of_requests(
    conn: Connection, platform: Platform, workspace_id: str, request_ids: Sequence[UUID]
) -> None:
    """Media end and lose their bytes, before the caller's transaction does: an end that fails is repeated.

    Segments that nobody else refers to follow within a day (`segments.remove_unused`).
    """
    gone = await store.end_of_requests(conn, workspace_id, request_ids, platform.clock.now())
    await segments.forget(conn, gone)
    await _remove_bytes(platform, gone)


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
