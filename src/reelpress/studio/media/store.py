"""SQL of media. Every function takes the connection and the workspace first, where one is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from reelpress.platform.db import Connection, Record
from reelpress.studio.media.model import Finished, Medium, StoredFile
from reelpress.studio.media.negotiate import Kind, Variant

_COLUMNS = """id, workspace_id, request_id, state, kind, title, width, height, duration_s, files,
       ready_at, expires_at"""


@dataclass(frozen=True, slots=True)
class Reserved:
    """A public id with its row, before the first byte is stored."""

    workspace_id: str
    id: str
    request_id: UUID


async def reserve(conn: Connection, reserved: Reserved, kind: Kind, title: str, at: datetime) -> None:
    await conn.execute(
        """INSERT INTO studio_media (id, workspace_id, request_id, kind, title, created_at)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        reserved.id,
        reserved.workspace_id,
        reserved.request_id,
        kind,
        title,
        at,
    )


async def publish(
    conn: Connection,
    reserved: Reserved,
    finished: Finished,
    files: Mapping[Variant, StoredFile],
    ready_at: datetime,
    expires_at: datetime,
) -> bool:
    """Put a medium at its URL. False when its reservation was given up meanwhile."""
    row = await conn.fetchval(
        """UPDATE studio_media
           SET state = 'ready', width = $3, height = $4, duration_s = $5, files = $6,
               ready_at = $7, expires_at = $8
           WHERE workspace_id = $1 AND id = $2 AND state = 'storing' RETURNING id""",
        reserved.workspace_id,
        reserved.id,
        finished.width,
        finished.height,
        finished.duration_s,
        _files(files),
        ready_at,
        expires_at,
    )
    return row is not None


async def add_files(
    conn: Connection, workspace_id: str, media_id: str, files: Mapping[Variant, StoredFile]
) -> bool:
    """More representations of a medium. False when it is gone."""
    row = await conn.fetchval(
        """UPDATE studio_media SET files = files || $3
           WHERE workspace_id = $1 AND id = $2 AND state = 'ready' RETURNING id""",
        workspace_id,
        media_id,
        _files(files),
    )
    return row is not None


async def by_public_id(conn: Connection, media_id: str) -> Medium | None:
    """The medium at a public URL: its 128 random bits are the only key a viewer has."""
    row = await conn.fetchrow(
        f"SELECT {_COLUMNS} FROM studio_media WHERE id = $1 AND state <> 'storing'",  # noqa: S608 - constant
        media_id,
    )
    return _medium(row) if row else None


async def of_requests(conn: Connection, workspace_id: str, request_ids: Sequence[UUID]) -> dict[UUID, Medium]:
    """The finished medium of each request that has one."""
    rows = await conn.fetch(
        f"""SELECT {_COLUMNS} FROM studio_media
            WHERE workspace_id = $1 AND request_id = ANY($2::uuid[]) AND state <> 'storing'""",  # noqa: S608 - constant
        workspace_id,
        list(request_ids),
    )
    media = [_medium(row) for row in rows]
    return {medium.request_id: medium for medium in media}


async def expired(conn: Connection, now: datetime, limit: int) -> list[Medium]:
    """All workspaces: media whose time to live has ended and whose bytes are still there."""
    rows = await conn.fetch(
        f"""SELECT {_COLUMNS} FROM studio_media
            WHERE state = 'ready' AND expires_at <= $1 ORDER BY expires_at LIMIT $2""",  # noqa: S608 - constant
        now,
        limit,
    )
    return [_medium(row) for row in rows]


async def set_gone(conn: Connection, media_ids: Sequence[str]) -> None:
    """All workspaces: the bytes of these are removed."""
    await conn.execute("UPDATE studio_media SET state = 'gone' WHERE id = ANY($1::text[])", list(media_ids))


async def end_of_requests(
    conn: Connection, workspace_id: str, request_ids: Sequence[UUID], now: datetime
) -> list[str]:
    """Media of these requests end now; ids under which bytes may lie. Reservations are taken away."""
    ended = await conn.fetch(
        """UPDATE studio_media SET state = 'gone', files = '{}', expires_at = least(expires_at, $3)
           WHERE workspace_id = $1 AND request_id = ANY($2::uuid[]) AND state <> 'storing' RETURNING id""",
        workspace_id,
        list(request_ids),
        now,
    )
    dropped = await conn.fetch(
        """DELETE FROM studio_media
           WHERE workspace_id = $1 AND request_id = ANY($2::uuid[]) AND state = 'storing' RETURNING id""",
        workspace_id,
        list(request_ids),
    )
    return [row["id"] for row in (*ended, *dropped)]


async def is_ready(conn: Connection, workspace_id: str, media_id: str) -> bool:
    """Whether a medium is at its URL."""
    return await conn.fetchval(
        "SELECT EXISTS (SELECT FROM studio_media WHERE workspace_id = $1 AND id = $2 AND state = 'ready')",
        workspace_id,
        media_id,
    )


async def given_up(conn: Connection, before: datetime, limit: int) -> list[str]:
    """All workspaces: take away reservations no attempt will publish any more, and give their ids.

    An attempt that comes back after that finds its reservation gone and publishes nothing.
    """
    rows = await conn.fetch(
        """DELETE FROM studio_media WHERE id IN
             (SELECT id FROM studio_media WHERE state = 'storing' AND created_at < $1
              LIMIT $2 FOR UPDATE SKIP LOCKED)
           RETURNING id""",
        before,
        limit,
    )
    return [row["id"] for row in rows]


async def drop_reservation(conn: Connection, reserved: Reserved) -> None:
    await conn.execute(
        "DELETE FROM studio_media WHERE workspace_id = $1 AND id = $2 AND state = 'storing'",
        reserved.workspace_id,
        reserved.id,
    )


async def unknown(conn: Connection, media_ids: Sequence[str]) -> set[str]:
    """All workspaces: which of these ids have no row that may hold bytes."""
    rows = await conn.fetch(
        "SELECT id FROM studio_media WHERE id = ANY($1::text[]) AND state <> 'gone'", list(media_ids)
    )
    return set(media_ids) - {row["id"] for row in rows}


def _files(files: Mapping[Variant, StoredFile]) -> dict[str, dict[str, object]]:
    return {
        variant.value: {"size": file.size, "etag": file.etag, "joined": file.joined}
        for variant, file in files.items()
    }


def _medium(row: Record) -> Medium:
    return msgspec.convert(dict(row), Medium)
