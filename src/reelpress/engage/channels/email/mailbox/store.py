"""SQL of the built-in mailbox."""

from datetime import datetime
from uuid import UUID

from reelpress.engage.channels.email.mailbox.model import Incoming, Summary
from reelpress.platform.db import Connection

_SUMMARY = "id, message_id, sender, recipient, subject, size, deliveries, received_at"


async def workspace_exists(conn: Connection, workspace_id: str) -> bool:
    return bool(await conn.fetchval("select exists (select from workspaces where id = $1)", workspace_id))


async def add(conn: Connection, workspace_id: str, row_id: UUID, message: Incoming, at: datetime) -> None:
    """Keep a message; one that is there already (same Message-ID and recipient) is counted only."""
    await conn.execute(
        """
        insert into mailbox_messages
            (workspace_id, id, message_id, sender, recipient, subject, raw, size, received_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (workspace_id, message_id, recipient)
            do update set deliveries = mailbox_messages.deliveries + 1
        """,
        workspace_id,
        row_id,
        message.message_id,
        message.sender,
        message.recipient,
        message.subject,
        message.raw,
        len(message.raw),
        at,
    )


async def newest(
    conn: Connection, workspace_id: str, *, recipient: str | None, before: UUID | None, limit: int
) -> list[Summary]:
    """A page, newest first; `before` is the id of the last message of the page before."""
    rows = await conn.fetch(
        f"""
        select {_SUMMARY} from mailbox_messages
        where workspace_id = $1
          and ($2::text is null or lower(recipient) = lower($2))
          and ($3::uuid is null or (received_at, id) < (
                select received_at, id from mailbox_messages where workspace_id = $1 and id = $3))
        order by received_at desc, id desc
        limit $4
        """,  # noqa: S608 - a constant list of columns
        workspace_id,
        recipient,
        before,
        limit,
    )
    return [Summary(**dict(row)) for row in rows]


async def find(conn: Connection, workspace_id: str, message_id: UUID) -> Summary | None:
    row = await conn.fetchrow(
        f"select {_SUMMARY} from mailbox_messages where workspace_id = $1 and id = $2",  # noqa: S608 - constant
        workspace_id,
        message_id,
    )
    return Summary(**dict(row)) if row else None


async def raw(conn: Connection, workspace_id: str, message_id: UUID) -> bytes | None:
    return await conn.fetchval(
        "select raw from mailbox_messages where workspace_id = $1 and id = $2", workspace_id, message_id
    )
