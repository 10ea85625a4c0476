"""SQL of events."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from reelpress.engage.events.model import IngestedEvent
from reelpress.platform.db import Connection

_COLUMNS = (
    "workspace_id", "id", "profile_id", "name", "attributes", "user_time", "offset_s", "received_at",
    "platform", "real_time", "details",
)  # fmt: skip


async def insert(conn: Connection, workspace_id: str, events: Sequence[IngestedEvent]) -> None:
    """Write events that are not there yet."""
    await conn.copy_records_to_table(
        "events",
        columns=_COLUMNS,
        records=[
            (
                workspace_id, event.id, event.profile_id, event.name, event.attributes, event.user_time,
                event.offset_s, event.received_at, event.platform, event.real_time, event.details or {},
            )
            for event in events
        ],
    )  # fmt: skip


async def claim_deliveries(
    conn: Connection, workspace_id: str, ids: Collection[UUID], at: datetime
) -> set[UUID]:
    """Note ids of delivered events; those that did not come before."""
    rows = await conn.fetch(
        """
        INSERT INTO event_deliveries (workspace_id, id, received_at)
        SELECT $1, id, $3 FROM unnest($2::uuid[]) AS id
        ON CONFLICT DO NOTHING RETURNING id
        """,
        workspace_id,
        sorted(ids),
        at,
    )
    return {row["id"] for row in rows}


async def make_partitions(conn: Connection, months: Sequence[datetime]) -> int:
    """Make the partitions that hold these moments; how many were not there."""
    return await conn.fetchval(
        "SELECT count(*) FILTER (WHERE make_events_partition(month)) FROM unnest($1::timestamptz[]) AS month",
        months,
    )


async def drop_before(conn: Connection, moment: datetime) -> int:
    """Drop whole months that ended before; how many there were."""
    return await conn.fetchval("SELECT drop_events_before($1)", moment)


async def forget_deliveries(conn: Connection, moment: datetime) -> None:
    await conn.execute("DELETE FROM event_deliveries WHERE received_at < $1", moment)


async def note(conn: Connection, workspace_id: str, seen: Collection[tuple[str, str, str]]) -> None:
    """Remember (event name, attribute or '', type) that were not known."""
    ordered = sorted(seen)
    await conn.execute(
        """
        INSERT INTO event_catalog (workspace_id, name, attribute, type)
        SELECT $1, n.* FROM unnest($2::text[], $3::text[], $4::text[]) AS n
        ON CONFLICT DO NOTHING
        """,
        workspace_id,
        [name for name, _, _ in ordered],
        [attribute for _, attribute, _ in ordered],
        [kind for _, _, kind in ordered],
    )


async def catalog(conn: Connection, workspace_id: str) -> list[tuple[str, str, str]]:
    rows = await conn.fetch(
        "SELECT name, attribute, type FROM event_catalog WHERE workspace_id = $1 ORDER BY name, attribute",
        workspace_id,
    )
    return [(row["name"], row["attribute"], row["type"]) for row in rows]
