"""SQL of audiences."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from reelpress.engage.audiences.comparisons import Arguments
from reelpress.engage.audiences.model import Rule
from reelpress.engage.audiences.sql import sql
from reelpress.engage.audiences.times import Moment
from reelpress.platform.db import Connection, Record

WORK_MEMORY = "64MB"
"""For grouping the events of one action by profile; a million profiles fit."""
BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


async def members(
    conn: Connection, workspace_id: str, rule: Rule, moment: Moment, after_id: str, limit: int
) -> list[str]:
    arguments = Arguments([workspace_id, after_id, limit])
    where = sql(rule, moment, arguments)
    async with conn.transaction():
        await conn.execute("SELECT set_config('work_mem', $1, true)", WORK_MEMORY)
        rows = await conn.fetch(
            f"""
            SELECT p.id FROM profiles p
            WHERE p.workspace_id = $1 AND p.id > $2 AND ({where})
            ORDER BY p.id LIMIT $3
            """,  # noqa: S608 - written by audiences.sql from parameters only
            *arguments.values,
        )
    return [row["id"] for row in rows]


async def count(conn: Connection, workspace_id: str, rule: Rule, moment: Moment) -> int:
    arguments = Arguments([workspace_id])
    where = sql(rule, moment, arguments)
    async with conn.transaction():
        await conn.execute("SELECT set_config('work_mem', $1, true)", WORK_MEMORY)
        return await conn.fetchval(
            f"SELECT count(*) FROM profiles p WHERE p.workspace_id = $1 AND ({where})",  # noqa: S608 - as above
            *arguments.values,
        )


async def members_of_each(
    conn: Connection, workspace_id: str, rules: Sequence[Rule], moment: Moment
) -> list[set[str]]:
    """Everybody each of the rules holds for, in one statement."""
    arguments = Arguments([workspace_id])
    parts = [
        f"SELECT {number} AS number, p.id FROM profiles p "  # noqa: S608 - as above
        f"WHERE p.workspace_id = $1 AND ({sql(rule, moment, arguments)})"
        for number, rule in enumerate(rules)
    ]
    found: dict[int, set[str]] = {number: set() for number in range(len(rules))}
    for row in await conn.fetch(" UNION ALL ".join(parts), *arguments.values):
        found[row["number"]].add(row["id"])
    return list(found.values())


async def events(
    conn: Connection,
    workspace_id: str,
    profile_ids: Collection[str],
    since: Sequence[tuple[str, datetime | None]],
) -> list[Record]:
    """Events of these profiles by name, each from a time on."""
    return await conn.fetch(
        """
        SELECT e.profile_id, e.name, e.user_time, e.attributes
        FROM unnest($3::text[], $4::timestamptz[]) AS n (name, since)
        JOIN events e ON e.name = n.name AND e.user_time >= n.since
        WHERE e.workspace_id = $1 AND e.profile_id = ANY($2::text[]) AND e.user_time >= $5
        """,
        workspace_id,
        list(profile_ids),
        [name for name, _ in since],
        [at or BEGINNING for _, at in since],
        min((at or BEGINNING for _, at in since), default=BEGINNING),
    )


async def memberships(
    conn: Connection, workspace_id: str, segment_ids: Collection[str], profile_ids: Collection[str]
) -> list[Record]:
    """Which of these profiles the file segments list."""
    return await conn.fetch(
        """
        SELECT segment_id, profile_id FROM custom_segment_members
        WHERE workspace_id = $1 AND segment_id = ANY($2::text[]) AND profile_id = ANY($3::text[])
        """,
        workspace_id,
        list(segment_ids),
        list(profile_ids),
    )


async def time_zone(conn: Connection, workspace_id: str) -> str:
    return await conn.fetchval("SELECT time_zone FROM workspaces WHERE id = $1", workspace_id) or "UTC"


async def segments(conn: Connection, workspace_id: str, ids: Collection[str]) -> list[Record]:
    """The custom segments with these ids and all they refer to, however far: a cycle ends the walk."""
    return await conn.fetch(
        """
        WITH RECURSIVE named AS (
            SELECT unnest($2::text[]) AS id
            UNION
            SELECT unnest(s.refers_to) FROM named n
            JOIN custom_segments s ON s.workspace_id = $1 AND s.id = n.id
        )
        SELECT s.id, s.kind, s.included_filters, s.display_names, s.updated_at
        FROM custom_segments s JOIN named USING (id) WHERE s.workspace_id = $1
        """,
        workspace_id,
        list(ids),
    )
