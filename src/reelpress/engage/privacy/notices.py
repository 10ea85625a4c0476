"""SQL of notices: which studios are told of an erasure, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from reelpress.platform.db import Connection

State = Literal["waiting", "told", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class Notice:
    """One studio to be told. `connector` as a version keeps it, `subjects` sealed; None once it is over."""

    id: UUID
    erasure_id: UUID
    address: str
    connector: dict[str, Any] | None
    subjects: bytes | None
    state: State
    tries: int
    code: int | None
    reason: str | None
    done_at: datetime | None


async def insert(conn: Connection, workspace_id: str, notices: Sequence[Notice]) -> None:
    await conn.executemany(
        """
        INSERT INTO erasure_notices (workspace_id, id, erasure_id, address, connector, subjects)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        [(workspace_id, one.id, one.erasure_id, one.address, one.connector, one.subjects) for one in notices],
    )


async def waiting(conn: Connection, workspace_id: str, notice_id: UUID) -> Notice | None:
    """A notice that is not over."""
    row = await conn.fetchrow(
        """
        SELECT id, erasure_id, address, connector, subjects, state, tries, code, reason, done_at
        FROM erasure_notices WHERE workspace_id = $1 AND id = $2 AND state = 'waiting'
        """,
        workspace_id,
        notice_id,
    )
    return Notice(**dict(row)) if row else None


async def of_erasures(
    conn: Connection, workspace_id: str, erasure_ids: Sequence[UUID]
) -> dict[UUID, list[Notice]]:
    """The notices of each erasure; whom they name is left out."""
    rows = await conn.fetch(
        """
        SELECT id, erasure_id, address, NULL::jsonb AS connector, NULL::bytea AS subjects, state, tries, code,
               reason, done_at
        FROM erasure_notices WHERE workspace_id = $1 AND erasure_id = ANY($2::uuid[]) ORDER BY address, id
        """,
        workspace_id,
        list(erasure_ids),
    )
    found: dict[UUID, list[Notice]] = {}
    for row in rows:
        found.setdefault(row["erasure_id"], []).append(Notice(**dict(row)))
    return found


async def count_try(
    conn: Connection, workspace_id: str, notice_id: UUID, code: int | None, reason: str | None
) -> None:
    await conn.execute(
        """
        UPDATE erasure_notices SET tries = tries + 1, code = $3, reason = $4
        WHERE workspace_id = $1 AND id = $2
        """,
        workspace_id,
        notice_id,
        code,
        reason,
    )


async def finish(
    conn: Connection,
    workspace_id: str,
    notice_id: UUID,
    state: State,
    code: int | None,
    reason: str | None,
    at: datetime,
) -> None:
    """It is over: nothing of the person stays in it."""
    await conn.execute(
        """
        UPDATE erasure_notices
        SET state = $3, tries = tries + 1, code = $4, reason = $5, done_at = $6,
            connector = NULL, subjects = NULL
        WHERE workspace_id = $1 AND id = $2
        """,
        workspace_id,
        notice_id,
        state,
        code,
        reason,
        at,
    )


async def connectors_to(conn: Connection, workspace_id: str, path: str) -> list[dict[str, Any]]:
    """What connector campaigns of a workspace send, in all their versions, to addresses with this path."""
    rows = await conn.fetch(
        """
        SELECT v.content FROM engage_campaign_versions v JOIN engage_campaigns c ON c.id = v.campaign_id
        WHERE c.workspace_id = $1 AND v.workspace_id = $1 AND c.channel = 'CONNECTOR'
          AND strpos(v.content ->> 'url', $2) > 0
        ORDER BY v.created_at
        """,
        workspace_id,
        path,
    )
    return [row["content"] for row in rows]
