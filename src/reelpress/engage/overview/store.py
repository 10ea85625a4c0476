"""SQL of the numbers a workspace sees first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reelpress.platform.db import Connection


@dataclass(frozen=True, slots=True)
class EngageNumbers:
    """Test sends are left out. `*_started` are campaigns that were published at some time."""

    profiles: int
    sent: int
    failed: int
    waiting: int
    active_authorizations: int
    connectors_started: int
    deliveries_started: int
    last_seen_at: datetime | None
    last_send_at: datetime | None


async def numbers(conn: Connection, workspace_id: str) -> EngageNumbers:
    """One query, each number from an index of its table."""
    row = await conn.fetchrow(
        """
        with sends as (
            select count(*) filter (where state = 'sent') as sent,
                   count(*) filter (where state = 'failed') as failed,
                   count(*) filter (where state in ('queued', 'sending')) as waiting,
                   max(finished_at) as last_send_at
            from engage_sends where workspace_id = $1 and kind <> 'TEST'
        ), started as (
            select count(*) filter (where channel = 'CONNECTOR') as connectors_started,
                   count(*) filter (where channel <> 'CONNECTOR') as deliveries_started
            from engage_campaigns where workspace_id = $1 and status <> 'DRAFT'
        )
        select sends.*, started.*,
            (select count(*) from profiles where workspace_id = $1) as profiles,
            (select count(*) from engage_oauth_configurations
                where workspace_id = $1 and status = 'ACTIVE') as active_authorizations,
            (select max(last_seen_at) from profiles where workspace_id = $1) as last_seen_at
        from sends, started
        """,
        workspace_id,
    )
    assert row is not None
    return EngageNumbers(**dict(row))
