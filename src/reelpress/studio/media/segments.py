"""Segments in the object store: kept while a live medium refers to them, gone within a day of the last."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from reelpress.platform import ids
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.studio.render.joined import Joined

UNUSED_LIFE = timedelta(hours=6)  # longer than any render takes from finding a segment to referring to it
PREFIX = "segments/"
BATCH = 500
PUTS_AT_ONCE = 8


async def store_joined(
    platform: Platform, workspace_id: str, joined: Joined, files: Mapping[str, Path]
) -> Joined:
    """Put what is not there yet. The list that is returned names objects instead of keys."""
    names = await _known(platform, workspace_id, [source.key for source in joined.sources])
    missing = {source.key: source.bytes for source in joined.sources if source.key not in names}
    fresh = {key: f"{PREFIX}{workspace_id}/{key}-{ids.public_id()}" for key in missing}
    gate = asyncio.Semaphore(PUTS_AT_ONCE)

    async def put(key: str) -> None:
        async with gate:
            await platform.storage.put(fresh[key], files[key])

    if missing:
        await _announce(platform, workspace_id, fresh)
        await asyncio.gather(*(put(key) for key in missing))
        names |= await _settle(platform, workspace_id, fresh, missing)
    return joined.naming(names)


async def refer(
    conn: Connection, workspace_id: str, media_id: str, objects: Sequence[str], at: datetime
) -> None:
    """A medium needs these objects, from this transaction on."""
    await conn.execute(
        """INSERT INTO studio_medium_segments (workspace_id, media_id, object)
           SELECT $1, $2, unnest($3::text[]) ON CONFLICT DO NOTHING""",
        workspace_id,
        media_id,
        list(dict.fromkeys(objects)),
    )
    await conn.execute(
        "UPDATE studio_segments SET used_at = $3 WHERE workspace_id = $1 AND object = ANY($2::text[])",
        workspace_id,
        list(objects),
        at,
    )


async def forget(conn: Connection, media_ids: Sequence[str]) -> None:
    """All workspaces: these media need nothing any more."""
    await conn.execute("DELETE FROM studio_medium_segments WHERE media_id = ANY($1::text[])", list(media_ids))


async def remove_unused(platform: Platform) -> int:
    """Remove what no medium has referred to for `UNUSED_LIFE`. Returns how many objects."""
    removed = 0
    while True:
        async with platform.db.transaction() as conn:
            rows = await conn.fetch(
                """DELETE FROM studio_segments WHERE object IN
                     (SELECT s.object FROM studio_segments s
                      WHERE s.used_at < $1 AND NOT EXISTS
                        (SELECT FROM studio_medium_segments m WHERE m.object = s.object)
                      LIMIT $2 FOR UPDATE SKIP LOCKED)
                   RETURNING object""",
                platform.clock.now() - UNUSED_LIFE,
                BATCH,
            )
        await platform.storage.delete([row["object"] for row in rows])
        removed += len(rows)
        if len(rows) < BATCH:
            return removed + await _remove_strays(platform)


async def _known(platform: Platform, workspace_id: str, keys: Sequence[str]) -> dict[str, str]:
    """Key -> object of those that are stored; they count as used now."""
    async with platform.db.connection() as conn:
        rows = await conn.fetch(
            """UPDATE studio_segments SET used_at = $3
               WHERE workspace_id = $1 AND key = ANY($2::text[]) AND stored RETURNING key, object""",
            workspace_id,
            list(keys),
            platform.clock.now(),
        )
    return {row["key"]: row["object"] for row in rows}


async def _announce(platform: Platform, workspace_id: str, fresh: Mapping[str, str]) -> None:
    """Rows before bytes, so that an object without a row is a stray."""
    async with platform.db.connection() as conn:
        await conn.execute(
            """INSERT INTO studio_segments (object, workspace_id, key, used_at)
               SELECT name, $1, key, $4 FROM unnest($2::text[], $3::text[]) AS fresh(key, name)""",
            workspace_id,
            list(fresh),
            list(fresh.values()),
            platform.clock.now(),
        )


async def _settle(
    platform: Platform, workspace_id: str, fresh: Mapping[str, str], sizes: Mapping[str, int]
) -> dict[str, str]:
    """The first to store a key names its object; a second object of the same key stays for its own medium."""
    async with platform.db.connection() as conn:
        await conn.execute(
            """UPDATE studio_segments s SET stored = true, bytes = fresh.bytes
               FROM unnest($2::text[], $3::bigint[]) AS fresh(name, bytes)
               WHERE s.workspace_id = $1 AND s.object = fresh.name""",
            workspace_id,
            list(fresh.values()),
            [sizes[key] for key in fresh],
        )
    return dict(fresh)


async def _remove_strays(platform: Platform) -> int:
    """Objects whose put outlived their row."""
    stored = await platform.storage.list(PREFIX.rstrip("/"))
    removed = 0
    for first in range(0, len(stored), BATCH):
        batch = stored[first : first + BATCH]
        async with platform.db.connection() as conn:
            rows = await conn.fetch(
                "SELECT object FROM studio_segments WHERE object = ANY($1::text[])", batch
            )
        strays = sorted(set(batch) - {row["object"] for row in rows})
        await platform.storage.delete(strays)
        removed += len(strays)
    return removed
