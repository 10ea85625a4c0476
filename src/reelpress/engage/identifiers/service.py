"""Activate identifiers. There is no way back: profiles were made and found by them."""

from collections.abc import Sequence

from reelpress.engage.data_api.attributes import may_be_set
from reelpress.engage.identifiers import store
from reelpress.engage.identifiers.model import KEY, MOST, STANDARD
from reelpress.engage.profiles.standard import PAYLOAD_KEYS, STANDARD_KEYS
from reelpress.platform.auth import Principal, audit
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.platform.errors import Refusal

INDEX_JOB = "engage.identifiers.index"


async def active(conn: Connection, workspace_id: str) -> tuple[str, ...]:
    """Attribute keys, those of every workspace first."""
    return (*STANDARD, *await store.activated(conn, workspace_id))


async def activate(platform: Platform, by: Principal, names: Sequence[str]) -> tuple[str, ...]:
    """Make `names` the identifiers; the standard ones may be left out. Raises Refusal 400 or 409."""
    workspace_id = by.workspace_id
    wanted = dict.fromkeys(PAYLOAD_KEYS.get(name, name) for name in (*STANDARD, *names))
    for key in wanted.keys() - set(STANDARD):
        _require_usable(key)
    if len(wanted) > MOST:
        raise _refused(f"a workspace has at most {MOST} identifiers, {' and '.join(STANDARD)} among them")
    async with platform.db.transaction() as conn:
        await store.lock_workspace(conn, workspace_id)
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
        await store.activate(conn, workspace_id, fresh, platform.clock.now())
        for key in fresh:
            await audit(conn, by, "identifier.activated", key)
        await platform.jobs.enqueue_many(conn, INDEX_JOB, [{"key": key} for key in fresh])
    return (*before, *fresh)


def _require_usable(key: str) -> None:
    if not KEY.fullmatch(key):
        raise _refused("an identifier has 1 to 64 letters A-Z, digits and _, the first one a letter")
    if key in STANDARD_KEYS or not may_be_set(key):
        raise _refused(f"{key} cannot name a customer: choose an attribute of your own")


def _refused(message: str) -> Refusal:
    return Refusal(400, "bad_identifier", message, field="identifiers")
