"""Data API keys: the password of a workspace in Basic authentication."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reelpress.platform import ids
from reelpress.platform.crypto import Keyring
from reelpress.platform.db import Connection
from reelpress.platform.errors import Refusal, not_found

LONGEST_LABEL = 100
HINT_CHARACTERS = 4


@dataclass(frozen=True, slots=True)
class DataKey:
    """A key as it may be shown: never the secret, only its last characters."""

    id: UUID
    label: str
    hint: str
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """What a password was worth: whether it opens the workspace, and whether any key would."""

    opens: bool
    any_key: bool
    time_zone: str
    name: str
    state: str
    identifiers: tuple[str, ...] = ()


async def create_data_key(conn: Connection, keys: Keyring, workspace_id: str, label: str) -> str:
    """A new key; its secret is returned once and stored only as a keyed hash."""
    secret, _ = await create(conn, keys, workspace_id, label)
    return secret


async def create(conn: Connection, keys: Keyring, workspace_id: str, label: str) -> tuple[str, DataKey]:
    """A new key: its secret and how it is listed. Raises Refusal for a bad label."""
    if not 1 <= len(label) <= LONGEST_LABEL or not label.isprintable():
        raise Refusal(400, "bad_label", f"a label has 1 to {LONGEST_LABEL} visible characters", field="label")
    secret = ids.new_token()
    key_id, hint = ids.new_uuid(), secret[-HINT_CHARACTERS:]
    created_at = await conn.fetchval(
        """
        INSERT INTO data_keys (id, workspace_id, label, digest, hint)
        VALUES ($1, $2, $3, $4, $5) RETURNING created_at
        """,
        key_id,
        workspace_id,
        label,
        keys.digest(secret),
        hint,
    )
    return secret, DataKey(key_id, label, hint, created_at, None)


async def every(conn: Connection, workspace_id: str) -> list[DataKey]:
    """The keys of a workspace, revoked ones too, the youngest first."""
    rows = await conn.fetch(
        """
        SELECT id, label, hint, created_at, revoked_at FROM data_keys
        WHERE workspace_id = $1 ORDER BY created_at DESC, id
        """,
        workspace_id,
    )
    return [DataKey(**dict(row)) for row in rows]


async def revoke(conn: Connection, workspace_id: str, key_id: UUID) -> DataKey:
    """Close a key for good; a second time changes nothing. Raises Refusal (404)."""
    row = await conn.fetchrow(
        """
        UPDATE data_keys SET revoked_at = coalesce(revoked_at, now())
        WHERE workspace_id = $1 AND id = $2 RETURNING id, label, hint, created_at, revoked_at
        """,
        workspace_id,
        key_id,
    )
    if row is None:
        raise not_found("data key", key_id)
    return DataKey(**dict(row))


async def check(conn: Connection, keys: Keyring, workspace_id: str, secret: str) -> KeyCheck | None:
    """Try a password; None when there is no such workspace."""
    row = await conn.fetchrow(
        """
        SELECT w.time_zone, w.name, w.state,
            ARRAY(SELECT key FROM workspace_identifiers i WHERE i.workspace_id = w.id
                  ORDER BY activated_at, key) AS identifiers,
            coalesce(bool_or(k.digest = $2), false) AS opens, count(k.id) > 0 AS any_key
        FROM workspaces w LEFT JOIN data_keys k ON k.workspace_id = w.id AND k.revoked_at IS NULL
        WHERE w.id = $1 GROUP BY w.id
        """,
        workspace_id,
        keys.digest(secret),
    )
    if row is None:
        return None
    return KeyCheck(
        row["opens"], row["any_key"], row["time_zone"], row["name"], row["state"], tuple(row["identifiers"])
    )
