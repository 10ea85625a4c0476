"""Keep content blocks and product sets, and bring templates what they name."""

from collections.abc import Collection

from reelpress.engage.content import parse, store
from reelpress.engage.content.model import (
    NOTHING_NAMED,
    ContentBlock,
    Kind,
    Listed,
    Name,
    NamedContent,
    ProductSet,
)
from reelpress.engage.content.recent import recent_of
from reelpress.engage.personalize import Value
from reelpress.platform.auth import Principal, audit
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.platform.errors import Refusal, not_found

MOST_KEPT = 500
"""Content blocks of a workspace, and product sets of it."""

_WORDS: dict[Kind, str] = {"ContentBlock": "content block", "ProductSet": "product set"}


async def listed(platform: Platform, workspace_id: str, kind: Kind) -> list[Listed]:
    """All of a workspace, by name."""
    async with platform.db.connection() as conn:
        return await store.listed(conn, workspace_id, kind)


async def block(platform: Platform, workspace_id: str, name: str) -> ContentBlock:
    """Raises Refusal (404)."""
    async with platform.db.connection() as conn:
        found = await store.block(conn, workspace_id, name) if parse.is_block_name(name) else None
    if found is None:
        raise not_found(_WORDS["ContentBlock"], name)
    return found


async def product_set(platform: Platform, workspace_id: str, name: str) -> ProductSet:
    """Raises Refusal (404)."""
    async with platform.db.connection() as conn:
        found = await store.product_set(conn, workspace_id, name) if parse.is_set_name(name) else None
    if found is None:
        raise not_found(_WORDS["ProductSet"], name)
    return found


async def put_block(
    platform: Platform, principal: Principal, name: str, body: object, *, over: bool = True
) -> ContentBlock:
    """Write a block or, with `over`, write over it.

    Raises Refusal: 400 at name or body, 409 when the name is taken or there are too many.
    """
    fresh = ContentBlock(parse.block_name(name), parse.body(body), platform.clock.now())
    async with platform.db.transaction() as conn:
        await _require_room(conn, principal.workspace_id, "ContentBlock", name)
        if not await store.put_block(conn, principal.workspace_id, fresh, over=over):
            raise _taken("ContentBlock", name)
        await audit(conn, principal, "content_block.saved", name, {"bytes": len(fresh.body.encode())})
    recent_of(platform).forget()
    return fresh


async def put_set(
    platform: Platform, principal: Principal, name: str, items: object, *, over: bool = True
) -> ProductSet:
    """Write a set or, with `over`, write over it.

    Raises Refusal: 400 at name or items, 409 when the name is taken or there are too many.
    """
    fresh = ProductSet(parse.set_name(name), parse.items(items), platform.clock.now())
    async with platform.db.transaction() as conn:
        await _require_room(conn, principal.workspace_id, "ProductSet", name)
        if not await store.put_set(conn, principal.workspace_id, fresh, over=over):
            raise _taken("ProductSet", name)
        await audit(conn, principal, "product_set.saved", name, {"items": len(fresh.items)})
    recent_of(platform).forget()
    return fresh


async def delete(platform: Platform, principal: Principal, kind: Kind, name: str) -> None:
    """Templates that name it fail from then on. Raises Refusal (404)."""
    async with platform.db.transaction() as conn:
        if not _can_be(kind, name) or not await store.delete(conn, principal.workspace_id, kind, name):
            raise not_found(_WORDS[kind], name)
        await audit(conn, principal, f"{_WORDS[kind].replace(' ', '_')}.deleted", name)
    recent_of(platform).forget()


async def named(
    conn: Connection,
    platform: Platform,
    workspace_id: str,
    names: Collection[Name],
    *,
    fresh: bool = False,
) -> NamedContent:
    """What there is of these names: one query for what was not read a moment ago; `fresh` reads all."""
    if not names:
        return NOTHING_NAMED
    recent = recent_of(platform)
    found = {} if fresh else recent.find(workspace_id, names)
    unread = [name for name in names if name not in found]
    if unread:
        changes = recent.changes
        there = await store.values(conn, workspace_id, [name for name in unread if _can_be(*name)])
        read = {name: there.get(name) for name in unread}
        recent.keep(workspace_id, read, changes)
        found |= read
    return NamedContent(_of("ContentBlock", found), _of("ProductSet", found))


def _can_be(kind: Kind, name: str) -> bool:
    return parse.is_block_name(name) if kind == "ContentBlock" else parse.is_set_name(name)


def _of(kind: Kind, found: dict[Name, Value]) -> dict[str, Value]:
    return {name: value for (of, name), value in found.items() if of == kind and value is not None}


def _taken(kind: Kind, name: str) -> Refusal:
    return Refusal(
        409, "taken", f"there is a {_WORDS[kind]} {name} already", field="name", fix="choose another name"
    )


async def _require_room(conn: Connection, workspace_id: str, kind: Kind, name: str) -> None:
    if await store.others(conn, workspace_id, kind, name) >= MOST_KEPT:
        word = _WORDS[kind]
        raise Refusal(
            409,
            "too_many",
            f"the workspace has {MOST_KEPT} {word}s",
            field="name",
            fix=f"delete a {word} that no template names",
        )
