"""SQL of films: which workspace needs which, and which versions hold them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from reelpress.platform.db import Connection


async def lock(conn: Connection, digests: Sequence[str]) -> None:
    """Nobody else needs or removes these films until the transaction ends."""
    await conn.execute(
        """SELECT pg_advisory_xact_lock(hashtextextended('films/' || digest, 0))
           FROM (SELECT DISTINCT unnest($1::text[]) AS digest ORDER BY 1) AS films""",
        list(digests),
    )


async def touch(conn: Connection, workspace_id: str, digests: Sequence[str], now: datetime) -> None:
    """The workspace needs these films, as of now. In a transaction: nobody removes them meanwhile."""
    await lock(conn, digests)
    await conn.execute(
        """
        INSERT INTO studio_films (workspace_id, digest, used_at)
        SELECT $1, digest, $3 FROM unnest($2::text[]) AS needed (digest) ORDER BY digest
        ON CONFLICT (workspace_id, digest) DO UPDATE SET used_at = excluded.used_at
        """,
        workspace_id,
        list(dict.fromkeys(digests)),
        now,
    )


async def hold(conn: Connection, workspace_id: str, version_id: UUID, digests: Sequence[str]) -> None:
    """A published version renders from these films, for as long as there is the version."""
    await conn.execute(
        """
        INSERT INTO media_campaign_version_films (workspace_id, version_id, digest)
        SELECT $1, $2, unnest($3::text[])
        """,
        workspace_id,
        version_id,
        list(dict.fromkeys(digests)),
    )


async def forget_unused(conn: Connection, before: datetime, limit: int) -> list[str]:
    """Digests of films that no version holds and nobody used since; their rows go."""
    rows = await conn.fetch(
        """
        DELETE FROM studio_films f USING (
            SELECT workspace_id, digest FROM studio_films s
            WHERE used_at < $1 AND NOT EXISTS (
                SELECT FROM media_campaign_version_films v
                WHERE v.workspace_id = s.workspace_id AND v.digest = s.digest)
            LIMIT $2 FOR UPDATE SKIP LOCKED
        ) gone
        WHERE f.workspace_id = gone.workspace_id AND f.digest = gone.digest AND f.used_at < $1
        RETURNING f.digest
        """,
        before,
        limit,
    )
    return [row["digest"] for row in rows]


async def needed(conn: Connection, digests: Sequence[str]) -> set[str]:
    """Which of these a workspace needs: equal films are stored once."""
    rows = await conn.fetch(
        "SELECT DISTINCT digest FROM studio_films WHERE digest = ANY ($1::text[])", list(digests)
    )
    return {row["digest"] for row in rows}
