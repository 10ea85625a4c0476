"""SQL of identifiers."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime

from reelpress.engage.identifiers.model import KEY
from reelpress.platform.db import Connection

INDEX_TIMEOUT_S = 4 * 3600.0


async def activated(conn: Connection, workspace_id: str) -> list[str]:
    rows = await conn.fetch(
        "SELECT key FROM workspace_identifiers WHERE workspace_id = $1 ORDER BY activated_at, key",
        workspace_id,
    )
    return [row["key"] for row in rows]


async def lock_workspace(conn: Connection, workspace_id: str) -> None:
    await conn.execute("SELECT FROM workspaces WHERE id = $1 FOR UPDATE", workspace_id)


async def activate(conn: Connection, workspace_id: str, keys: Sequence[str], at: datetime) -> None:
    await conn.execute(
        """
        INSERT INTO workspace_identifiers (workspace_id, key, activated_at)
        SELECT $1, unnest($2::text[]), $3
        """,
        workspace_id,
        list(keys),
        at,
    )


async def make_index(conn: Connection, key: str) -> None:
    """Build the index of a key beside running writers; one that was left half built is built anew."""
    assert KEY.fullmatch(key), "checked when it was activated"
    name = "profiles_identifier_" + hashlib.sha256(key.encode()).hexdigest()[:16]
    broken = await conn.fetchval(
        "SELECT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT indisvalid)", name
    )
    if broken:
        await conn.execute(f"DROP INDEX CONCURRENTLY {name}", timeout=INDEX_TIMEOUT_S)
    await conn.execute(
        f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON profiles "
        f"(workspace_id, (attributes ->> '{key}')) WHERE attributes ? '{key}'",
        timeout=INDEX_TIMEOUT_S,
    )


async def shared(conn: Connection, workspace_id: str, keys: Collection[str]) -> dict[str, int]:
    """How many values of each key several profiles have: such a value names the one that was seen last."""
    counts: dict[str, int] = {}
    for key in keys:
        counts[key] = await conn.fetchval(
            """
            SELECT count(*) FROM (
                SELECT FROM profiles WHERE workspace_id = $1 AND attributes ->> $2 IS NOT NULL
                GROUP BY attributes ->> $2 HAVING count(*) > 1) AS values
            """,
            workspace_id,
            key,
        )
    return counts
