"""SQL of custom segments, their members and files."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from reelpress.engage.custom_segments.model import Outcome, Segment, SegmentFile
from reelpress.platform.db import Connection, Record

_SEGMENT = """
    SELECT id, kind, name, included_filters AS filters, display_names, created_at, updated_at, archived_at,
           expires_at, updated_by
    FROM custom_segments
"""


async def lock(conn: Connection, workspace_id: str) -> None:
    """Until the transaction ends nobody else changes the workspace's segments."""
    await conn.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('custom segments of ' || $1, 0))", workspace_id
    )


async def count_call(
    conn: Connection, workspace_id: str, call: str, window_s: int, now: datetime, stale: datetime
) -> int:
    """The number of this call in its window; a window that began before `stale` is over."""
    return await conn.fetchval(
        """
        INSERT INTO custom_segment_calls AS c (workspace_id, call, window_s, starts_at)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (workspace_id, call, window_s) DO UPDATE
        SET calls = CASE WHEN c.starts_at <= $5 THEN 1 ELSE c.calls + 1 END,
            starts_at = CASE WHEN c.starts_at <= $5 THEN $4 ELSE c.starts_at END
        RETURNING calls
        """,
        workspace_id,
        call,
        window_s,
        now,
        stale,
    )


async def count_active(conn: Connection, workspace_id: str, now: datetime) -> int:
    return await conn.fetchval(
        """
        SELECT count(*) FROM custom_segments
        WHERE workspace_id = $1 AND archived_at IS NULL AND (expires_at IS NULL OR expires_at > $2)
        """,
        workspace_id,
        now,
    )


async def every(
    conn: Connection, workspace_id: str, name: str | None, archived_after: datetime
) -> list[Segment]:
    """The segments, or the one of this name; without those archived (or over) for long. Newest first."""
    rows = await conn.fetch(
        _SEGMENT
        + """
        WHERE workspace_id = $1 AND ($2::text IS NULL OR name = $2)
          AND (archived_at IS NULL OR archived_at > $3) AND (expires_at IS NULL OR expires_at > $3)
        ORDER BY created_at DESC, id
        """,
        workspace_id,
        name,
        archived_after,
    )
    return [Segment(**dict(row)) for row in rows]


async def find(conn: Connection, workspace_id: str, segment_id: str) -> Segment | None:
    row = await conn.fetchrow(_SEGMENT + "WHERE workspace_id = $1 AND id = $2", workspace_id, segment_id)
    return Segment(**dict(row)) if row else None


async def find_named(conn: Connection, workspace_id: str, name: str) -> Segment | None:
    row = await conn.fetchrow(_SEGMENT + "WHERE workspace_id = $1 AND name = $2", workspace_id, name)
    return Segment(**dict(row)) if row else None


async def find_alike(
    conn: Connection, workspace_id: str, digest: bytes, besides: str
) -> tuple[str, str] | None:
    """Name and id of another segment with the same filters that is not archived."""
    row = await conn.fetchrow(
        """
        SELECT name, id FROM custom_segments
        WHERE workspace_id = $1 AND digest = $2 AND archived_at IS NULL AND id <> $3
        """,
        workspace_id,
        digest,
        besides,
    )
    return (row["name"], row["id"]) if row else None


async def save(
    conn: Connection, workspace_id: str, segment: Segment, digest: bytes | None, refers_to: Sequence[str]
) -> None:
    """Make the segment, or give it another name and other filters."""
    await conn.execute(
        """
        INSERT INTO custom_segments
            (workspace_id, id, kind, name, included_filters, display_names, digest, refers_to, created_at,
             updated_at, updated_by, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (workspace_id, id) DO UPDATE
        SET name = excluded.name, included_filters = excluded.included_filters,
            display_names = excluded.display_names, digest = excluded.digest,
            refers_to = excluded.refers_to, updated_at = excluded.updated_at,
            updated_by = excluded.updated_by
        """,
        workspace_id,
        segment.id,
        segment.kind,
        segment.name,
        segment.filters,
        segment.display_names,
        digest,
        list(refers_to),
        segment.created_at,
        segment.updated_at,
        segment.updated_by,
        segment.expires_at,
    )


async def set_archived(
    conn: Connection, workspace_id: str, segment_id: str, archived_at: datetime | None, now: datetime
) -> None:
    """Archive it, or take it back; what was taken back does not expire any more."""
    await conn.execute(
        """
        UPDATE custom_segments
        SET archived_at = $3, updated_at = $4,
            expires_at = CASE WHEN $3::timestamptz IS NULL THEN NULL ELSE expires_at END
        WHERE workspace_id = $1 AND id = $2
        """,
        workspace_id,
        segment_id,
        archived_at,
        now,
    )


async def digest_of(conn: Connection, workspace_id: str, segment_id: str) -> bytes | None:
    return await conn.fetchval(
        "SELECT digest FROM custom_segments WHERE workspace_id = $1 AND id = $2", workspace_id, segment_id
    )


