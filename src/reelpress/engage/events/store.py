"""SQL of events."""

from collections.abc import Collection, Sequence
from uuid import UUID

from reelpress.engage.events.model import IngestedEvent
from reelpress.platform.db import Connection


async def insert(conn: Connection, workspace_id: str, events: Sequence[IngestedEvent]) -> set[UUID]:
    """Write events; the ids of those that were not there yet."""
    rows = await conn.fetch(
        """
        INSERT INTO events (workspace_id, id, profile_id, name, attributes, user_time, offset_s,
                            received_at, platform, real_time, details)
        SELECT $1, n.* FROM unnest($2::uuid[], $3::text[], $4::text[], $5::jsonb[], $6::timestamptz[],
            $7::integer[], $8::timestamptz[], $9::text[], $10::boolean[], $11::jsonb[]) AS n
        ON CONFLICT (workspace_id, id) DO NOTHING RETURNING id
        """,
        workspace_id,
        [event.id for event in events],
        [event.profile_id for event in events],
        [event.name for event in events],
        [event.attributes for event in events],
        [event.user_time for event in events],
        [event.offset_s for event in events],
        [event.received_at for event in events],
        [event.platform for event in events],
        [event.real_time for event in events],
        [event.details or {} for event in events],
    )
    return {row["id"] for row in rows}


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
