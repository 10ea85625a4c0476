"""SQL of business events and their triggers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from reelpress.engage.business_events.model import (
    Attribute,
    Begun,
    BusinessEvent,
    Happened,
    Known,
    Listener,
    Wanted,
)
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


async def by_id(conn: Connection, workspace_id: str, event_id: str) -> BusinessEvent | None:
    row = await conn.fetchrow(
        f"select {_COLUMNS} from business_events where workspace_id = $1 and id = $2",  # noqa: S608 - a constant
        workspace_id,
        event_id,
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


async def latest_triggers(conn: Connection, workspace_id: str, event_id: str, limit: int) -> list[Happened]:
    """The triggers of a business event with the children each made, the latest first."""
    rows = await conn.fetch(
        """
        with page as (
            select id, attributes, triggered_by, at from business_event_triggers
            where workspace_id = $1 and business_event_id = $2 order by at desc, id desc limit $3
        )
        select p.id, p.attributes, p.triggered_by, p.at, o.campaign_id, v.name as campaign_name, o.members,
               o.stopped
        from page p
        left join engage_occurrences o on o.workspace_id = $1 and o.trigger_id = p.id
        left join engage_campaign_versions v on v.id = o.version_id
        order by p.at desc, p.id desc, v.name
        """,
        workspace_id,
        event_id,
        limit,
    )
    return [
        Happened(
            at=of_one[0]["at"],
            by=of_one[0]["triggered_by"],
            attributes=of_one[0]["attributes"],
            children=tuple(
                Begun(row["campaign_id"], row["campaign_name"], row["members"], row["stopped"])
                for row in of_one
                if row["campaign_id"] is not None
            ),
        )
        for of_one in (list(group) for _, group in groupby(rows, key=lambda row: row["id"]))
    ]


async def listeners(conn: Connection, workspace_id: str, name: str) -> list[Listener]:
    """The campaigns that wait for a business event or did, the newest first."""
    rows = await conn.fetch(
        """
        select c.id, v.name, c.status
        from engage_campaigns c join engage_campaign_versions v on v.id = c.version_id
        where c.workspace_id = $1 and c.trigger_event = $2 and c.delivery_type = 'BUSINESS_EVENT_TRIGGERED'
        order by c.created_at desc, c.id
        """,
        workspace_id,
        name,
    )
    return [Listener(**dict(row)) for row in rows]


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
