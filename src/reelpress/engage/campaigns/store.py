"""SQL of campaigns, their versions and their occurrences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from reelpress.engage.campaigns.model import (
    Campaign,
    Channel,
    Definition,
    DeliveryType,
    Json,
    Status,
)
from reelpress.platform.db import Connection, Record

_CAMPAIGN = """
    select c.workspace_id, c.id, c.channel, c.delivery_type, c.status, c.version_id,
           c.version_number, c.created_at, c.updated_at,
           v.name, v.tags, v.trigger, v.audience, v.content, v.schedule, v.display_names
    from engage_campaigns c join engage_campaign_versions v on v.id = c.version_id
"""


@dataclass(frozen=True, slots=True)
class ActiveVersion:
    """What ingestion needs to know of an active event-triggered campaign."""

    campaign_id: str
    version_id: UUID
    trigger: Json
    audience: Json
    display_names: dict[str, str]
    time_zone: str


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One run of a campaign over its audience.

    `business_event` are the attributes of the trigger that made it, None where no trigger did.
    """

    id: UUID
    campaign_id: str
    version_id: UUID
    status: Status
    delivery_type: DeliveryType
    due_at: datetime
    schedule: Json | None
    business_event: Json | None
    audience: Json
    display_names: dict[str, str]
    page: int
    cursor: str | None
    paged: bool


async def insert_campaign(conn: Connection, campaign: Campaign) -> None:
    await conn.execute(
        """
        insert into engage_campaigns
            (workspace_id, id, channel, delivery_type, status, version_id, version_number,
             trigger_event, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
        """,
        campaign.workspace_id,
        campaign.id,
        campaign.channel,
        campaign.delivery_type,
        campaign.status,
        campaign.version_id,
        campaign.version_number,
        _event_of(campaign.definition),
        campaign.created_at,
    )


async def insert_version(conn: Connection, campaign: Campaign, by: str, destination: str | None) -> None:
    definition = campaign.definition
    await conn.execute(
        """
        insert into engage_campaign_versions
            (workspace_id, id, campaign_id, number, name, tags, trigger, audience, content, schedule,
             display_names, destination, created_at, created_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        """,
        campaign.workspace_id,
        campaign.version_id,
        campaign.id,
        campaign.version_number,
        definition.name,
        list(definition.tags),
        definition.trigger,
        definition.audience,
        definition.content,
        definition.schedule,
        definition.display_names,
        destination,
        campaign.updated_at,
        by,
    )


async def move_head(conn: Connection, campaign: Campaign) -> None:
    """Point the campaign at its newest version."""
    await conn.execute(
        """
        update engage_campaigns
        set delivery_type = $3, version_id = $4, version_number = $5, trigger_event = $6, updated_at = $7
        where workspace_id = $1 and id = $2
        """,
        campaign.workspace_id,
        campaign.id,
        campaign.delivery_type,
        campaign.version_id,
        campaign.version_number,
        _event_of(campaign.definition),
        campaign.updated_at,
    )


async def set_status(
    conn: Connection, workspace_id: str, campaign_id: str, status: Status, at: datetime
) -> None:
    await conn.execute(
        "update engage_campaigns set status = $3, updated_at = $4 where workspace_id = $1 and id = $2",
        workspace_id,
        campaign_id,
        status,
        at,
    )


async def find(
    conn: Connection, workspace_id: str, campaign_id: str, *, lock: bool = False
) -> Campaign | None:
    row = await conn.fetchrow(
        _CAMPAIGN + "where c.workspace_id = $1 and c.id = $2" + (" for no key update of c" if lock else ""),
        workspace_id,
        campaign_id,
    )
    return _campaign(row) if row else None


async def newest(
    conn: Connection,
    workspace_id: str,
    *,
    channel: Channel | None,
    status: Status | None,
    before: str | None,
    limit: int,
) -> list[Campaign]:
    """A page, newest first; `before` is the id of the last campaign of the page before."""
    rows = await conn.fetch(
        f"""
        {_CAMPAIGN}
        where c.workspace_id = $1
          and ($2::text is null or c.channel = $2)
          and ($3::text is null or c.status = $3)
          and ($4::text is null or (c.created_at, c.id) < (
                select created_at, id from engage_campaigns where workspace_id = $1 and id = $4))
        order by c.created_at desc, c.id desc
        limit $5
        """,  # noqa: S608 - a constant
        workspace_id,
        channel,
        status,
        before,
        limit,
    )
    return [_campaign(row) for row in rows]


