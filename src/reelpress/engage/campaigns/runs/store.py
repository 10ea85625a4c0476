"""SQL of runs."""

from uuid import UUID

from reelpress.engage.campaigns.runs.model import Run
from reelpress.platform.db import Connection


async def newest(
    conn: Connection, workspace_id: str, campaign_id: str, before: UUID | None, limit: int
) -> list[Run]:
    """A page of a campaign's runs, the latest due first; `before` is the last of the page before."""
    rows = await conn.fetch(
        """
        with page as (
            select o.id, o.due_at, o.started_at, o.paged_at, o.stopped, o.members, t.attributes,
                   t.triggered_by
            from engage_occurrences o left join business_event_triggers t on t.id = o.trigger_id
            where o.workspace_id = $1 and o.campaign_id = $2
              and ($3::uuid is null or (o.due_at, o.id) < (
                    select due_at, id from engage_occurrences where workspace_id = $1 and id = $3))
            order by o.due_at desc, o.id desc
            limit $4
        )
        select p.*, s.sent, s.failed, s.skipped, s.waiting
        from page p cross join lateral (
            select count(*) filter (where state = 'sent') as sent,
                   count(*) filter (where state = 'failed') as failed,
                   count(*) filter (where state = 'skipped') as skipped,
                   count(*) filter (where state in ('queued', 'sending')) as waiting
            from engage_sends
            where workspace_id = $1 and campaign_id = $2 and occasion = p.id) s
        order by p.due_at desc, p.id desc
        """,
        workspace_id,
        campaign_id,
        before,
        limit,
    )
    return [Run(**dict(row)) for row in rows]
