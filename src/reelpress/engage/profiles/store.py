"""SQL of profiles, their changes and devices."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reelpress.engage.identifiers.model import KEY, STANDARD
from reelpress.engage.profiles.model import Profile, TimelineEntry
from reelpress.platform.db import Connection, Record

MOST_DEVICES = 1000

_COLUMNS = "id, customer_id, attributes, platforms, created_at, updated_at, last_seen_at"


@dataclass(frozen=True, slots=True)
class Row:
    """A profile's content as it is written, with what is derived from its attributes."""

    id: str
    attributes: Mapping[str, Any]
    folded: Mapping[str, Any]
    moments: Mapping[str, Any]
    platforms: Mapping[str, bool]
    changed: Sequence[str]


@dataclass(frozen=True, slots=True)
class NewRow:
    """A profile that starts to exist: its ids and the identifiers it was named by."""

    id: str
    customer_id: str | None
    attributes: Mapping[str, str]
    folded: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Device:
    profile_id: str
    device_id: str
    platform: str
    push_id: str
    attributes: Mapping[str, Any]


async def ids_by_customer_ids(
    conn: Connection, workspace_id: str, customer_ids: Collection[str]
) -> dict[str, str]:
    """A join stays quick also where a plan was made for a table still empty."""
    rows = await conn.fetch(
        """
        SELECT p.customer_id, p.id FROM unnest($2::text[]) AS wanted (customer_id)
        JOIN profiles p ON p.workspace_id = $1 AND p.customer_id = wanted.customer_id
        """,
        workspace_id,
        list(customer_ids),
    )
    return {row["customer_id"]: row["id"] for row in rows}


async def existing_ids(conn: Connection, workspace_id: str, ids: Collection[str]) -> set[str]:
    rows = await conn.fetch(
        "SELECT id FROM profiles WHERE workspace_id = $1 AND id = ANY($2::text[])", workspace_id, list(ids)
    )
    return {row["id"] for row in rows}


def tombstone(workspace_id: str, profile_id: str) -> bytes:
    """What is kept of an erased MoEngage ID: 96 random bits cannot be guessed back from their digest."""
    return hashlib.sha256(f"{workspace_id}\n{profile_id}".encode()).digest()


async def erased(conn: Connection, workspace_id: str, ids: Collection[str]) -> set[str]:
    """Which of these MoEngage IDs were erased."""
    by_digest = {tombstone(workspace_id, profile_id): profile_id for profile_id in ids}
    rows = await conn.fetch(
        "SELECT digest FROM profile_tombstones WHERE workspace_id = $1 AND digest = ANY($2::bytea[])",
        workspace_id,
        list(by_digest),
    )
    return {by_digest[row["digest"]] for row in rows}


async def ids_by_identifiers(
    conn: Connection, workspace_id: str, wanted: Mapping[str, Collection[str]]
) -> dict[tuple[str, str], str]:
    """Profile ids by (attribute key, value) for the values wanted of each; among several the last seen.

    Each key has an index on its expression, which a query finds by its text alone.
    """
    keys = sorted(wanted)
    parts = " UNION ALL ".join(_with_identifier(key, at) for at, key in enumerate(keys, start=2))
    rows = await conn.fetch(
        f"""
        SELECT DISTINCT ON (key, value) key, value, id FROM ({parts}) AS found
        ORDER BY key, value, last_seen_at DESC, id
        """,  # noqa: S608 - keys are checked
        workspace_id,
        *(list(wanted[key]) for key in keys),
    )
    return {(row["key"], row["value"]): row["id"] for row in rows}


def _with_identifier(key: str, parameter: int) -> str:
    assert KEY.fullmatch(key), key
    held = "" if key in STANDARD else f"AND attributes ? '{key}' "
    return (
        f"SELECT '{key}' AS key, attributes ->> '{key}' AS value, id, last_seen_at FROM profiles "  # noqa: S608
        f"WHERE workspace_id = $1 {held}AND attributes ->> '{key}' = ANY(${parameter}::text[])"
    )


async def lock_identifiers(conn: Connection, workspace_id: str, values: Collection[str]) -> None:
    """Until the transaction ends nobody else makes a profile for these identifiers."""
    await conn.fetch(
        "SELECT pg_advisory_xact_lock(hashtextextended($1 || value, 0)) FROM unnest($2::text[]) AS value",
        workspace_id,
        sorted(values),
    )


