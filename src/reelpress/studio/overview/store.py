"""SQL of the numbers a workspace sees first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reelpress.platform.db import Connection


@dataclass(frozen=True, slots=True)
class StudioNumbers:
    """`making` are accepted requests that are not finished."""

    published: int
    requests: int
    making: int
    made: int
    failed: int
    last_made_at: datetime | None


async def numbers(conn: Connection, workspace_id: str) -> StudioNumbers:
    """One query."""
    row = await conn.fetchrow(
        """
        select count(*) as requests,
               count(*) filter (where state in ('accepted', 'rendering')) as making,
               count(*) filter (where state = 'ready') as made,
               count(*) filter (where state = 'failed') as failed,
               max(finished_at) filter (where state = 'ready') as last_made_at,
               (select count(*) from media_campaigns
                    where workspace_id = $1 and state = 'published') as published
        from studio_requests where workspace_id = $1
        """,
        workspace_id,
    )
    assert row is not None
    return StudioNumbers(**dict(row))
