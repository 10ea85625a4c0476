"""SQL of sends and their attempts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from reelpress.engage.campaigns.model import Channel, Definition, Status
from reelpress.engage.campaigns.sends.model import (
    Attempt,
    Claimed,
    NewSend,
    Outcome,
    Send,
    SendKind,
    SendState,
)
from reelpress.engage.profiles.model import Profile
from reelpress.platform.db import Connection, Record

_MATERIAL = """
    select s.workspace_id, s.id, s.kind, s.campaign_id, s.campaign_status, s.channel, s.version_id,
           s.fence, s.rendered, s.created_at, v.name, v.tags, v.trigger, v.audience, v.content, v.schedule,
           v.display_names, s.profile_id, p.customer_id, p.attributes, p.platforms,
           p.created_at as first_seen_at, p.updated_at, p.last_seen_at,
           case when s.delivery_type <> 'BUSINESS_EVENT_TRIGGERED'
               then coalesce(s.event_attributes, e.attributes) end as event,
           case when s.delivery_type = 'BUSINESS_EVENT_TRIGGERED'
               then coalesce(s.event_attributes, t.attributes) end as business_event
    from chosen s
    join engage_campaign_versions v on v.id = s.version_id
    join profiles p on p.workspace_id = s.workspace_id and p.id = s.profile_id
    left join events e on s.kind = 'TRIGGERED' and s.event_attributes is null
        and e.workspace_id = s.workspace_id and e.id = s.occasion
    left join engage_occurrences o on s.kind = 'BUSINESS_EVENT' and o.id = s.occasion
    left join business_event_triggers t on t.id = o.trigger_id
"""

_SEND = """
    select s.id, s.kind, s.campaign_id, v.number as version_number, s.occasion, s.profile_id, s.state,
           s.category, s.reason, s.code, s.created_at, s.finished_at
    from engage_sends s join engage_campaign_versions v on v.id = s.version_id