async def insert(conn: Connection, workspace_id: str, rows: Sequence[NewRow], at: datetime) -> None:
    """Profiles that did not exist; one that somebody else made meanwhile is left alone."""
    ordered = sorted(rows, key=lambda row: (row.customer_id or "", row.id))
    await conn.execute(
        """
        INSERT INTO profiles
            (workspace_id, id, customer_id, attributes, folded, created_at, updated_at, last_seen_at)
        SELECT $1, n.id, n.customer_id, n.attributes, n.folded, $6, $6, $6
        FROM unnest($2::text[], $3::text[], $4::jsonb[], $5::jsonb[])
            AS n (id, customer_id, attributes, folded)
        ON CONFLICT DO NOTHING
        """,
        workspace_id,
        [row.id for row in ordered],
        [row.customer_id for row in ordered],
        [row.attributes for row in ordered],
        [row.folded for row in ordered],
        at,
    )


async def lock(
    conn: Connection, workspace_id: str, ids: Collection[str], customer_ids: Collection[str]
) -> list[Profile]:
    """The profiles, held until the transaction ends; in one order, so that nobody waits in a circle."""
    rows = await conn.fetch(
        f"""
        SELECT {_COLUMNS} FROM profiles
        WHERE workspace_id = $1 AND (id = ANY($2::text[]) OR customer_id = ANY($3::text[]))
        ORDER BY id FOR NO KEY UPDATE
        """,  # noqa: S608 - a constant list of columns
        workspace_id,
        list(ids),
        list(customer_ids),
    )
    return [_profile(workspace_id, row) for row in rows]


async def lock_customers(
    conn: Connection, workspace_id: str, customer_ids: Collection[str]
) -> dict[str | None, Profile]:
    """`lock` by customer id alone; a join, as in `ids_by_customer_ids`."""
    rows = await conn.fetch(
        """
        SELECT p.id, p.customer_id, p.attributes, p.platforms, p.created_at, p.updated_at, p.last_seen_at
        FROM unnest($2::text[]) AS wanted (customer_id)
        JOIN profiles p ON p.workspace_id = $1 AND p.customer_id = wanted.customer_id
        ORDER BY p.id FOR NO KEY UPDATE OF p
        """,
        workspace_id,
        list(customer_ids),
    )
    return {row["customer_id"]: _profile(workspace_id, row) for row in rows}


async def write(conn: Connection, workspace_id: str, rows: Sequence[Row], at: datetime) -> None:
    """Replace the content of profiles and note which attributes changed."""
    await conn.execute(
        """
        WITH fresh AS (
            SELECT * FROM unnest($2::text[], $3::jsonb[], $4::jsonb[], $5::jsonb[], $6::jsonb[])
                AS f (id, attributes, folded, moments, platforms)
        )
        UPDATE profiles p
        SET attributes = f.attributes, folded = f.folded, moments = f.moments, platforms = f.platforms,
            updated_at = $7
        FROM fresh f WHERE p.workspace_id = $1 AND p.id = f.id
        """,
        workspace_id,
        [row.id for row in rows],
        [row.attributes for row in rows],
        [row.folded for row in rows],
        [row.moments for row in rows],
        [row.platforms for row in rows],
        at,
    )
    changes = [(row.id, key) for row in rows for key in row.changed]
    await conn.execute(
        """
        INSERT INTO profile_changes (workspace_id, profile_id, at, keys)
        SELECT $1, id, $4, array_agg(key ORDER BY key)
        FROM unnest($2::text[], $3::text[]) AS c (id, key) GROUP BY id
        """,
        workspace_id,
        [profile_id for profile_id, _ in changes],
        [key for _, key in changes],
        at,
    )


async def touch(conn: Connection, workspace_id: str, seen: Mapping[str, datetime]) -> None:
    await conn.execute(
        """
        UPDATE profiles p SET last_seen_at = s.at
        FROM unnest($2::text[], $3::timestamptz[]) AS s (id, at)
        WHERE p.workspace_id = $1 AND p.id = s.id AND p.last_seen_at < s.at
        """,
        workspace_id,
        list(seen),
        list(seen.values()),
    )


