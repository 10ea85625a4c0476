"""SQL of erasures. Every function takes the connection and the workspace first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from reelpress.platform.db import Connection
from reelpress.studio.erasures.model import Erasure

REASON = "the customer asked to be forgotten"


async def insert(
    conn: Connection, workspace_id: str, subject_request_id: UUID, subjects: Collection[bytes], at: datetime
) -> bool:
    """Note a request. False when it was noted before."""
    row = await conn.fetchval(
        """INSERT INTO studio_erasures (workspace_id, subject_request_id, subjects, requested_at)
           VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING subject_request_id""",
        workspace_id,
        subject_request_id,
        list(subjects),
        at,
    )
    return row is not None


async def get(conn: Connection, workspace_id: str, subject_request_id: UUID) -> Erasure | None:
    row = await conn.fetchrow(
        """SELECT subject_request_id, requested_at, done_at, erased FROM studio_erasures
           WHERE workspace_id = $1 AND subject_request_id = $2""",
        workspace_id,
        subject_request_id,
    )
    return msgspec.convert(dict(row), Erasure) if row else None


async def subjects(conn: Connection, workspace_id: str, subject_request_id: UUID) -> list[bytes] | None:
    """The digests of an erasure; None where they are forgotten, or it is unknown."""
    return await conn.fetchval(
        """SELECT subjects FROM studio_erasures
           WHERE workspace_id = $1 AND subject_request_id = $2 AND (done_at IS NULL OR subjects <> '{}')""",
        workspace_id,
        subject_request_id,
    )


async def count(conn: Connection, workspace_id: str, subject_request_id: UUID, erased: int) -> None:
    await conn.execute(
        """UPDATE studio_erasures SET erased = erased + $3
           WHERE workspace_id = $1 AND subject_request_id = $2""",
        workspace_id,
        subject_request_id,
        erased,
    )


async def finish(conn: Connection, workspace_id: str, subject_request_id: UUID, at: datetime) -> bool:
    """False when it was done before."""
    row = await conn.fetchval(
        """UPDATE studio_erasures SET done_at = $3
           WHERE workspace_id = $1 AND subject_request_id = $2 AND done_at IS NULL
           RETURNING subject_request_id""",
        workspace_id,
        subject_request_id,
        at,
    )
    return row is not None


async def forget_subjects(conn: Connection, workspace_id: str, subject_request_id: UUID) -> None:
    await conn.execute(
        "UPDATE studio_erasures SET subjects = '{}' WHERE workspace_id = $1 AND subject_request_id = $2",
        workspace_id,
        subject_request_id,
    )


async def requests_of(
    conn: Connection, workspace_id: str, digests: Sequence[bytes], limit: int
) -> list[UUID]:
    """Requests of one of these people that are not emptied yet, held until the transaction ends."""
    rows = await conn.fetch(
        """SELECT id FROM studio_requests
           WHERE workspace_id = $1 AND (customer = ANY($2::bytea[]) OR recipient = ANY($2::bytea[]))
           ORDER BY id LIMIT $3 FOR UPDATE""",
        workspace_id,
        list(digests),
        limit,
    )
    return [row["id"] for row in rows]


async def empty_requests(
    conn: Connection, workspace_id: str, request_ids: Sequence[UUID], content: bytes, at: datetime
) -> None:
    """Rows stay to be counted; one that was not finished has failed. An attempt under way loses its fence."""
    await conn.execute(
        """UPDATE studio_requests
           SET content = $3, identity = '', customer = NULL, recipient = NULL, fence = fence + 1,
               finished_at = coalesce(finished_at, $4),
               reason = CASE WHEN state IN ('accepted', 'rendering') THEN $5 ELSE reason END,
               state = CASE WHEN state IN ('accepted', 'rendering') THEN 'failed' ELSE state END
           WHERE workspace_id = $1 AND id = ANY($2::uuid[])""",
        workspace_id,
        list(request_ids),
        content,
        at,
        REASON,
    )
    await conn.execute(
        "DELETE FROM studio_idempotency_keys WHERE workspace_id = $1 AND request_id = ANY($2::uuid[])",
        workspace_id,
        list(request_ids),
    )
