"""Who an audience is, asked of the database."""

from reelpress.engage.audiences import store
from reelpress.engage.audiences.model import Rule
from reelpress.platform.db import Connection


async def members(
    conn: Connection, workspace_id: str, rule: Rule, after_id: str | None = None, limit: int = 1000
) -> list[str]:
    """Ids of profiles the rule holds for, in the order of ids, behind `after_id`."""
    return await store.members(conn, workspace_id, rule, after_id or "", limit)


async def count(conn: Connection, workspace_id: str, rule: Rule) -> int:
    """How many profiles the rule holds for now."""
    return await store.count(conn, workspace_id, rule)
