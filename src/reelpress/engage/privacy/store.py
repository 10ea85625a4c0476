"""SQL of erasures: whom a request means, and every table that knows a person."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from reelpress.engage.privacy.model import Erasure, Kind
from reelpress.platform.db import Connection, Record


async def insert(
    conn: Connection,
    workspace_id: str,
    erasure_id: UUID,
    kind: Kind,
    identities: bytes,
    at: datetime,
    due_at: datetime,
) -> None:
    await conn.execute(
        """
        INSERT INTO erasures (workspace_id, id, kind, identities, requested_at, due_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        workspace_id,
        erasure_id,
        kind,
        identities,
        at,
        due_at,
    )


async def open_identities(conn: Connection, workspace_id: str, erasure_id: UUID) -> bytes | None:
    """Whom an erasure that is not done names, encrypted; holds the row until the transaction ends."""
    return await conn.fetchval(
        """
        SELECT identities FROM erasures
        WHERE workspace_id = $1 AND id = $2 AND done_at IS NULL FOR UPDATE
        """,
        workspace_id,
        erasure_id,
    )


async def finish(conn: Connection, workspace_id: str, erasure_id: UUID, erased: int, at: datetime) -> None:
    await conn.execute(
        """
        UPDATE erasures SET identities = NULL, done_at = $3, erased = $4
        WHERE workspace_id = $1 AND id = $2
        """,
        workspace_id,
        erasure_id,
        at,
        erased,
    )


async def newest(conn: Connection, workspace_id: str, limit: int) -> list[Erasure]:
    rows = await conn.fetch(
        """
        SELECT id, kind, requested_at, due_at, done_at, erased FROM erasures
        WHERE workspace_id = $1 ORDER BY requested_at DESC, id LIMIT $2
        """,
        workspace_id,
        limit,
    )
    return [Erasure(**dict(row)) for row in rows]


async def profiles_by_attribute(
    conn: Connection, workspace_id: str, key: str, values: Collection[str]
) -> set[str]:
    """Every profile with one of these values. E-mail addresses and numbers have an index."""
    if key == "u_em":
        rows = await conn.fetch(
            "SELECT id FROM profiles WHERE workspace_id = $1 AND attributes ->> 'u_em' = ANY($2::text[])",
            workspace_id,
            list(values),
        )
    elif key == "u_mb":
        rows = await conn.fetch(
            "SELECT id FROM profiles WHERE workspace_id = $1 AND attributes ->> 'u_mb' = ANY($2::text[])",
            workspace_id,
            list(values),
        )
    else:
        rows = await conn.fetch(
            "SELECT id FROM profiles WHERE workspace_id = $1 AND attributes ->> $2 = ANY($3::text[])",
            workspace_id,
            key,
            list(values),
        )
    return {row["id"] for row in rows}


async def profiles_by_device(
    conn: Connection, workspace_id: str, keys: Sequence[str], values: Collection[str]
) -> set[str]:
    rows = await conn.fetch(
        """
        SELECT DISTINCT profile_id FROM profile_devices
        WHERE workspace_id = $1
          AND EXISTS (SELECT 1 FROM unnest($2::text[]) AS k WHERE attributes ->> k = ANY($3::text[]))
        """,
        workspace_id,
        list(keys),
        list(values),
    )
    return {row["profile_id"] for row in rows}


async def with_merged(conn: Connection, workspace_id: str, profile_ids: Collection[str]) -> set[str]:
    """The profiles, and those that were merged into them."""
    rows = await conn.fetch(
        """
        WITH RECURSIVE same AS (
            SELECT id FROM profiles WHERE workspace_id = $1 AND id = ANY($2::text[])
            UNION
            SELECT p.id FROM profiles p JOIN same ON p.merged_into = same.id WHERE p.workspace_id = $1
        )
        SELECT id FROM same
        """,
        workspace_id,
        list(profile_ids),
    )
    return {row["id"] for row in rows}


async def people(conn: Connection, workspace_id: str, profile_ids: Collection[str]) -> list[dict[str, Any]]:
    """By what others may know these profiles: `id`, `customer_id`, `email`, `mobile`, each may be None."""
    rows = await conn.fetch(
        """
        SELECT id, customer_id, attributes ->> 'u_em' AS email, attributes ->> 'u_mb' AS mobile
        FROM profiles WHERE workspace_id = $1 AND id = ANY($2::text[]) ORDER BY id
        """,
        workspace_id,
        list(profile_ids),
    )
    return [dict(row) for row in rows]


async def lock(conn: Connection, workspace_id: str, profile_ids: Collection[str]) -> list[Record]:
    """id and e-mail address of the profiles, held against every writer."""
    return await conn.fetch(
        """
        SELECT id, attributes ->> 'u_em' AS email FROM profiles
        WHERE workspace_id = $1 AND id = ANY($2::text[]) ORDER BY id FOR UPDATE
        """,
        workspace_id,
        list(profile_ids),
    )


async def delete_messages(conn: Connection, workspace_id: str, addresses: Collection[str]) -> None:
    """What the built-in mailbox holds for these addresses."""
    await conn.execute(
        "DELETE FROM mailbox_messages WHERE workspace_id = $1 AND lower(recipient) = ANY($2::text[])",
        workspace_id,
        [address.lower() for address in addresses],
    )


async def delete_attributions(conn: Connection, workspace_id: str, profile_ids: Collection[str]) -> None:
    await conn.execute(
        """
        DELETE FROM install_attributions a USING profile_devices d
        WHERE a.workspace_id = $1 AND d.workspace_id = $1 AND d.profile_id = ANY($2::text[])
          AND d.attributes ->> a.identifier = a.value
        """,
        workspace_id,
        list(profile_ids),
    )


async def delete_jobs(
    conn: Connection, workspace_id: str, profile_ids: Collection[str], words: Collection[str]
) -> None:
    """Jobs that wait, or are held as failed, and name one of these people or a send to them."""
    await conn.execute(
        """
        DELETE FROM pgqueuer q
        USING (SELECT id::text AS word FROM engage_sends
               WHERE workspace_id = $1 AND profile_id = ANY($2::text[])
               UNION SELECT unnest($3::text[])) AS named
        WHERE q.status <> 'picked' AND strpos(convert_from(q.payload, 'UTF8'), '"' || named.word || '"') > 0
        """,
        workspace_id,
        list(profile_ids),
        list(words),
    )


async def delete_profiles(conn: Connection, workspace_id: str, profile_ids: Collection[str]) -> None:
    """The profiles and all that hangs on them: changes, devices, events, sends and their attempts."""
    ids = list(profile_ids)
    await conn.execute(
        "DELETE FROM file_import_rows WHERE workspace_id = $1 AND profile_id = ANY($2::text[])",
        workspace_id,
        ids,
    )
    await conn.execute(
        "DELETE FROM events WHERE workspace_id = $1 AND profile_id = ANY($2::text[])", workspace_id, ids
    )
    await conn.execute(
        "UPDATE audit_log SET subject = 'erased' WHERE workspace_id = $1 AND subject = ANY($2::text[])",
        workspace_id,
        ids,
    )
    await conn.execute(
        "DELETE FROM profiles WHERE workspace_id = $1 AND id = ANY($2::text[])", workspace_id, ids
    )


async def bury(conn: Connection, workspace_id: str, digests: Collection[bytes]) -> None:
    await conn.execute(
        """
        INSERT INTO profile_tombstones (workspace_id, digest) SELECT $1, unnest($2::bytea[])
        ON CONFLICT DO NOTHING
        """,
        workspace_id,
        list(digests),
    )