async def upsert_devices(
    conn: Connection, workspace_id: str, devices: Sequence[Device], at: datetime
) -> None:
    """Devices, at most one row each; a device seen again is overwritten.

    A customer has at most MOST_DEVICES; further ones are left out.
    """
    await conn.execute(
        """
        WITH known AS (
            SELECT profile_id, device_id, count(*) OVER (PARTITION BY profile_id) AS devices
            FROM profile_devices WHERE workspace_id = $1 AND profile_id = ANY($2::text[])
        ), sent AS (
            SELECT n.*, k.device_id IS NOT NULL AS is_known,
                row_number() OVER (PARTITION BY n.profile_id, k.device_id IS NULL ORDER BY n.device_id)
                    + coalesce((SELECT max(devices) FROM known WHERE profile_id = n.profile_id), 0) AS rank
            FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[])
                AS n (profile_id, device_id, platform, push_id, attributes)
            LEFT JOIN known k USING (profile_id, device_id)
        )
        INSERT INTO profile_devices AS d
            (workspace_id, profile_id, device_id, platform, push_id, attributes, updated_at)
        SELECT $1, profile_id, device_id, platform, push_id, attributes, $7
        FROM sent WHERE is_known OR rank <= $8
        ON CONFLICT (workspace_id, profile_id, device_id) DO UPDATE
        SET platform = excluded.platform, push_id = excluded.push_id,
            attributes = d.attributes || excluded.attributes, updated_at = excluded.updated_at
        """,
        workspace_id,
        [device.profile_id for device in devices],
        [device.device_id for device in devices],
        [device.platform for device in devices],
        [device.push_id for device in devices],
        [device.attributes for device in devices],
        at,
        MOST_DEVICES,
    )


async def by_ids(conn: Connection, workspace_id: str, ids: Collection[str]) -> list[Profile]:
    rows = await conn.fetch(
        f"SELECT {_COLUMNS} FROM profiles WHERE workspace_id = $1 AND id = ANY($2::text[])",  # noqa: S608 - a constant list of columns
        workspace_id,
        list(ids),
    )
    return [_profile(workspace_id, row) for row in rows]


async def search(
    conn: Connection, workspace_id: str, words: str, limit: int, before: tuple[datetime, str] | None
) -> list[Profile]:
    """The youngest profiles whose ids, name, e-mail or mobile number hold the words (without case)."""
    rows = await conn.fetch(
        f"""
        SELECT {_COLUMNS} FROM profiles
        WHERE workspace_id = $1
          AND ($2 = '' OR strpos(concat_ws(' ', id, folded ->> 'uid', folded ->> 'u_n', folded ->> 'u_fn',
               folded ->> 'u_ln', folded ->> 'u_em', folded ->> 'u_mb'), $2) > 0)
          AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4))
        ORDER BY created_at DESC, id DESC LIMIT $5
        """,  # noqa: S608 - a constant list of columns
        workspace_id,
        words,
        before[0] if before else None,
        before[1] if before else None,
        limit,
    )
    return [_profile(workspace_id, row) for row in rows]


async def timeline(
    conn: Connection, workspace_id: str, profile_id: str, limit: int, before: datetime | None
) -> list[TimelineEntry]:
    rows = await conn.fetch(
        """
        (SELECT 'event' AS kind, user_time AS at, name, attributes FROM events
         WHERE workspace_id = $1 AND profile_id = $2 AND ($3::timestamptz IS NULL OR user_time < $3)
         ORDER BY user_time DESC LIMIT $4)
        UNION ALL
        (SELECT 'update', at, 'Profile updated', jsonb_build_object('keys', to_jsonb(keys))
         FROM profile_changes
         WHERE workspace_id = $1 AND profile_id = $2 AND ($3::timestamptz IS NULL OR at < $3)
         ORDER BY at DESC, id DESC LIMIT $4)
        ORDER BY at DESC LIMIT $4
        """,
        workspace_id,
        profile_id,
        before,
        limit,
    )
    return [TimelineEntry(row["kind"], row["at"], row["name"], row["attributes"]) for row in rows]


def _profile(workspace_id: str, row: Record) -> Profile:
    return Profile(
        workspace_id=workspace_id,
        id=row["id"],
        customer_id=row["customer_id"],
        attributes=row["attributes"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        last_seen_at=row["last_seen_at"],
        platforms=row["platforms"],
    )