async def active_for_events(
    conn: Connection, workspace_id: str, event_names: Sequence[str]
) -> list[ActiveVersion]:
    rows = await conn.fetch(
        """
        select c.id as campaign_id, c.version_id, v.trigger, v.audience, v.display_names, w.time_zone
        from engage_campaigns c join engage_campaign_versions v on v.id = c.version_id
        join workspaces w on w.id = c.workspace_id
        where c.workspace_id = $1 and c.trigger_event = any($2::text[])
          and c.status = 'ACTIVE' and c.delivery_type = 'EVENT_TRIGGERED'
        order by c.id
        """,
        workspace_id,
        list(event_names),
    )
    return [ActiveVersion(**dict(row)) for row in rows]


async def insert_occurrence(
    conn: Connection,
    workspace_id: str,
    occurrence_id: UUID,
    campaign_id: str,
    version_id: UUID,
    due_at: datetime,
) -> None:
    await conn.execute(
        """
        insert into engage_occurrences (workspace_id, id, campaign_id, version_id, due_at)
        values ($1, $2, $3, $4, $5)
        """,
        workspace_id,
        occurrence_id,
        campaign_id,
        version_id,
        due_at,
    )


async def lock_occurrence(conn: Connection, workspace_id: str, occurrence_id: UUID) -> Occurrence | None:
    """The occurrence and its campaign's state; both rows are held until the transaction ends."""
    row = await conn.fetchrow(
        """
        select o.id, o.campaign_id, o.version_id, c.status, c.delivery_type, t.attributes as business_event,
               v.audience, v.schedule, v.display_names, o.due_at, o.page, o.cursor,
               o.paged_at is not null as paged
        from engage_occurrences o
        left join business_event_triggers t on t.id = o.trigger_id
        join engage_campaigns c on c.workspace_id = o.workspace_id and c.id = o.campaign_id
        join engage_campaign_versions v on v.id = o.version_id
        where o.workspace_id = $1 and o.id = $2
        for no key update of o, c
        """,
        workspace_id,
        occurrence_id,
    )
    if row is None:
        return None
    values: dict[str, Any] = dict(row)
    values["status"], values["delivery_type"] = Status(row["status"]), DeliveryType(row["delivery_type"])
    return Occurrence(**values)


async def runs_so_far(conn: Connection, workspace_id: str, campaign_id: str) -> tuple[int, str]:
    """How many occurrences a campaign has that were not given up, and the workspace's time zone."""
    row = await conn.fetchrow(
        """
        select w.time_zone, (select count(*) from engage_occurrences o
                             where o.workspace_id = $1 and o.campaign_id = $2 and o.stopped is null) as runs
        from workspaces w where w.id = $1
        """,
        workspace_id,
        campaign_id,
    )
    assert row is not None
    return row["runs"], row["time_zone"]


async def give_up_missed(conn: Connection, workspace_id: str, campaign_id: str, at: datetime) -> None:
    """Stop runs that were due while the campaign was paused and had not begun."""
    await conn.execute(
        """
        update engage_occurrences set stopped = 'it was due while the campaign was paused', paged_at = $3
        where workspace_id = $1 and campaign_id = $2 and paged_at is null and page = 0 and due_at <= $3
        """,
        workspace_id,
        campaign_id,
        at,
    )


async def open_occurrences(
    conn: Connection, workspace_id: str, campaign_id: str
) -> list[tuple[UUID, int, datetime]]:
    """Occurrences that still page through their audience: id, the page they are at, when they are due."""
    rows = await conn.fetch(
        """
        select id, page, due_at from engage_occurrences
        where workspace_id = $1 and campaign_id = $2 and paged_at is null
        """,
        workspace_id,
        campaign_id,
    )
    return [(row["id"], row["page"], row["due_at"]) for row in rows]


async def advance_occurrence(
    conn: Connection,
    workspace_id: str,
    occurrence_id: UUID,
    *,
    cursor: str | None,
    members: int,
    at: datetime,
) -> None:
    """One page further; without a cursor the audience is exhausted."""
    await conn.execute(
        """
        update engage_occurrences
        set page = page + 1, cursor = $3, members = members + $4, started_at = coalesce(started_at, $5),
            paged_at = case when $3::text is null then $5::timestamptz end
        where workspace_id = $1 and id = $2
        """,
        workspace_id,
        occurrence_id,
        cursor,
        members,
        at,
    )


def _event_of(definition: Definition) -> str | None:
    return definition.trigger["event_name"] if definition.trigger else None


def _campaign(row: Record) -> Campaign:
    return Campaign(
        workspace_id=row["workspace_id"],
        id=row["id"],
        channel=Channel(row["channel"]),
        delivery_type=DeliveryType(row["delivery_type"]),
        status=Status(row["status"]),
        version_id=row["version_id"],
        version_number=row["version_number"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        definition=Definition(
            name=row["name"],
            tags=tuple(row["tags"]),
            trigger=row["trigger"],
            audience=row["audience"],
            content=row["content"],
            schedule=row["schedule"],
            display_names=row["display_names"],
        ),
    )
