"""SQL of installs that wait for their device."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from reelpress.platform.db import Connection

if TYPE_CHECKING:
    from reelpress.engage.attribution.service import Install


async def profiles_with(conn: Connection, workspace_id: str, identifier: str, value: str) -> set[str]:
    """Whose device this is."""
    rows = await conn.fetch(
        """
        SELECT profile_id FROM profile_devices
        WHERE workspace_id = $1 AND $2 = 'moe_gaid' AND attributes ? 'moe_gaid'
          AND attributes ->> 'moe_gaid' = $3
        UNION
        SELECT profile_id FROM profile_devices
        WHERE workspace_id = $1 AND $2 = 'idfv' AND attributes ? 'idfv' AND attributes ->> 'idfv' = $3
        """,
        workspace_id,
        identifier,
        value,
    )
    return {row["profile_id"] for row in rows}


async def keep(
    conn: Connection, workspace_id: str, identifier: str, value: str, install: Install, at: datetime
) -> None:
    """The first report of an install counts."""
    await conn.execute(
        """
        INSERT INTO install_attributions (workspace_id, identifier, value, publisher, campaign, source, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
        """,
        workspace_id,
        identifier,
        value,
        install.publisher,
        install.campaign,
        install.source,
        at,
    )


async def take(
    conn: Connection, workspace_id: str, named: Collection[tuple[str, str]]
) -> list[tuple[str, str, str | None, str | None]]:
    """(identifier, value, publisher, campaign) of the installs that waited for these, which now do not."""
    ordered = sorted(named)
    rows = await conn.fetch(
        """
        DELETE FROM install_attributions a USING unnest($2::text[], $3::text[]) AS n (identifier, value)
        WHERE a.workspace_id = $1 AND a.identifier = n.identifier AND a.value = n.value
        RETURNING a.identifier, a.value, a.publisher, a.campaign
        """,
        workspace_id,
        [identifier for identifier, _ in ordered],
        [value for _, value in ordered],
    )
    return [(row["identifier"], row["value"], row["publisher"], row["campaign"]) for row in rows]
