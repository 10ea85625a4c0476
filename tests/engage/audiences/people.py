"""People, events and custom segments put into the database as the product stores them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from reelpress.engage.profiles import service as profiles
from reelpress.engage.profiles.changes import Change, Identity, apply
from reelpress.engage.profiles.model import Profile
from reelpress.engage.profiles.values import clean_attributes
from reelpress.platform.db import Connection
from reelpress.platform.ids import new_uuid
from tests.engage.audiences.strategies import NOW, SEGMENTS, ZONE

Happenings = Sequence[tuple[str, datetime, dict[str, Any]]]

MEANINGS: dict[str, dict[str, Any]] = {
    "bought": {
        "filter_operator": "and",
        "filters": [
            {
                "filter_type": "actions",
                "action_name": "Bought",
                "executed": True,
                "execution": {"type": "atleast", "count": 2},
            }
        ],
    },
    "neither": {
        "filter_operator": "or",
        "negate": True,
        "filters": [
            {"filter_type": "custom_segments", "id": SEGMENTS["listed"]},
            {"filter_type": "custom_segments", "id": SEGMENTS["bought"]},
        ],
    },
}


async def store_people(
    conn: Connection, workspace_id: str, people: Sequence[dict[str, Any]]
) -> list[Profile]:
    """Profiles with these attributes; two of three have a customer id."""
    identities = [
        Identity(f"Customer-{n}") if n % 3 else Identity(None, (("u_mb", f"+91{n}"),))
        for n in range(len(people))
    ]
    made = (await profiles.resolve(conn, workspace_id, identities, identities, NOW)).profiles
    before = [made[identity] for identity in identities]
    after = {
        profile.id: _changed(profile, Change(set=clean_attributes(person, 50)))
        for profile, person in zip(before, people, strict=True)
    }
    await profiles.save(conn, workspace_id, before, after, NOW + timedelta(seconds=1))
    return list((await profiles.by_ids(conn, workspace_id, [one.id for one in before])).values())


async def store_events(conn: Connection, workspace_id: str, done: Sequence[tuple[str, Happenings]]) -> None:
    """What profiles did, by profile id."""
    rows = [(profile_id, *one) for profile_id, happenings in done for one in happenings]
    await conn.execute(
        """
        INSERT INTO events (workspace_id, id, profile_id, name, user_time, received_at, attributes)
        SELECT $1, n.id, n.profile_id, n.name, n.at, n.at, n.attributes
        FROM unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::jsonb[])
            AS n (id, profile_id, name, at, attributes)
        """,
        workspace_id,
        [new_uuid() for _ in rows],
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        [clean_attributes(row[3], 50) for row in rows],
    )


async def store_segments(conn: Connection, workspace_id: str, listed: Sequence[str]) -> None:
    """One file segment with these members, and filter segments that build on each other."""
    await conn.execute("UPDATE workspaces SET time_zone = $2 WHERE id = $1", workspace_id, ZONE)
    for name, segment_id in SEGMENTS.items():
        filters = MEANINGS.get(name)
        await conn.execute(
            """
            INSERT INTO custom_segments (workspace_id, id, kind, name, included_filters, digest, refers_to,
                                         created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
            """,
            workspace_id,
            segment_id,
            "FILTER" if filters else "FILE",
            name,
            filters,
            name.encode() if filters else None,
            [SEGMENTS["listed"], SEGMENTS["bought"]] if name == "neither" else [],
            NOW,
        )
    await conn.execute(
        "INSERT INTO custom_segment_members SELECT $1, $2, unnest($3::text[])",
        workspace_id,
        SEGMENTS["listed"],
        list(listed),
    )


def _changed(profile: Profile, change: Change) -> Profile:
    return replace(profile, attributes=apply(profile.attributes, change))
