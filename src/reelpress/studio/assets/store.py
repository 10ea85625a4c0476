"""SQL of assets and of what templates name."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from reelpress.platform.db import Connection, Record
from reelpress.studio.assets.model import Asset, Link

_COLUMNS = "workspace_id, id, kind, name, original_name, media_type, sha256, size_bytes, facts, created_at"


async def lock_content(conn: Connection, sha256: str) -> None:
    """Nobody else adds or removes this content until the transaction ends."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"assets/{sha256}")


async def insert(conn: Connection, workspace_id: str, asset: Asset) -> None:
    await conn.execute(
        f"INSERT INTO assets ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",  # noqa: S608 - fixed columns
        workspace_id,
        asset.id,
        asset.kind,
        asset.name,
        asset.original_name,
        asset.media_type,
        asset.sha256,
        asset.size_bytes,
        asset.facts,
        asset.created_at,
    )


async def asset(conn: Connection, workspace_id: str, asset_id: UUID) -> Asset | None:
    row = await conn.fetchrow(
        f"SELECT {_COLUMNS} FROM assets WHERE workspace_id = $1 AND id = $2",  # noqa: S608 - fixed columns
        workspace_id,
        asset_id,
    )
    return _asset(row) if row else None


async def assets_by_id(conn: Connection, workspace_id: str, ids: Sequence[UUID]) -> dict[UUID, Asset]:
    rows = await conn.fetch(
        f"SELECT {_COLUMNS} FROM assets WHERE workspace_id = $1 AND id = ANY ($2::uuid[])",  # noqa: S608 - fixed columns
        workspace_id,
        list(ids),
    )
    return {row["id"]: _asset(row) for row in rows}


async def newest(conn: Connection, workspace_id: str, kind: str | None, limit: int) -> list[Asset]:
    rows = await conn.fetch(
        f"""SELECT {_COLUMNS} FROM assets WHERE workspace_id = $1 AND ($2::text IS NULL OR kind = $2)
            ORDER BY created_at DESC, id LIMIT $3""",  # noqa: S608 - fixed columns
        workspace_id,
        kind,
        limit,
    )
    return [_asset(row) for row in rows]


async def newest_by_file_name(
    conn: Connection, workspace_id: str, file_names: Sequence[str]
) -> dict[str, UUID]:
    """Lower-case file name -> the newest media asset that was uploaded under it."""
    rows = await conn.fetch(
        """
        SELECT DISTINCT ON (lower(original_name)) lower(original_name) AS name, id FROM assets
        WHERE workspace_id = $1 AND kind IN ('video', 'image', 'audio')
          AND lower(original_name) = ANY ($2::text[])
        ORDER BY lower(original_name), created_at DESC
        """,
        workspace_id,
        [name.lower() for name in file_names],
    )
    return {row["name"]: row["id"] for row in rows}


async def fonts_of_families(conn: Connection, workspace_id: str, families: Sequence[str]) -> list[Asset]:
    """Fonts of the workspace under these family names."""
    rows = await conn.fetch(
        f"""SELECT {_COLUMNS} FROM assets
            WHERE workspace_id = $1 AND kind = 'font' AND lower(facts->>'family') = ANY ($2::text[])
            ORDER BY created_at, id""",  # noqa: S608 - fixed columns
        workspace_id,
        [family.lower() for family in families],
    )
    return [_asset(row) for row in rows]


async def insert_links(conn: Connection, workspace_id: str, links: Sequence[Link]) -> None:
    await conn.executemany(
        """
        INSERT INTO asset_resources (workspace_id, template_id, resource, file_name, asset_id)
        VALUES ($1, $2, $3, $4, $5)
        """,
        [(workspace_id, link.template_id, link.resource, link.file_name, link.asset_id) for link in links],
    )


async def fill_missing_links(
    conn: Connection, workspace_id: str, file_names: Sequence[str], asset_ids: Sequence[UUID]
) -> None:
    """Templates that still miss a file of one of these names get the asset beside it."""
    await conn.execute(
        """
        UPDATE asset_resources r SET asset_id = given.asset_id
        FROM unnest($2::text[], $3::uuid[]) AS given (file_name, asset_id)
        WHERE r.workspace_id = $1 AND r.asset_id IS NULL AND lower(r.file_name) = lower(given.file_name)
        """,
        workspace_id,
        list(file_names),
        list(asset_ids),
    )


async def set_link(
    conn: Connection, workspace_id: str, template_id: UUID, resource: str, asset_id: UUID
) -> bool:
    """False when the template names no such resource."""
    done = await conn.execute(
        """
        UPDATE asset_resources SET asset_id = $4
        WHERE workspace_id = $1 AND template_id = $2 AND resource = $3
        """,
        workspace_id,
        template_id,
        resource,
        asset_id,
    )
    return done == "UPDATE 1"


async def links(conn: Connection, workspace_id: str, template_ids: Sequence[UUID]) -> list[Link]:
    rows = await conn.fetch(
        """
        SELECT template_id, resource, file_name, asset_id FROM asset_resources
        WHERE workspace_id = $1 AND template_id = ANY ($2::uuid[]) ORDER BY template_id, resource
        """,
        workspace_id,
        list(template_ids),
    )
    return [Link(row["template_id"], row["resource"], row["file_name"], row["asset_id"]) for row in rows]


async def users_of(conn: Connection, workspace_id: str, asset_id: UUID) -> list[str]:
    """Names of what would break without the asset."""
    rows = await conn.fetch(
        """
        SELECT DISTINCT what FROM (
            SELECT 'template ' || t.name AS what FROM asset_resources r JOIN assets t ON t.id = r.template_id
            WHERE r.workspace_id = $1 AND r.asset_id = $2
            UNION ALL
            SELECT 'media campaign ' || v.name FROM media_campaign_version_assets a
            JOIN media_campaign_versions v ON v.id = a.version_id
            WHERE a.workspace_id = $1 AND a.asset_id = $2
            UNION ALL
            SELECT 'media campaign ' || c.name FROM media_campaigns c
            WHERE c.workspace_id = $1 AND (
                c.draft->'parts' @> jsonb_build_array(jsonb_build_object('asset_id', $2::text))
                OR c.draft->'mappings' @> jsonb_build_array(jsonb_build_object('fallback', $2::text)))
        ) users ORDER BY what LIMIT 5
        """,
        workspace_id,
        asset_id,
    )
    return [row["what"] for row in rows]


async def delete(conn: Connection, workspace_id: str, asset_id: UUID) -> None:
    await conn.execute("DELETE FROM assets WHERE workspace_id = $1 AND id = $2", workspace_id, asset_id)


async def contents_used(conn: Connection, sha256s: Sequence[str]) -> set[str]:
    """Which of these an asset of any workspace has: equal content is stored once."""
    rows = await conn.fetch(
        "SELECT DISTINCT sha256 FROM assets WHERE sha256 = ANY ($1::text[])", list(sha256s)
    )
    return {row["sha256"] for row in rows}


def _asset(row: Record) -> Asset:
    return Asset(**dict(row))
