"""SQL of file imports."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from reelpress.engage.imports.model import Columns, FileImport, RowResult, Run
from reelpress.platform.db import Connection, Record

_IMPORT = """workspace_id, id, name, kind, file_name, url, allow_http, columns, every_minutes, next_at,
    created_by, created_at, archived_at"""
_RUN = """id, import_id, state, message, size_bytes, content, row_reached, added, updated, skipped, failed,
    scheduled_at, completed_at"""

Open = Callable[[bytes], str]


async def insert(conn: Connection, one: FileImport, sealed_url: bytes, columns: dict[str, Any]) -> bool:
    """False when an import that is not archived has this name."""
    done = await conn.execute(
        """
        INSERT INTO file_imports (workspace_id, id, name, kind, file_name, url, allow_http, columns,
                                  every_minutes, next_at, created_by, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (workspace_id, lower(name)) WHERE archived_at IS NULL DO NOTHING
        """,
        one.workspace_id,
        one.id,
        one.name,
        one.kind,
        one.file_name,
        sealed_url,
        one.allow_http,
        columns,
        one.every_minutes,
        one.next_at,
        one.created_by,
        one.created_at,
    )
    return done != "INSERT 0 0"


async def get(
    conn: Connection, workspace_id: str, import_id: str, open_url: Open, *, lock: bool = False
) -> FileImport | None:
    row = await conn.fetchrow(
        f"SELECT {_IMPORT} FROM file_imports WHERE workspace_id = $1 AND id = $2"  # noqa: S608 - constants
        + (" FOR UPDATE" if lock else ""),
        workspace_id,
        import_id,
    )
    return None if row is None else _import(row, open_url)


async def every(conn: Connection, workspace_id: str, open_url: Open) -> list[FileImport]:
    """The imports of a workspace, archived ones too, the youngest first."""
    rows = await conn.fetch(
        f"SELECT {_IMPORT} FROM file_imports WHERE workspace_id = $1 ORDER BY created_at DESC, id",  # noqa: S608 - constants
        workspace_id,
    )
    return [_import(row, open_url) for row in rows]


async def archive(conn: Connection, workspace_id: str, import_id: str, at: datetime) -> None:
    await conn.execute(
        """
        UPDATE file_imports SET archived_at = coalesce(archived_at, $3), next_at = NULL
        WHERE workspace_id = $1 AND id = $2
        """,
        workspace_id,
        import_id,
        at,
    )


async def take_due(conn: Connection, now: datetime, limit: int) -> list[tuple[str, str]]:
    """(workspace, import) of those whose moment has come, with the next moment set."""
    rows = await conn.fetch(
        """
        UPDATE file_imports f SET next_at = $1 + make_interval(mins => f.every_minutes)
        FROM (SELECT workspace_id, id FROM file_imports
              WHERE next_at <= $1 AND archived_at IS NULL ORDER BY next_at LIMIT $2
              FOR UPDATE SKIP LOCKED) AS due
        WHERE f.workspace_id = due.workspace_id AND f.id = due.id RETURNING f.workspace_id, f.id
        """,
        now,
        limit,
    )
    return [(row["workspace_id"], row["id"]) for row in rows]


async def insert_runs(conn: Connection, runs: Sequence[tuple[str, str, str]], at: datetime) -> None:
    """(workspace, import, run) that wait for a worker."""
    await conn.execute(
        """
        INSERT INTO file_import_runs (workspace_id, import_id, id, scheduled_at)
        SELECT n.*, $4 FROM unnest($1::text[], $2::text[], $3::text[]) AS n
        """,
        [workspace for workspace, _, _ in runs],
        [import_id for _, import_id, _ in runs],
        [run for _, _, run in runs],
        at,
    )


async def ran_since(conn: Connection, workspace_id: str, import_id: str, since: datetime) -> bool:
    return await conn.fetchval(
        """
        SELECT EXISTS (SELECT FROM file_import_runs
                       WHERE workspace_id = $1 AND import_id = $2 AND scheduled_at > $3)
        """,
        workspace_id,
        import_id,
        since,
    )


async def run(conn: Connection, workspace_id: str, run_id: str) -> Run | None:
    row = await conn.fetchrow(
        f"SELECT {_RUN} FROM file_import_runs WHERE workspace_id = $1 AND id = $2",  # noqa: S608 - constants
        workspace_id,
        run_id,
    )
    return None if row is None else Run(**dict(row))


async def runs(conn: Connection, workspace_id: str, import_ids: Sequence[str]) -> list[Run]:
    """The runs of these imports, the latest first; at most 10,000."""
    rows = await conn.fetch(
        f"""
        SELECT {_RUN} FROM file_import_runs WHERE workspace_id = $1 AND import_id = ANY($2::text[])
        ORDER BY scheduled_at DESC, id LIMIT 10000
        """,  # noqa: S608 - constants
        workspace_id,
        list(import_ids),
    )
    return [Run(**dict(row)) for row in rows]


async def begin(
    conn: Connection, workspace_id: str, run_id: str, size_bytes: int, content: bytes
) -> bytes | None:
    """Note the file that is read; returns the digest of the one that was read first, None when it is over."""
    return await conn.fetchval(
        """
        UPDATE file_import_runs
        SET state = 'PROCESSING', size_bytes = coalesce(size_bytes, $3), content = coalesce(content, $4)
        WHERE workspace_id = $1 AND id = $2 AND completed_at IS NULL RETURNING content
        """,
        workspace_id,
        run_id,
        size_bytes,
        content,
    )


async def advance(
    conn: Connection, workspace_id: str, run_id: str, reached: int, results: Sequence[RowResult]
) -> bool:
    """Add the results of the rows after `reached`; False when somebody else has done them."""
    outcomes = [result.outcome for result in results]
    done = await conn.execute(
        """
        UPDATE file_import_runs
        SET row_reached = row_reached + $4, added = added + $5, updated = updated + $6,
            skipped = skipped + $7, failed = failed + $8
        WHERE workspace_id = $1 AND id = $2 AND row_reached = $3
        """,
        workspace_id,
        run_id,
        reached,
        len(results),
        *(outcomes.count(outcome) for outcome in ("added", "updated", "skipped", "failed")),
    )
    if done == "UPDATE 0":
        return False
    await conn.execute(
        """
        INSERT INTO file_import_rows (workspace_id, run_id, number, outcome, reason, profile_id)
        SELECT $1, $2, n.* FROM unnest($3::integer[], $4::text[], $5::text[], $6::text[]) AS n
        """,
        workspace_id,
        run_id,
        [result.number for result in results],
        outcomes,
        [result.reason for result in results],
        [result.profile_id for result in results],
    )
    return True


async def complete(
    conn: Connection, workspace_id: str, run_id: str, at: datetime, fault: str | None = None
) -> None:
    """The end of a run: failed for the reason given, else as its rows went."""
    await conn.execute(
        """
        UPDATE file_import_runs SET completed_at = $3, message = coalesce($4, ''), state = CASE
            WHEN $4 IS NOT NULL OR (failed > 0 AND failed = row_reached) THEN 'FAILED'
            WHEN failed > 0 THEN 'PARTIAL_SUCCESS' ELSE 'SUCCESSFUL' END
        WHERE workspace_id = $1 AND id = $2 AND completed_at IS NULL
        """,
        workspace_id,
        run_id,
        at,
        fault,
    )


async def row_results(
    conn: Connection, workspace_id: str, run_id: str, outcome: str | None, after: int, limit: int
) -> list[RowResult]:
    rows = await conn.fetch(
        """
        SELECT number, outcome, reason, profile_id FROM file_import_rows
        WHERE workspace_id = $1 AND run_id = $2 AND ($3::text IS NULL OR outcome = $3) AND number > $4
        ORDER BY number LIMIT $5
        """,
        workspace_id,
        run_id,
        outcome,
        after,
        limit,
    )
    return [RowResult(**dict(row)) for row in rows]


async def forget_rows(conn: Connection, before: datetime, kept: timedelta) -> None:
    """Results of rows of runs that ended long ago; the counts stay."""
    await conn.execute(
        """
        DELETE FROM file_import_rows r USING file_import_runs u
        WHERE u.workspace_id = r.workspace_id AND u.id = r.run_id AND u.completed_at < $1
        """,
        before - kept,
    )


def _import(row: Record, open_url: Open) -> FileImport:
    fields: dict[str, Any] = dict(row)
    url, columns = open_url(fields.pop("url")), Columns(**fields.pop("columns"))
    return FileImport(url=url, columns=columns, **fields)
