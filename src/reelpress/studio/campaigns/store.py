"""SQL of media campaigns, their versions and their sealed secrets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from reelpress.platform.db import Connection, Record
from reelpress.studio.campaigns.model import Campaign, Definition, State, Version

_CAMPAIGN = "workspace_id, id, name, state, draft, current_version_id, created_at, updated_at"
_VERSION = "workspace_id, id, campaign_id, number, name, definition, plan, resources, published_at"


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version in a list, without its plan."""

    id: UUID
    number: int
    name: str
    published_at: datetime


async def insert(conn: Connection, workspace_id: str, campaign: Campaign) -> None:
    await conn.execute(
        f"INSERT INTO media_campaigns ({_CAMPAIGN}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",  # noqa: S608 - fixed columns
        workspace_id,
        campaign.id,
        campaign.name,
        campaign.state.value,
        campaign.draft.model_dump(mode="json"),
        campaign.current_version_id,
        campaign.created_at,
        campaign.updated_at,
    )


async def campaign(
    conn: Connection, workspace_id: str, campaign_id: UUID, *, lock: bool = False
) -> Campaign | None:
    row = await conn.fetchrow(
        f"""SELECT {_CAMPAIGN} FROM media_campaigns WHERE workspace_id = $1 AND id = $2
            {"FOR UPDATE" if lock else ""}""",  # noqa: S608 - fixed text
        workspace_id,
        campaign_id,
    )
    return _campaign(row) if row else None


async def newest(conn: Connection, workspace_id: str, limit: int) -> list[Campaign]:
    rows = await conn.fetch(
        f"""SELECT {_CAMPAIGN} FROM media_campaigns WHERE workspace_id = $1
            ORDER BY created_at DESC, id LIMIT $2""",  # noqa: S608 - fixed columns
        workspace_id,
        limit,
    )
    return [_campaign(row) for row in rows]


async def update_draft(
    conn: Connection, workspace_id: str, campaign_id: UUID, name: str, draft: Definition, now: datetime
) -> None:
    await conn.execute(
        """
        UPDATE media_campaigns SET name = $3, draft = $4, updated_at = $5
        WHERE workspace_id = $1 AND id = $2
        """,
        workspace_id,
        campaign_id,
        name,
        draft.model_dump(mode="json"),
        now,
    )


async def update_state(
    conn: Connection, workspace_id: str, campaign_id: UUID, state: State, now: datetime
) -> None:
    await conn.execute(
        "UPDATE media_campaigns SET state = $3, updated_at = $4 WHERE workspace_id = $1 AND id = $2",
        workspace_id,
        campaign_id,
        state.value,
        now,
    )


async def delete(conn: Connection, workspace_id: str, campaign_id: UUID) -> None:
    await conn.execute(
        "DELETE FROM media_campaigns WHERE workspace_id = $1 AND id = $2", workspace_id, campaign_id
    )


async def next_number(conn: Connection, workspace_id: str, campaign_id: UUID) -> int:
    """Call with the campaign's row locked."""
    return await conn.fetchval(
        """
        SELECT coalesce(max(number), 0) + 1 FROM media_campaign_versions
        WHERE workspace_id = $1 AND campaign_id = $2
        """,
        workspace_id,
        campaign_id,
    )


async def insert_version(
    conn: Connection, workspace_id: str, version: Version, asset_ids: Sequence[UUID]
) -> None:
    await conn.execute(
        f"INSERT INTO media_campaign_versions ({_VERSION}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",  # noqa: S608 - fixed columns
        workspace_id,
        version.id,
        version.use_case_id,
        version.number,
        version.name,
        version.definition.model_dump(mode="json"),
        version.plan,
        version.resources,
        version.published_at,
    )
    await conn.execute(
        """
        INSERT INTO media_campaign_version_assets (workspace_id, version_id, asset_id)
        SELECT $1, $2, unnest($3::uuid[])
        """,
        workspace_id,
        version.id,
        list(asset_ids),
    )
    await conn.execute(
        """
        UPDATE media_campaigns SET state = 'published', current_version_id = $3, updated_at = $4
        WHERE workspace_id = $1 AND id = $2
        """,
        workspace_id,
        version.use_case_id,
        version.id,
        version.published_at,
    )


async def version(conn: Connection, workspace_id: str, version_id: UUID) -> Version | None:
    row = await conn.fetchrow(
        f"SELECT {_VERSION} FROM media_campaign_versions WHERE workspace_id = $1 AND id = $2",  # noqa: S608 - fixed columns
        workspace_id,
        version_id,
    )
    return _version(row) if row else None


async def version_lines(conn: Connection, workspace_id: str, campaign_id: UUID) -> list[VersionLine]:
    rows = await conn.fetch(
        """
        SELECT id, number, name, published_at FROM media_campaign_versions
        WHERE workspace_id = $1 AND campaign_id = $2 ORDER BY number DESC
        """,
        workspace_id,
        campaign_id,
    )
    return [VersionLine(row["id"], row["number"], row["name"], row["published_at"]) for row in rows]


async def current_numbers(conn: Connection, workspace_id: str) -> dict[UUID, int]:
    """Campaign -> number of its current version, for those that were submitted."""
    rows = await conn.fetch(
        """
        SELECT c.id, v.number FROM media_campaigns c
        JOIN media_campaign_versions v ON v.id = c.current_version_id
        WHERE c.workspace_id = $1
        """,
        workspace_id,
    )
    return {row["id"]: row["number"] for row in rows}


async def current(conn: Connection, workspace_id: str, campaign_id: UUID) -> tuple[State, UUID | None] | None:
    """State and current version of a use case, None when there is no such one."""
    row = await conn.fetchrow(
        "SELECT state, current_version_id FROM media_campaigns WHERE workspace_id = $1 AND id = $2",
        workspace_id,
        campaign_id,
    )
    return (State(row["state"]), row["current_version_id"]) if row else None


async def sealed_secrets(
    conn: Connection, workspace_id: str, campaign_id: UUID, destination: str
) -> bytes | None:
    return await conn.fetchval(
        """
        SELECT sealed FROM media_campaign_secrets
        WHERE workspace_id = $1 AND campaign_id = $2 AND destination = $3
        """,
        workspace_id,
        campaign_id,
        destination,
    )


async def put_sealed_secrets(
    conn: Connection, workspace_id: str, campaign_id: UUID, destination: str, sealed: bytes, now: datetime
) -> None:
    await conn.execute(
        """
        INSERT INTO media_campaign_secrets (workspace_id, campaign_id, destination, sealed, updated_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (campaign_id, destination)
        DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at
        """,
        workspace_id,
        campaign_id,
        destination,
        sealed,
        now,
    )


def _campaign(row: Record) -> Campaign:
    return Campaign(
        workspace_id=row["workspace_id"],
        id=row["id"],
        name=row["name"],
        state=State(row["state"]),
        draft=Definition.model_validate(row["draft"]),
        current_version_id=row["current_version_id"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def _version(row: Record) -> Version:
    plan: dict[str, Any] = row["plan"]
    return Version(
        workspace_id=row["workspace_id"],
        id=row["id"],
        use_case_id=row["campaign_id"],
        number=row["number"],
        name=row["name"],
        definition=Definition.model_validate(row["definition"]),
        plan=plan,
        resources=row["resources"],
        published_at=row["published_at"],
    )
