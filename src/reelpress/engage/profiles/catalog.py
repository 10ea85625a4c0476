"""Which user attributes a workspace knows: keys, display names, types."""

from collections.abc import Mapping
from typing import Any

from reelpress.engage.profiles.model import CatalogEntry
from reelpress.engage.profiles.standard import DISPLAY_KEYS, PAYLOAD_KEYS, STANDARD_ATTRIBUTES, STANDARD_KEYS
from reelpress.engage.profiles.values import LONGEST_NAME, clean_name, infer_type
from reelpress.platform.db import Connection
from reelpress.platform.errors import Refusal, not_found


async def note(conn: Connection, workspace_id: str, attributes: Mapping[str, Any]) -> None:
    """Remember custom attributes that were not known, with the type of the value given."""
    custom = {key: attributes[key] for key in sorted(attributes) if key not in STANDARD_KEYS}
    if not custom:
        return
    await conn.execute(
        """
        INSERT INTO attribute_catalog (workspace_id, key, display_name, type)
        SELECT $1, key, key, type FROM unnest($2::text[], $3::text[]) AS n (key, type)
        ON CONFLICT DO NOTHING
        """,
        workspace_id,
        list(custom),
        [infer_type(value) for value in custom.values()],
    )


async def entries(conn: Connection, workspace_id: str) -> list[CatalogEntry]:
    """Every attribute a person may choose: the standard ones first, then the workspace's own by name."""
    rows = await conn.fetch(
        """
        SELECT key, display_name, type FROM attribute_catalog
        WHERE workspace_id = $1 ORDER BY display_name, key
        """,
        workspace_id,
    )
    standard = [CatalogEntry(one.key, one.display_names[0], one.type, True) for one in STANDARD_ATTRIBUTES]
    return standard + [CatalogEntry(row["key"], row["display_name"], row["type"], False) for row in rows]


async def display_names(conn: Connection, workspace_id: str) -> dict[str, str]:
    """Attribute keys by the workspace's own display names; where two share one, the older key."""
    rows = await conn.fetch(
        """
        SELECT DISTINCT ON (display_name) display_name, key FROM attribute_catalog
        WHERE workspace_id = $1 AND display_name <> key ORDER BY display_name, first_seen_at, key
        """,
        workspace_id,
    )
    return {row["display_name"]: row["key"] for row in rows}


async def rename(conn: Connection, workspace_id: str, key: str, display_name: str) -> CatalogEntry:
    """Give a custom attribute another display name. Raises Refusal when it is taken or the key unknown."""
    if clean_name(display_name) != display_name:
        raise Refusal(
            400, "bad_name", f"a display name has 1 to {LONGEST_NAME} characters", field="display_name"
        )
    taken = await conn.fetchval(
        """
        SELECT EXISTS (SELECT 1 FROM attribute_catalog
                       WHERE workspace_id = $1 AND key <> $2 AND $3 IN (key, display_name))
        """,
        workspace_id,
        key,
        display_name,
    )
    if taken or display_name in DISPLAY_KEYS or display_name in PAYLOAD_KEYS or display_name in STANDARD_KEYS:
        raise Refusal(409, "name_taken", "another attribute has this name", field="display_name")
    row = await conn.fetchrow(
        "UPDATE attribute_catalog SET display_name = $3 WHERE workspace_id = $1 AND key = $2 RETURNING type",
        workspace_id,
        key,
        display_name,
    )
    if row is None:
        raise not_found("custom attribute", key)
    return CatalogEntry(key, display_name, row["type"], False)
