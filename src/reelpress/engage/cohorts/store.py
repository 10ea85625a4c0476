"""SQL of cohorts."""

from datetime import datetime

from reelpress.engage.cohorts.model import Sync
from reelpress.platform.db import Connection


async def upsert(conn: Connection, workspace_id: str, message: Sync, at: datetime) -> str:
    """Note the cohort; returns the name it goes by."""
    return await conn.fetchval(
        """
        INSERT INTO cohorts (workspace_id, partner, cohort_id, name, description, synced_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (workspace_id, partner, cohort_id)
        DO UPDATE SET description = excluded.description, synced_at = excluded.synced_at
        RETURNING name
        """,
        workspace_id,
        message.partner,
        message.cohort_id,
        message.name,
        message.description,
        at,
    )
