"""Activate identifiers. There is no way back: profiles were made and found by them."""

import hashlib
from collections.abc import Collection, Sequence

from reelpress.engage.data_api.attributes import may_be_set
from reelpress.engage.identifiers.model import KEY, MOST, STANDARD
from reelpress.engage.profiles.standard import PAYLOAD_KEYS, STANDARD_KEYS
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.platform.errors import Refusal

INDEX_JOB = "engage.identifiers.index"
INDEX_TIMEOUT_S = 4 * 3600.0


async def active(conn: Connection, workspace_id: str) -> tuple[str, ...]:
    """Attribute keys, those of every workspace first."""
    rows = await conn.fetch(
        "SELECT key FROM workspace_identifiers WHERE workspace_id = $1 ORDER BY activated_at, key",
        workspace_id,
    )
    return (*STANDARD, *(row["key"] for row in rows))


async def activate(platform: Platform, workspace_id: str, names: Sequence[str]) -> tuple[str, ...]:
    """Make `names` the identifiers; the standard ones may be left out. Raises Refusal 400 or 409."""
    wanted = dict.fromkeys(PAYLOAD_KEYS.get(name, name) for name in (*STANDARD, *names))
    for key in wanted.keys() - set(STANDARD):
        _require_usable(key)
    if len(wanted) > MOST:
        raise _refused(f"a workspace has at most {MOST} identifiers, {' and '.join(STANDARD)} among them")
    async with platform.db.transaction() as conn:
        await conn.execute("SELECT FROM workspaces WHERE id = $1 FOR UPDATE", workspace_id)
        before = await active(conn, workspace_id)
        if gone := [key for key in before if key not in wanted]:
            raise Refusal(
                409,
                "irreversible",
                f"{gone[0]} is active and stays so: customers were found by it",
                field="identifiers",
                fix="send the active identifiers as well",
            )
        fresh = [key for key in wanted if key not in before]
        await conn.executemany(
            "INSERT INTO workspace_identifiers (workspace_id, key, activated_at) VALUES ($1, $2, $3)",
            [(workspace_id, key, platform.clock.now()) for key in fresh],
        )
        await platform.jobs.enqueue_many(conn, INDEX_JOB, [{"key": key} for key in fresh])
    return (*before, *fresh)


async def make_index(conn: Connection, key: str) -> None:
    """Build the index of a key beside running writers; one that was left half built is built anew."""
    name = "profiles_identifier_" + hashlib.sha256(key.encode()).hexdigest()[:16]
    broken = await conn.fetchval(
        "SELECT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT indisvalid)", name
    )
    if broken:
        await conn.execute(f"DROP INDEX CONCURRENTLY {name}", timeout=INDEX_TIMEOUT_S)
    await conn.execute(
        f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON profiles "
        f"(workspace_id, (attributes ->> '{_safe(key)}')) WHERE attributes ? '{_safe(key)}'",
        timeout=INDEX_TIMEOUT_S,
    )


async def shared(conn: Connection, workspace_id: str, keys: Collection[str]) -> dict[str, int]:
    """How many values of each key several profiles have: such a value names the one that was seen last."""
    counts: dict[str, int] = {}
    for key in keys:
        counts[key] = await conn.fetchval(
            """
            SELECT count(*) FROM (
                SELECT FROM profiles WHERE workspace_id = $1 AND attributes ->> $2 IS NOT NULL
                GROUP BY attributes ->> $2 HAVING count(*) > 1) AS values
            """,
            workspace_id,
            key,
        )
    return counts


def _safe(key: str) -> str:
    assert KEY.fullmatch(key), "checked when it was activated"
    return key


def _require_usable(key: str) -> None:
    if not KEY.fullmatch(key):
        raise _refused("an identifier has 1 to 64 letters A-Z, digits and _, the first one a letter")
    if key in STANDARD_KEYS or not may_be_set(key):
        raise _refused(f"{key} cannot name a customer: choose an attribute of your own")


def _refused(message: str) -> Refusal:
    return Refusal(400, "bad_identifier", message, field="identifiers")