async def insert_file(
    conn: Connection, workspace_id: str, file: SegmentFile, emails: Sequence[str], now: datetime
) -> None:
    await conn.execute(
        """
        INSERT INTO custom_segment_files (workspace_id, id, segment_id, operation, attribute, attribute_type,
                                          file_url, callback_url, emails, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        workspace_id,
        file.id,
        file.segment_id,
        file.operation,
        file.attribute,
        file.attribute_type,
        file.file_url,
        file.callback_url,
        list(emails),
        now,
    )


async def files(conn: Connection, workspace_id: str, file_id: str | None = None) -> list[SegmentFile]:
    """The files of a workspace, or the one with this id, the latest first."""
    rows = await conn.fetch(
        """
        SELECT f.id, f.segment_id, s.name AS segment_name, f.operation, f.attribute, f.attribute_type,
               f.file_url, f.callback_url, f.state, f.values_found, f.values_processed, f.user_count, f.error
        FROM custom_segment_files f JOIN custom_segments s USING (workspace_id)
        WHERE f.workspace_id = $1 AND s.id = f.segment_id AND ($2::text IS NULL OR f.id = $2)
        ORDER BY f.created_at DESC, f.id LIMIT 200
        """,
        workspace_id,
        file_id,
    )
    return [SegmentFile(**dict(row)) for row in rows]


async def users_since(conn: Connection, workspace_id: str, since: datetime) -> int:
    """Users that files brought in since then."""
    return await conn.fetchval(
        """
        SELECT coalesce(sum(user_count), 0) FROM custom_segment_files
        WHERE workspace_id = $1 AND created_at > $2 AND operation <> 'remove'
        """,
        workspace_id,
        since,
    )


async def profiles_with(
    conn: Connection, workspace_id: str, attribute: str, values: Sequence[tuple[Any, str]]
) -> list[str]:
    """Ids of the profiles whose attribute has one of these values, each given with its folded text.

    Texts are compared exactly; the index of `folded` finds them. The ids of a profile are columns.
    """
    texts = [value for value, _ in values]
    match attribute:
        case "uid":
            found = await _by(conn, _BY_CUSTOMER_ID, workspace_id, texts)
        case "id":
            found = await _by(conn, _BY_ID, workspace_id, texts)
        case _:
            found = await conn.fetch(
                """
                SELECT p.id FROM unnest($3::text[], $4::text[]) AS v (text, folded)
                JOIN profiles p ON p.folded @> jsonb_build_object($2::text, v.folded)
                    AND p.attributes -> $2 = to_jsonb(v.text)
                WHERE p.workspace_id = $1
                """,
                workspace_id,
                attribute,
                texts,
                [folded for _, folded in values],
            )
    return [row["id"] for row in found]


async def profiles_with_number(
    conn: Connection, workspace_id: str, attribute: str, values: Sequence[float]
) -> list[str]:
    """Ids of the profiles whose attribute is one of these numbers."""
    rows = await conn.fetch(
        """
        SELECT p.id FROM profiles p
        WHERE p.workspace_id = $1 AND jsonb_typeof(p.attributes -> $2) = 'number'
          AND CASE WHEN jsonb_typeof(p.attributes -> $2) = 'number'
              THEN (p.attributes ->> $2)::float8 = ANY($3::float8[]) ELSE false END
        """,
        workspace_id,
        attribute,
        list(values),
    )
    return [row["id"] for row in rows]


async def add_members(conn: Connection, workspace_id: str, segment_id: str, ids: Sequence[str]) -> None:
    """List these profiles; those that were deleted meanwhile are left out."""
    await conn.execute(
        """
        INSERT INTO custom_segment_members (workspace_id, segment_id, profile_id)
        SELECT $1, $2, p.id FROM profiles p WHERE p.workspace_id = $1 AND p.id = ANY($3::text[])
        ORDER BY p.id FOR KEY SHARE
        ON CONFLICT DO NOTHING
        """,
        workspace_id,
        segment_id,
        list(ids),
    )


async def remove_members(
    conn: Connection, workspace_id: str, segment_id: str, ids: Sequence[str] | None
) -> None:
    """Strike these profiles off; None for all."""
    await conn.execute(
        """
        DELETE FROM custom_segment_members
        WHERE workspace_id = $1 AND segment_id = $2 AND ($3::text[] IS NULL OR profile_id = ANY($3))
        """,
        workspace_id,
        segment_id,
        None if ids is None else list(ids),
    )


async def finish_file(
    conn: Connection, workspace_id: str, file_id: str, outcome: Outcome | str, now: datetime
) -> bool:
    """Note what became of a file, once; whether this was the first time."""
    done = outcome if isinstance(outcome, Outcome) else None
    status = await conn.execute(
        """
        UPDATE custom_segment_files
        SET state = CASE WHEN $3::text IS NULL THEN 'done' ELSE 'failed' END, error = $3, values_found = $4,
            values_processed = $5, user_count = $6, finished_at = $7
        WHERE workspace_id = $1 AND id = $2 AND state = 'queued'
        """,
        workspace_id,
        file_id,
        None if done else outcome,
        done.values_found if done else None,
        done.values_processed if done else None,
        done.user_count if done else None,
        now,
    )
    return status == "UPDATE 1"


_BY_CUSTOMER_ID = "SELECT id FROM profiles WHERE workspace_id = $1 AND customer_id = ANY($2::text[])"
_BY_ID = "SELECT id FROM profiles WHERE workspace_id = $1 AND id = ANY($2::text[])"


async def _by(conn: Connection, query: str, workspace_id: str, values: Sequence[str]) -> list[Record]:
    return await conn.fetch(query, workspace_id, list(values))
