"""SQL of callbacks. Every function takes the connection and the workspace first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from reelpress.platform.db import Connection
from reelpress.studio.egress.model import Attempt, Callback, Message, State, Step
from reelpress.studio.egress.schedule import Destination

_COLUMNS = """id, workspace_id, request_id, state, destination, tries, reason, due_at, created_at, done_at"""


async def insert(conn: Connection, workspace_id: str, callback: Callback, steps: Sequence[Message]) -> None:
    """The callback with its steps; their bodies come sealed."""
    await conn.execute(
        """INSERT INTO studio_callbacks (id, workspace_id, request_id, destination, due_at, created_at)
           VALUES ($1, $2, $3, $4, $5, $5)""",
        callback.id,
        workspace_id,
        callback.request_id,
        callback.destination,
        callback.created_at,
    )
    await conn.executemany(
        """INSERT INTO studio_callback_steps (callback_id, position, workspace_id, name, path, body)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        [(callback.id, at, workspace_id, step.name, step.path, step.body) for at, step in enumerate(steps)],
    )


async def get(conn: Connection, workspace_id: str, callback_id: UUID) -> Callback | None:
    row = await conn.fetchrow(
        f"SELECT {_COLUMNS} FROM studio_callbacks WHERE workspace_id = $1 AND id = $2",  # noqa: S608 - constant
        workspace_id,
        callback_id,
    )
    return msgspec.convert(dict(row), Callback) if row else None


async def claim(
    conn: Connection, workspace_id: str, callback_id: UUID, now: datetime, until: datetime
) -> Callback | None:
    """Take a due callback; nobody else sends it until `until`."""
    row = await conn.fetchrow(
        f"""UPDATE studio_callbacks SET due_at = $4
            WHERE workspace_id = $1 AND id = $2 AND state = 'pending' AND due_at <= $3
            RETURNING {_COLUMNS}""",  # noqa: S608 - constant column list
        workspace_id,
        callback_id,
        now,
        until,
    )
    return msgspec.convert(dict(row), Callback) if row else None


async def of_request(conn: Connection, workspace_id: str, request_id: UUID) -> Callback | None:
    row = await conn.fetchrow(
        f"""SELECT {_COLUMNS} FROM studio_callbacks WHERE workspace_id = $1 AND request_id = $2
            ORDER BY created_at DESC LIMIT 1""",  # noqa: S608 - constant column list
        workspace_id,
        request_id,
    )
    return msgspec.convert(dict(row), Callback) if row else None


async def states_of(conn: Connection, workspace_id: str, request_ids: Sequence[UUID]) -> dict[UUID, State]:
    rows = await conn.fetch(
        """SELECT request_id, state FROM studio_callbacks
           WHERE workspace_id = $1 AND request_id = ANY($2::uuid[])""",
        workspace_id,
        list(request_ids),
    )
    return {row["request_id"]: State(row["state"]) for row in rows}


async def steps(conn: Connection, workspace_id: str, callback_id: UUID) -> list[Step]:
    rows = await conn.fetch(
        """SELECT position, name, path, body, done_at FROM studio_callback_steps
           WHERE workspace_id = $1 AND callback_id = $2 ORDER BY position""",
        workspace_id,
        callback_id,
    )
    return [msgspec.convert(dict(row), Step) for row in rows]


async def delete_of_requests(conn: Connection, workspace_id: str, request_ids: Sequence[UUID]) -> None:
    """Callbacks with their steps and attempts; a job that still means one finds nothing to do."""
    await conn.execute(
        "DELETE FROM studio_callbacks WHERE workspace_id = $1 AND request_id = ANY($2::uuid[])",
        workspace_id,
        list(request_ids),
    )


