"""SQL of requests. Every function takes the connection and the workspace first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from reelpress.platform.db import Connection, Record
from reelpress.studio.requests.model import Accepted, Request, State

_COLUMNS = """id, workspace_id, client_id, use_case_id, version_id, state, content, fence, faults, reason,
       accepted_at, render_started_at, finished_at, callback_done_at"""


@dataclass(frozen=True, slots=True)
class BoundKey:
    """What an Idempotency-Key stands for until it is forgotten."""

    identity: bytes
    request_id: UUID


@dataclass(frozen=True, slots=True)
class Filter:
    """Which requests a list shows; `before` continues an earlier page."""

    state: State | None = None
    use_case_id: UUID | None = None
    customer: bytes | None = None
    before: tuple[datetime, UUID] | None = None


async def lock(conn: Connection, digest: bytes) -> None:
    """Hold everybody else who means the same digest until this transaction ends."""
    number = int.from_bytes(digest[:8], "big", signed=True)
    await conn.execute("SELECT pg_advisory_xact_lock($1)", number)


async def bound_key(conn: Connection, workspace_id: str, key: bytes, since: datetime) -> BoundKey | None:
    row = await conn.fetchrow(
        """SELECT identity, request_id FROM studio_idempotency_keys
           WHERE workspace_id = $1 AND key = $2 AND bound_at > $3""",
        workspace_id,
        key,
        since,
    )
    return BoundKey(row["identity"], row["request_id"]) if row else None


async def bind_key(conn: Connection, workspace_id: str, key: bytes, bound: BoundKey, at: datetime) -> None:
    await conn.execute(
        """INSERT INTO studio_idempotency_keys (workspace_id, key, identity, request_id, bound_at)
           VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (workspace_id, key) DO UPDATE
           SET identity = excluded.identity, request_id = excluded.request_id,
               bound_at = excluded.bound_at""",
        workspace_id,
        key,
        bound.identity,
        bound.request_id,
        at,
    )


async def forget_keys(conn: Connection, before: datetime) -> None:
    """All workspaces: keys whose time is over."""
    await conn.execute("DELETE FROM studio_idempotency_keys WHERE bound_at < $1", before)


async def find_identical(
    conn: Connection, workspace_id: str, identity: bytes, since: datetime
) -> UUID | None:
    return await conn.fetchval(
        """SELECT id FROM studio_requests
           WHERE workspace_id = $1 AND identity = $2 AND accepted_at > $3
           ORDER BY accepted_at DESC LIMIT 1""",
        workspace_id,
        identity,
        since,
    )


async def insert(conn: Connection, accepted: Accepted) -> None:
    await conn.execute(
        """INSERT INTO studio_requests
           (id, workspace_id, client_id, use_case_id, version_id, identity, customer, recipient, content,
            accepted_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""",
        accepted.id,
        accepted.workspace_id,
        accepted.client_id,
        accepted.use_case_id,
        accepted.version_id,
        accepted.identity,
        accepted.customer,
        accepted.recipient,
        accepted.content,
        accepted.accepted_at,
    )


async def get(conn: Connection, workspace_id: str, request_id: UUID) -> Request | None:
    row = await conn.fetchrow(
        f"SELECT {_COLUMNS} FROM studio_requests WHERE workspace_id = $1 AND id = $2",  # noqa: S608 - constant
        workspace_id,
        request_id,
    )
    return _request(row) if row else None


async def hold(conn: Connection, workspace_id: str, request_id: UUID) -> None:
    """Keep a request as it is until the transaction ends: an erasure of it comes before or after.

    Held before its callback is written to, which is the order an erasure takes them in.
    """
    await conn.execute(
        "SELECT 1 FROM studio_requests WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE",
        workspace_id,
        request_id,
    )


async def newest(conn: Connection, workspace_id: str, chosen: Filter, limit: int) -> list[Request]:
    """Newest first."""
    before_at, before_id = chosen.before or (None, None)
    rows = await conn.fetch(
        f"""SELECT {_COLUMNS} FROM studio_requests
            WHERE workspace_id = $1
              AND ($2::text IS NULL OR state = $2)
              AND ($3::uuid IS NULL OR use_case_id = $3)
              AND ($4::bytea IS NULL OR customer = $4)
              AND ($5::timestamptz IS NULL OR (accepted_at, id) < ($5, $6::uuid))
            ORDER BY accepted_at DESC, id DESC LIMIT $7""",  # noqa: S608 - constant column list
        workspace_id,
        chosen.state,
        chosen.use_case_id,
        chosen.customer,
        before_at,
        before_id,
        limit,
    )
    return [_request(row) for row in rows]


async def counts(conn: Connection, workspace_id: str, use_case_id: UUID | None = None) -> dict[State, int]:
    rows = await conn.fetch(
        """SELECT state, count(*) AS number FROM studio_requests
           WHERE workspace_id = $1 AND ($2::uuid IS NULL OR use_case_id = $2) GROUP BY state""",
        workspace_id,
        use_case_id,
    )
    found = {State(row["state"]): int(row["number"]) for row in rows}
    return {state: found.get(state, 0) for state in State}


async def claim(conn: Connection, workspace_id: str, request_id: UUID, at: datetime) -> Request | None:
    """Begin an attempt: the fence grows. None when the request is finished or gone."""
    row = await conn.fetchrow(
        f"""UPDATE studio_requests
            SET state = 'rendering', fence = fence + 1,
                render_started_at = coalesce(render_started_at, $3)
            WHERE workspace_id = $1 AND id = $2 AND state IN ('accepted', 'rendering')
            RETURNING {_COLUMNS}""",  # noqa: S608 - constant column list
        workspace_id,
        request_id,
        at,
    )
    return _request(row) if row else None


async def finish(
    conn: Connection, claimed: Request, state: State, at: datetime, *, reason: str | None = None
) -> bool:
    """End a request, if the attempt still holds its fence. False: a later attempt owns it, write nothing."""
    row = await conn.fetchval(
        """UPDATE studio_requests SET state = $4, finished_at = $5, reason = $6
           WHERE workspace_id = $1 AND id = $2 AND fence = $3 AND state = 'rendering' RETURNING id""",
        claimed.workspace_id,
        claimed.id,
        claimed.fence,
        state,
        at,
        reason,
    )
    return row is not None


async def count_fault(conn: Connection, claimed: Request) -> int:
    """One more attempt that failed for a reason of ours. Returns how many there are."""
    return await conn.fetchval(
        """UPDATE studio_requests SET faults = faults + 1
           WHERE workspace_id = $1 AND id = $2 RETURNING faults""",
        claimed.workspace_id,
        claimed.id,
    )


async def set_callback_done(conn: Connection, workspace_id: str, request_id: UUID, at: datetime) -> None:
    await conn.execute(
        "UPDATE studio_requests SET callback_done_at = $3 WHERE workspace_id = $1 AND id = $2",
        workspace_id,
        request_id,
        at,
    )


def _request(row: Record) -> Request:
    return msgspec.convert(dict(row), Request)
