"""SQL of child campaigns."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from reelpress.engage.campaigns.children.model import Child, Listening
from reelpress.platform.db import Connection


async def listening(conn: Connection, workspace_id: str, event_name: str) -> list[Listening]:
    """The active campaigns of a business event."""
    rows = await conn.fetch(
        """
        select c.id as campaign_id, c.version_id, v.audience, v.display_names
        from engage_campaigns c join engage_campaign_versions v on v.id = c.version_id
        where c.workspace_id = $1 and c.trigger_event = $2
          and c.status = 'ACTIVE' and c.delivery_type = 'BUSINESS_EVENT_TRIGGERED'
        order by c.id
        """,
        workspace_id,
        event_name,
    )
    return [Listening(**dict(row)) for row in rows]


async def insert(
    conn: Connection,
    workspace_id: str,
    trigger_id: UUID,
    children: Sequence[tuple[UUID, Listening, str | None]],
    at: datetime,
) -> None:
    """Write children: id, campaign, why it is stopped. A stopped one is over before it began."""
    await conn.execute(
        """
        insert into engage_occurrences
            (workspace_id, trigger_id, due_at, id, campaign_id, version_id, stopped, paged_at)
        select $1, $2, $3, n.id, n.campaign_id, n.version_id, n.stopped,
               case when n.stopped is not null then $3::timestamptz end
        from unnest($4::uuid[], $5::text[], $6::uuid[], $7::text[])
            as n (id, campaign_id, version_id, stopped)
        """,
        workspace_id,
        trigger_id,
        at,
        [child_id for child_id, _, _ in children],
        [campaign.campaign_id for _, campaign, _ in children],
        [campaign.version_id for _, campaign, _ in children],
        [stopped for _, _, stopped in children],
    )


async def newest(
    conn: Connection, workspace_id: str, campaign_id: str, before: UUID | None, limit: int
) -> list[Child]:
    """A page of a campaign's children, newest first; `before` is the last of the page before."""
    rows = await conn.fetch(
        """
        select o.id, o.trigger_id, t.attributes, t.triggered_by, t.at as triggered_at, o.members,
               o.started_at, o.paged_at, o.stopped
        from engage_occurrences o join business_event_triggers t on t.id = o.trigger_id
        where o.workspace_id = $1 and o.campaign_id = $2
          and ($3::uuid is null or (o.due_at, o.id) < (
                select due_at, id from engage_occurrences where workspace_id = $1 and id = $3))
        order by o.due_at desc, o.id desc
        limit $4
        """,
        workspace_id,
        campaign_id,
        before,
        limit,
    )
    return [Child(**dict(row)) for row in rows]