"""


async def insert(
    conn: Connection, workspace_id: str, kind: SendKind, sends: Sequence[NewSend], at: datetime
) -> list[UUID]:
    """Write the sends that are not there yet; the ids of those written."""
    rows = await conn.fetch(
        """
        insert into engage_sends
            (workspace_id, kind, id, campaign_id, version_id, occasion, profile_id, event_attributes,
             created_at)
        select $1, $2, n.*, $9
        from unnest($3::uuid[], $4::text[], $5::uuid[], $6::uuid[], $7::text[], $8::jsonb[]) as n
        on conflict (workspace_id, campaign_id, occasion, profile_id) do nothing
        returning id
        """,
        workspace_id,
        kind,
        [send.id for send in sends],
        [send.campaign_id for send in sends],
        [send.version_id for send in sends],
        [send.occasion for send in sends],
        [send.profile_id for send in sends],
        [send.event_attributes for send in sends],
        at,
    )
    return [row["id"] for row in rows]


async def destination(conn: Connection, workspace_id: str, send_id: UUID) -> str | None:
    """Where an unfinished send goes to; None for the built-in mailbox and for tests, which never wait."""
    return await conn.fetchval(
        """
        select v.destination from engage_sends s join engage_campaign_versions v on v.id = s.version_id
        where s.workspace_id = $1 and s.id = $2 and s.kind <> 'TEST' and s.state in ('queued', 'sending')
        """,
        workspace_id,
        send_id,
    )


async def claim(conn: Connection, workspace_id: str, send_id: UUID, ticket: int) -> Claimed | None:
    """Take an unfinished send in hand and load all it needs.

    None when it is finished, the ticket is an older job's, or the campaign is paused: then it stays
    queued until the campaign is resumed.
    """
    row = await conn.fetchrow(
        f"""
        with chosen as (
            update engage_sends s
            set fence = s.fence + 1,
                state = case when s.kind <> 'TEST' and c.status = 'PAUSED' then 'queued' else 'sending' end
            from engage_campaigns c
            where s.workspace_id = $1 and s.id = $2 and s.ticket = $3 and s.state in ('queued', 'sending')
              and c.workspace_id = s.workspace_id and c.id = s.campaign_id
            returning s.*, c.status as campaign_status, c.channel, c.delivery_type
        )
        {_MATERIAL}
        where s.state = 'sending'
        """,  # noqa: S608 - a constant
        workspace_id,
        send_id,
        ticket,
    )
    return _claimed(row) if row else None


async def keep_rendered(conn: Connection, claimed: Claimed, sealed: bytes) -> None:
    """For later attempts; in the transaction of the claim, so that nothing goes out that is not kept."""
    await conn.execute(
        "update engage_sends set rendered = $4 where workspace_id = $1 and id = $2 and fence = $3",
        claimed.workspace_id,
        claimed.id,
        claimed.fence,
        sealed,
    )


async def material(conn: Connection, workspace_id: str, send_id: UUID) -> Claimed | None:
    """What a send was made from: its version, and its profile as it is now. Claims nothing."""
    row = await conn.fetchrow(
        f"""
        with chosen as (
            select s.*, c.status as campaign_status, c.channel, c.delivery_type
            from engage_sends s
            join engage_campaigns c on c.workspace_id = s.workspace_id and c.id = s.campaign_id
            where s.workspace_id = $1 and s.id = $2
        )
        {_MATERIAL}
        """,  # noqa: S608 - a constant
        workspace_id,
        send_id,
    )
    return _claimed(row) if row else None


async def finish(conn: Connection, claimed: Claimed, outcome: Outcome, at: datetime) -> bool:
    """Keep the attempts and write what became of the send, unless a later run holds it by now."""
    await _insert_attempts(conn, claimed, outcome.attempts)
    state = SendState.queued if outcome.retry_s is not None else outcome.state
    row = await conn.fetchrow(
        """
        update engage_sends
        set state = $4, category = $5, reason = $6, code = $7,
            rendered = case when $4 = 'queued' then rendered end,
            finished_at = case when $4 = 'queued' then null else $8::timestamptz end
        where workspace_id = $1 and id = $2 and fence = $3 and state = 'sending'
        returning id
        """,
        claimed.workspace_id,
        claimed.id,
        claimed.fence,
        state,
        outcome.category,
        outcome.reason,
        outcome.code,
        at,
    )
    return row is not None


async def give_up(
    conn: Connection,
    workspace_id: str,
    send_id: UUID,
    ticket: int,
    *,
    fence: int | None,
    category: str,
    reason: str,
    at: datetime,
) -> None:
    """Fail a send that its job cannot finish. Without a fence, the run ended before it had claimed it."""
    await conn.execute(
        """
        update engage_sends
        set state = 'failed', category = $5, reason = $6, finished_at = $7, rendered = null
        where workspace_id = $1 and id = $2 and ticket = $3 and fence = coalesce($4::int, fence)
          and state in ('queued', 'sending')
        """,
        workspace_id,
        send_id,
        ticket,
        fence,
        category,
        reason,
        at,
    )


async def reticket(conn: Connection, workspace_id: str, campaign_id: str) -> list[tuple[UUID, int]]:
    """Queued sends of a resumed campaign with fresh tickets, so that older jobs let go of them."""
    rows = await conn.fetch(
        """
        update engage_sends set ticket = ticket + 1
        where workspace_id = $1 and campaign_id = $2 and state = 'queued' and kind <> 'TEST'
        returning id, ticket
        """,
        workspace_id,
        campaign_id,
    )
    return [(row["id"], row["ticket"]) for row in rows]


async def skip_queued(
    conn: Connection, workspace_id: str, campaign_id: str, category: str, reason: str, at: datetime
) -> None:
    await conn.execute(
        """
        update engage_sends
        set state = 'skipped', category = $3, reason = $4, finished_at = $5, rendered = null
        where workspace_id = $1 and campaign_id = $2 and state = 'queued' and kind <> 'TEST'
        """,
        workspace_id,
        campaign_id,
        category,
        reason,
        at,
    )


async def close_campaign(
    conn: Connection, workspace_id: str, campaign_id: str, at: datetime
) -> Status | None:
    """Call a campaign sent when its audience is exhausted and no send is open; its status after that."""
    value = await conn.fetchval(
        """
        with closed as (
            update engage_campaigns c set status = 'SENT', updated_at = $3
            where c.workspace_id = $1 and c.id = $2 and c.status = 'SENDING'
              and not exists (select from engage_occurrences o
                              where o.workspace_id = $1 and o.campaign_id = $2 and o.paged_at is null)
              and not exists (select from engage_sends s
                              where s.workspace_id = $1 and s.campaign_id = $2
                                and s.state in ('queued', 'sending') and s.kind <> 'TEST')
            returning c.status
        )
        select coalesce((select status from closed), status)
        from engage_campaigns where workspace_id = $1 and id = $2
        """,
        workspace_id,
        campaign_id,
        at,
    )
    return Status(value) if value else None


async def find(conn: Connection, workspace_id: str, send_id: UUID) -> Send | None:
    row = await conn.fetchrow(_SEND + "where s.workspace_id = $1 and s.id = $2", workspace_id, send_id)
    return _send(row) if row else None


async def newest(
    conn: Connection,
    workspace_id: str,
    campaign_id: str,
    *,
    state: SendState | None,
    before: UUID | None,
    limit: int,
) -> list[Send]:
    """A page of a campaign's sends, newest first; `before` is the id of the last of the page before."""
    rows = await conn.fetch(
        f"""
        {_SEND}
        where s.workspace_id = $1 and s.campaign_id = $2
          and ($3::text is null or s.state = $3)
          and ($4::uuid is null or (s.created_at, s.id) < (
                select created_at, id from engage_sends where workspace_id = $1 and id = $4))
        order by s.created_at desc, s.id desc
        limit $5
        """,  # noqa: S608 - a constant
        workspace_id,
        campaign_id,
        state,
        before,
        limit,
    )
    return [_send(row) for row in rows]