async def add_attempt(conn: Connection, workspace_id: str, attempt: Attempt) -> bool:
    """False, and nothing kept, when the callback is gone meanwhile."""
    kept = await conn.fetchval(
        """INSERT INTO studio_callback_attempts
           (workspace_id, callback_id, step, started_at, elapsed_ms, code, fault, answer)
           SELECT $1, id, $3, $4, $5, $6, $7, $8 FROM studio_callbacks
           WHERE workspace_id = $1 AND id = $2 RETURNING id""",
        workspace_id,
        attempt.callback_id,
        attempt.step,
        attempt.started_at,
        attempt.elapsed_ms,
        attempt.code,
        attempt.fault,
        attempt.answer,
    )
    return kept is not None


async def attempts(conn: Connection, workspace_id: str, callback_id: UUID) -> list[Attempt]:
    rows = await conn.fetch(
        """SELECT callback_id, step, started_at, elapsed_ms, code, fault, answer FROM studio_callback_attempts
           WHERE workspace_id = $1 AND callback_id = $2 ORDER BY id""",
        workspace_id,
        callback_id,
    )
    return [msgspec.convert(dict(row), Attempt) for row in rows]


async def finish_step(
    conn: Connection, workspace_id: str, callback_id: UUID, position: int, now: datetime
) -> None:
    """The step is accepted; the next one has all its tries before it."""
    await conn.execute(
        """WITH step AS (
             UPDATE studio_callback_steps SET done_at = coalesce(done_at, $4)
             WHERE workspace_id = $1 AND callback_id = $2 AND position = $3)
           UPDATE studio_callbacks SET tries = 0
           WHERE workspace_id = $1 AND id = $2 AND state = 'pending'""",
        workspace_id,
        callback_id,
        position,
        now,
    )


async def finish(
    conn: Connection, workspace_id: str, callback_id: UUID, state: State, now: datetime, reason: str | None
) -> bool:
    """End a pending callback; False when another run has ended it."""
    row = await conn.fetchval(
        """UPDATE studio_callbacks SET state = $3, done_at = $4, reason = $5
           WHERE workspace_id = $1 AND id = $2 AND state = 'pending' RETURNING id""",
        workspace_id,
        callback_id,
        state,
        now,
        reason,
    )
    return row is not None


async def postpone(
    conn: Connection, workspace_id: str, callback_id: UUID, tries: int, due_at: datetime, reason: str | None
) -> None:
    await conn.execute(
        """UPDATE studio_callbacks SET tries = $3, due_at = $4, reason = coalesce($5, reason)
           WHERE workspace_id = $1 AND id = $2 AND state = 'pending'""",
        workspace_id,
        callback_id,
        tries,
        due_at,
        reason,
    )


async def restart(
    conn: Connection, workspace_id: str, callback_id: UUID, now: datetime, *, from_the_start: bool
) -> None:
    """Make a callback due at once with all its tries; `from_the_start` sends accepted steps again too."""
    await conn.execute(
        """WITH steps AS (
             UPDATE studio_callback_steps SET done_at = NULL
             WHERE workspace_id = $1 AND callback_id = $2 AND $4)
           UPDATE studio_callbacks
           SET state = 'pending', tries = 0, due_at = $3, done_at = NULL, reason = NULL
           WHERE workspace_id = $1 AND id = $2""",
        workspace_id,
        callback_id,
        now,
        from_the_start,
    )


async def lock_destination(conn: Connection, workspace_id: str, name: str) -> Destination:
    """The state of a destination, held for this transaction."""
    await conn.execute(
        "INSERT INTO studio_destinations (workspace_id, destination) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        workspace_id,
        name,
    )
    row = await conn.fetchrow(
        """SELECT failures, paused_until, disabled_at, booked_until FROM studio_destinations
           WHERE workspace_id = $1 AND destination = $2 FOR UPDATE""",
        workspace_id,
        name,
    )
    assert row is not None
    return msgspec.convert(dict(row), Destination)


async def put_destination(conn: Connection, workspace_id: str, name: str, found: Destination) -> None:
    await conn.execute(
        """UPDATE studio_destinations
           SET failures = $3, paused_until = $4, disabled_at = $5, booked_until = $6
           WHERE workspace_id = $1 AND destination = $2""",
        workspace_id,
        name,
        found.failures,
        found.paused_until,
        found.disabled_at,
        found.booked_until,
    )
