"""SQL of audiences."""

from reelpress.engage.audiences.model import Rule
from reelpress.engage.audiences.sql import sql
from reelpress.platform.db import Connection


async def members(conn: Connection, workspace_id: str, rule: Rule, after_id: str, limit: int) -> list[str]:
    where, arguments = sql(rule, first=4)
    rows = await conn.fetch(
        f"""
        SELECT p.id FROM profiles p
        WHERE p.workspace_id = $1 AND p.id > $2 AND ({where})
        ORDER BY p.id LIMIT $3
        """,  # noqa: S608 - written by audiences.sql from parameters only
        workspace_id,
        after_id,
        limit,
        *arguments,
    )
    return [row["id"] for row in rows]


async def count(conn: Connection, workspace_id: str, rule: Rule) -> int:
    where, arguments = sql(rule, first=2)
    return await conn.fetchval(
        f"SELECT count(*) FROM profiles p WHERE p.workspace_id = $1 AND ({where})",  # noqa: S608 - as above
        workspace_id,
        *arguments,
    )
