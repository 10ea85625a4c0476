"""SQL of business events and their triggers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from reelpress.engage.business_events.model import Attribute, BusinessEvent, Known, Wanted
from reelpress.platform.db import Connection, Record

_COLUMNS = "id, name, attributes, created_by, created_at"


@dataclass(frozen=True, slots=True)
class Recent:
    """Triggers of a workspace in the last day, hour and five minutes."""

    day: int
    hour: int
    five_minutes: int


async def lock_workspace(conn: Connection, workspace_id: str) -> None:
    """Until the transaction ends nobody else counts or adds business events or triggers here."""
    await conn.execute(
        "select pg_advisory_xact_lock(hashtextextended('business_events' || $1, 0))", workspace_id
    )


async def count(conn: Connection, workspace_id: str) -> int:
    return await conn.fetchval("select count(*) from business_events where workspace_id = $1", workspace_id)


async def insert(conn: Connection, workspace_id: str, event: BusinessEvent) -> None:
    await conn.execute(
        """
        insert into business_events (workspace_id, id, name, attributes, created_by, created_at)
        values ($1, $2, $3, $4, $5, $6)
        """,
        workspace_id,
        event.id,
        event.name,
        [{"name": one.name, "type": one.type} for one in event.attributes],
        event.created_by,
        event.created_at,
    )


async def by_name(conn: Connection, workspace_id: str, name: str) -> BusinessEvent | None:
    row = await conn.fetchrow(
        f"select {_COLUMNS} from business_events where workspace_id = $1 and name = $2",  # noqa: S608 - a constant
        workspace_id,
        name,
    )
    return _event(row) if row else None


async def recent(conn: Connection, workspace_id: str, now: datetime) -> Recent:
    row = await conn.fetchrow(
        """
        select count(*) as day, count(*) filter (where at > $3) as hour,
               count(*) filter (where at > $4) as five_minutes
        from business_event_triggers where workspace_id = $1 and at > $2
        """,
        workspace_id,
        now - timedelta(days=1),
        now - timedelta(hours=1),
        now - timedelta(minutes=5),
    )
    assert row is not None
    return Recent(**dict(row))


async def insert_trigger(
    conn: Connection,
    workspace_id: str,
    trigger_id: UUID,
    event_id: str,
    attributes: Mapping[str, Any],
    by: str | None,
    at: datetime,
) -> None:
    await conn.execute(
        """
        insert into business_event_triggers
            (workspace_id, id, business_event_id, attributes, triggered_by, at)
        values ($1, $2, $3, $4, $5, $6)
        """,
        workspace_id,
        trigger_id,
        event_id,
        dict(attributes),
        by,
        at,
    )


async def known(
    conn: Connection, workspace_id: str, wanted: Wanted, after: str | None, limit: int
) -> list[Known]:
    """Business events in the order of their ids, behind `after`, with what came of them."""
    rows = await conn.fetch(
        f"""
        with chosen as (
            select {_COLUMNS} from business_events
            where workspace_id = $1 and ($2::text[] is null or id = any($2))
              and ($3::text[] is null or name = any($3))
              and ($4::text is null or id > $4)
            order by id limit $5
        )
        select c.*, coalesce(t.triggers, 0) as triggers, t.last_triggered_at, u.campaigns,
               coalesce(o.members, 0) as members, coalesce(o.sent, 0) as sent
        from chosen c
        left join lateral (
            select count(*) as triggers, max(at) as last_triggered_at from business_event_triggers
            where workspace_id = $1 and business_event_id = c.id) t on true
        left join lateral (
            select count(*) as campaigns from engage_campaigns
            where workspace_id = $1 and trigger_event = c.name
              and delivery_type = 'BUSINESS_EVENT_TRIGGERED') u on true
        left join lateral (
            select sum(o.members)::bigint as members, sum(s.sent)::bigint as sent
            from business_event_triggers t join engage_occurrences o on o.trigger_id = t.id
            left join lateral (
                select count(*) as sent from engage_sends
                where workspace_id = $1 and campaign_id = o.campaign_id and occasion = o.id
                  and state = 'sent') s on true
            where t.workspace_id = $1 and t.business_event_id = c.id) o on true
        order by c.id
        """,  # noqa: S608 - a constant list of columns
        workspace_id,
        None if wanted.ids is None else list(wanted.ids),
        None if wanted.names is None else list(wanted.names),
        after,
        limit,
    )
    return [_known(row) for row in rows]


async def workspace_name(conn: Connection, workspace_id: str) -> str:
    return await conn.fetchval("select name from workspaces where id = $1", workspace_id)


def _event(row: Record) -> BusinessEvent:
    attributes: Sequence[Mapping[str, Any]] = row["attributes"]
    return BusinessEvent(
        id=row["id"],
        name=row["name"],
        attributes=tuple(Attribute(one["name"], one["type"]) for one in attributes),
        created_by=row["created_by"],
        created_at=row["created_at"],
    )


def _known(row: Record) -> Known:
    return Known(
        event=_event(row),
        triggers=row["triggers"],
        last_triggered_at=row["last_triggered_at"],
        campaigns=row["campaigns"],
        members=row["members"],
        sent=row["sent"],
    )
