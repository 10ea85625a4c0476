"""SQL of merges: what moves from one profile to the other."""

from datetime import datetime
from typing import Any

from reelpress.platform.db import Connection

MERGED_FROM = "merged_from"


async def move_devices(conn: Connection, workspace_id: str, merged: str, retained: str) -> None:
    """Every device that the retained profile does not have itself; the others go."""
    await conn.execute(
        """
        UPDATE profile_devices d SET profile_id = $3
        WHERE workspace_id = $1 AND profile_id = $2 AND NOT EXISTS (
            SELECT 1 FROM profile_devices o
            WHERE o.workspace_id = $1 AND o.profile_id = $3 AND o.device_id = d.device_id)
        """,
        workspace_id,
        merged,
        retained,
    )
    await conn.execute(
        "DELETE FROM profile_devices WHERE workspace_id = $1 AND profile_id = $2", workspace_id, merged
    )


async def move_events(
    conn: Connection, workspace_id: str, merged: str, retained: str, since: datetime, details: dict[str, Any]
) -> None:
    """The profile's own events since a moment; what came to it by another merge stays with it."""
    await conn.execute(
        """
        UPDATE events SET profile_id = $3, details = details || $5
        WHERE workspace_id = $1 AND profile_id = $2 AND user_time >= $4 AND NOT details ? 'merged_from'
        """,
        workspace_id,
        merged,
        retained,
        since,
        details,
    )


async def move_sends(conn: Connection, workspace_id: str, merged: str, retained: str) -> None:
    """What campaigns sent; where both were sent the same, each keeps its own."""
    await conn.execute(
        """
        UPDATE engage_sends s SET profile_id = $3
        WHERE workspace_id = $1 AND profile_id = $2 AND NOT EXISTS (
            SELECT 1 FROM engage_sends o
            WHERE o.workspace_id = $1 AND o.profile_id = $3
              AND o.campaign_id = s.campaign_id AND o.occasion = s.occasion)
        """,
        workspace_id,
        merged,
        retained,
    )


async def mark(conn: Connection, workspace_id: str, merged: str, retained: str, at: datetime) -> None:
    """Note where a profile went, and that the other was seen as late as it."""
    await conn.execute(
        """
        UPDATE profiles p SET last_seen_at = greatest(p.last_seen_at, m.last_seen_at)
        FROM profiles m WHERE m.workspace_id = $1 AND m.id = $2 AND p.workspace_id = $1 AND p.id = $3
        """,
        workspace_id,
        merged,
        retained,
    )
    await conn.execute(
        """
        UPDATE profiles SET merged_into = $3, merged_at = $4, updated_at = $4
        WHERE workspace_id = $1 AND id = $2
        """,
        workspace_id,
        merged,
        retained,
        at,
    )


async def silent(conn: Connection, before: datetime, limit: int) -> list[tuple[str, str]]:
    """(workspace, profile) of merged profiles of which nothing was heard since; the oldest first."""
    rows = await conn.fetch(
        """
        SELECT workspace_id, id FROM profiles
        WHERE merged_into IS NOT NULL AND merged_at < $1
          AND updated_at <= merged_at AND last_seen_at <= merged_at
        ORDER BY merged_at LIMIT $2
        """,
        before,
        limit,
    )
    return [(row["workspace_id"], row["id"]) for row in rows]
