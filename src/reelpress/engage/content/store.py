"""SQL of content blocks and product sets."""

from collections.abc import Iterable

from reelpress.engage.content.model import ContentBlock, Kind, Listed, Name, ProductSet
from reelpress.engage.personalize import Value
from reelpress.platform.db import Connection

_LIST: dict[Kind, str] = {
    "ContentBlock": """
        SELECT name, octet_length(body) AS size, updated_at FROM content_blocks
        WHERE workspace_id = $1 ORDER BY name
    """,
    "ProductSet": """
        SELECT name, jsonb_array_length(items) AS size, updated_at FROM product_sets
        WHERE workspace_id = $1 ORDER BY name
    """,
}
_OTHERS: dict[Kind, str] = {
    "ContentBlock": "SELECT count(*) FROM content_blocks WHERE workspace_id = $1 AND name <> $2",
    "ProductSet": "SELECT count(*) FROM product_sets WHERE workspace_id = $1 AND name <> $2",
}
_DELETE: dict[Kind, str] = {
    "ContentBlock": "DELETE FROM content_blocks WHERE workspace_id = $1 AND name = $2",
    "ProductSet": "DELETE FROM product_sets WHERE workspace_id = $1 AND name = $2",
}


async def listed(conn: Connection, workspace_id: str, kind: Kind) -> list[Listed]:
    """All of a workspace by name, without what they hold."""
    rows = await conn.fetch(_LIST[kind], workspace_id)
    return [Listed(row["name"], row["size"], row["updated_at"]) for row in rows]


async def others(conn: Connection, workspace_id: str, kind: Kind, name: str) -> int:
    """How many there are beside this name."""
    return await conn.fetchval(_OTHERS[kind], workspace_id, name)


async def block(conn: Connection, workspace_id: str, name: str) -> ContentBlock | None:
    row = await conn.fetchrow(
        "SELECT name, body, updated_at FROM content_blocks WHERE workspace_id = $1 AND name = $2",
        workspace_id,
        name,
    )
    return ContentBlock(row["name"], row["body"], row["updated_at"]) if row else None


async def product_set(conn: Connection, workspace_id: str, name: str) -> ProductSet | None:
    row = await conn.fetchrow(
        "SELECT name, items, updated_at FROM product_sets WHERE workspace_id = $1 AND name = $2",
        workspace_id,
        name,
    )
    return ProductSet(row["name"], row["items"], row["updated_at"]) if row else None


async def put_block(conn: Connection, workspace_id: str, block: ContentBlock, *, over: bool) -> bool:
    """Whether it was written; where there is one of this name, only with `over`."""
    done = await conn.execute(
        """
        INSERT INTO content_blocks (workspace_id, name, body, updated_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (workspace_id, name) DO UPDATE SET body = $3, updated_at = $4 WHERE $5
        """,
        workspace_id,
        block.name,
        block.body,
        block.updated_at,
        over,
    )
    return done == "INSERT 0 1"


async def put_set(conn: Connection, workspace_id: str, products: ProductSet, *, over: bool) -> bool:
    """Whether it was written; where there is one of this name, only with `over`."""
    done = await conn.execute(
        """
        INSERT INTO product_sets (workspace_id, name, items, updated_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (workspace_id, name) DO UPDATE SET items = $3, updated_at = $4 WHERE $5
        """,
        workspace_id,
        products.name,
        products.items,
        products.updated_at,
        over,
    )
    return done == "INSERT 0 1"


async def delete(conn: Connection, workspace_id: str, kind: Kind, name: str) -> bool:
    """Whether there was one."""
    done = await conn.execute(_DELETE[kind], workspace_id, name)
    return done == "DELETE 1"


async def values(conn: Connection, workspace_id: str, names: Iterable[Name]) -> dict[Name, Value]:
    """What templates show for these names, in one query; a name without anything is left out."""
    wanted = sorted(names)
    rows = await conn.fetch(
        """
        SELECT 'ContentBlock' AS kind, name, to_jsonb(body) AS value FROM content_blocks
        WHERE workspace_id = $1 AND name = ANY($2)
        UNION ALL
        SELECT 'ProductSet', name, items FROM product_sets WHERE workspace_id = $1 AND name = ANY($3)
        """,
        workspace_id,
        [name for kind, name in wanted if kind == "ContentBlock"],
        [name for kind, name in wanted if kind == "ProductSet"],
    )
    return {(row["kind"], row["name"]): row["value"] for row in rows}