async def attempts(conn: Connection, workspace_id: str, send_id: UUID) -> list[Attempt]:
    rows = await conn.fetch(
        """
        select at, code, elapsed_ms, error, answer_head from engage_send_attempts
        where workspace_id = $1 and send_id = $2 order by fence, number
        """,
        workspace_id,
        send_id,
    )
    return [Attempt(**dict(row)) for row in rows]


async def tally(
    conn: Connection, workspace_id: str, campaign_id: str
) -> list[tuple[SendKind, SendState, str | None, int | None, str | None, int]]:
    """How many sends stand where: kind, state, category, code, the template's own message, count."""
    rows = await conn.fetch(
        """
        select kind, state, category, code,
               case when category = 'Custom error message' then reason end as message, count(*) as sends
        from engage_sends
        where workspace_id = $1 and campaign_id = $2
        group by kind, state, category, code, message
        order by sends desc, category, code, message
        """,
        workspace_id,
        campaign_id,
    )
    return [
        (SendKind(r["kind"]), SendState(r["state"]), r["category"], r["code"], r["message"], r["sends"])
        for r in rows
    ]


async def counts(
    conn: Connection, workspace_id: str, campaign_ids: Sequence[str]
) -> list[tuple[str, SendState, int]]:
    """How many sends of each campaign are in each state; test sends are left out."""
    rows = await conn.fetch(
        """
        select campaign_id, state, count(*) as sends from engage_sends
        where workspace_id = $1 and campaign_id = any($2::text[]) and kind <> 'TEST'
        group by campaign_id, state
        """,
        workspace_id,
        list(campaign_ids),
    )
    return [(row["campaign_id"], SendState(row["state"]), row["sends"]) for row in rows]


async def _insert_attempts(conn: Connection, claimed: Claimed, attempts: Sequence[Attempt]) -> None:
    if not attempts:
        return
    await conn.execute(
        """
        insert into engage_send_attempts
            (workspace_id, send_id, fence, number, at, code, elapsed_ms, error, answer_head)
        select $1, $2, $3, n.number, n.at, n.code, n.elapsed_ms, n.error, n.answer_head
        from unnest($4::timestamptz[], $5::int[], $6::int[], $7::text[], $8::text[])
            with ordinality as n (at, code, elapsed_ms, error, answer_head, number)
        """,
        claimed.workspace_id,
        claimed.id,
        claimed.fence,
        [attempt.at for attempt in attempts],
        [attempt.code for attempt in attempts],
        [attempt.elapsed_ms for attempt in attempts],
        [attempt.error for attempt in attempts],
        [attempt.answer_head for attempt in attempts],
    )


def _send(row: Record) -> Send:
    values: dict[str, Any] = dict(row)
    values["kind"], values["state"] = SendKind(row["kind"]), SendState(row["state"])
    return Send(**values)


def _claimed(row: Record) -> Claimed:
    return Claimed(
        workspace_id=row["workspace_id"],
        id=row["id"],
        kind=SendKind(row["kind"]),
        campaign_id=row["campaign_id"],
        status=Status(row["campaign_status"]),
        channel=Channel(row["channel"]),
        version_id=row["version_id"],
        definition=Definition(
            name=row["name"],
            tags=tuple(row["tags"]),
            trigger=row["trigger"],
            audience=row["audience"],
            content=row["content"],
            schedule=row["schedule"],
            display_names=row["display_names"],
        ),
        profile=Profile(
            workspace_id=row["workspace_id"],
            id=row["profile_id"],
            customer_id=row["customer_id"],
            attributes=row["attributes"],
            created_at=row["first_seen_at"],
            updated_at=row["updated_at"],
            last_seen_at=row["last_seen_at"],
            platforms=row["platforms"],
        ),
        event=row["event"],
        business_event=row["business_event"],
        fence=row["fence"],
        rendered=row["rendered"],
        created_at=row["created_at"],
    )
