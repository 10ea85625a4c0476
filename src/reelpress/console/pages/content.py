"""Engage > Content blocks and Product sets: the list, making one, changing one, deleting one."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from reelpress.console.access import Marketer, Viewer
from reelpress.console.pages.campaigns.look import STATUS_LOOK
from reelpress.console.route import PageRoute
from reelpress.console.typed import Faults, faults_of, read_form
from reelpress.console.view import page
from reelpress.engage.campaigns import uses
from reelpress.engage.content import parse, service
from reelpress.engage.content.model import ContentBlock, Kind, ProductSet
from reelpress.engage.personalize import Value
from reelpress.platform.auth import Principal, Role
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from reelpress.platform.web import PlatformDep

BLOCKS, SETS = "/console/content-blocks", "/console/product-sets"
_TURNS_TEXT = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
MOST_COLUMNS = 8
"""Of the table that shows a product set; JSON shows all."""

# A name may be any word, so it is never a part of the path, where `new` has a meaning of its own.
Named = Annotated[str, Query(max_length=100)]

router = APIRouter(prefix="/console", route_class=PageRoute)


@router.get("/content-blocks")
async def blocks(request: Request, platform: PlatformDep, principal: Viewer) -> Response:
    """All of them, with the campaigns that name each."""
    return await _list(request, platform, principal, "ContentBlock", "content/blocks.html")


@router.get("/content-blocks/new")
async def new_block(request: Request, platform: PlatformDep, principal: Marketer) -> Response:
    """The form."""
    return await _block(request, platform, principal, None, {"name": "", "body": ""})


@router.post("/content-blocks/new")
async def make_block(request: Request, platform: PlatformDep, principal: Marketer) -> Response:
    """Make one; never over another."""
    typed = await read_form(request)
    values = {"name": typed.line("name"), "body": typed.text("body")}
    try:
        made = await service.put_block(platform, principal, values["name"], values["body"], over=False)
    except Refusal as refusal:
        return await _block(request, platform, principal, None, values, faults=faults_of(refusal))
    return _saved(BLOCKS, "block", made.name)


@router.get("/content-blocks/block")
async def block(request: Request, platform: PlatformDep, principal: Viewer, name: Named) -> Response:
    """One content block."""
    found = await service.block(platform, principal.workspace_id, name)
    return await _block(request, platform, principal, found, {"name": found.name, "body": found.body})


@router.post("/content-blocks/block")
async def change_block(request: Request, platform: PlatformDep, principal: Marketer, name: Named) -> Response:
    """Keep the text typed."""
    found = await service.block(platform, principal.workspace_id, name)
    body = (await read_form(request)).text("body")
    try:
        await service.put_block(platform, principal, found.name, body)
    except Refusal as refusal:
        values = {"name": found.name, "body": body}
        return await _block(request, platform, principal, found, values, faults=faults_of(refusal))
    return _saved(BLOCKS, "block", found.name)


@router.post("/content-blocks/delete")
async def delete_block(platform: PlatformDep, principal: Marketer, name: Named) -> Response:
    """Gone; campaigns that name it fail from then on."""
    await service.delete(platform, principal, "ContentBlock", name)
    return RedirectResponse(BLOCKS, status_code=303)


@router.get("/product-sets")
async def sets(request: Request, platform: PlatformDep, principal: Viewer) -> Response:
    """All of them, with the campaigns that name each."""
    return await _list(request, platform, principal, "ProductSet", "content/sets.html")


@router.get("/product-sets/new")
async def new_set(request: Request, platform: PlatformDep, principal: Marketer) -> Response:
    """The form."""
    return await _set(request, platform, principal, None, {"name": "", "items": ""})


@router.post("/product-sets/new")
async def make_set(request: Request, platform: PlatformDep, principal: Marketer) -> Response:
    """Make one; never over another."""
    typed = await read_form(request)
    values = {"name": typed.line("name"), "items": typed.text("items")}
    try:
        items = _items(values["items"])
        made = await service.put_set(platform, principal, values["name"], items, over=False)
    except Refusal as refusal:
        return await _set(request, platform, principal, None, values, faults=faults_of(refusal))
    return _saved(SETS, "set", made.name)


@router.get("/product-sets/set")
async def product_set(request: Request, platform: PlatformDep, principal: Viewer, name: Named) -> Response:
    """One product set."""
    found = await service.product_set(platform, principal.workspace_id, name)
    values = {"name": found.name, "items": _written(found.items)}
    return await _set(request, platform, principal, found, values)


@router.post("/product-sets/set")
async def change_set(request: Request, platform: PlatformDep, principal: Marketer, name: Named) -> Response:
    """Keep the items typed."""
    found = await service.product_set(platform, principal.workspace_id, name)
    text = (await read_form(request)).text("items")
    try:
        await service.put_set(platform, principal, found.name, _items(text))
    except Refusal as refusal:
        values = {"name": found.name, "items": text}
        return await _set(request, platform, principal, found, values, faults=faults_of(refusal))
    return _saved(SETS, "set", found.name)


@router.post("/product-sets/delete")
async def delete_set(platform: PlatformDep, principal: Marketer, name: Named) -> Response:
    """Gone; campaigns that name it fail from then on."""
    await service.delete(platform, principal, "ProductSet", name)
    return RedirectResponse(SETS, status_code=303)


def _saved(base: str, noun: str, name: str) -> Response:
    return RedirectResponse(f"{base}/{noun}?name={quote(name)}&saved=yes", status_code=303)


def _written(items: list[dict[str, Value]]) -> str:
    """JSON to be changed; what would turn the direction of the text around it is written as an escape."""
    document = json.dumps(items, ensure_ascii=False, indent=2)
    return _TURNS_TEXT.sub(lambda found: f"\\u{ord(found[0]):04x}", document)


def _items(text: str) -> object:
    """The JSON typed; nothing is an empty list. Raises Refusal (400) with line and column."""
    try:
        return json.loads(text) if text.strip() else []
    except json.JSONDecodeError as fault:
        where = f"line {fault.lineno}, column {fault.colno}"
        raise Refusal(
            400, "invalid_field", f"this is not JSON from {where} on", field="items",
            fix='write a list like [{"title": "Boots", "price": 49}]',
        ) from fault  # fmt: skip
    except (ValueError, RecursionError) as fault:
        raise Refusal(
            400, "invalid_field", "a number is too long or a list too deep", field="items"
        ) from fault


async def _list(
    request: Request, platform: Platform, principal: Principal, kind: Kind, template: str
) -> Response:
    named = await uses.of_content(platform, principal.workspace_id)
    found = await service.listed(platform, principal.workspace_id, kind)
    return page(
        request,
        template,
        principal,
        listed=[(one, len(named.get((kind, one.name), ()))) for one in found],
        may_change=principal.role >= Role.marketer,
    )


async def _block(
    request: Request,
    platform: Platform,
    principal: Principal,
    found: ContentBlock | None,
    values: dict[str, str],
    *,
    faults: Faults | None = None,
) -> Response:
    shared = await _shared(request, platform, principal, "ContentBlock", found, faults)
    most = parse.BODY_MAX_BYTES // 1024
    return page(
        request, "content/block.html", principal, status=_status(faults), values=values, most=most, **shared
    )


async def _set(
    request: Request,
    platform: Platform,
    principal: Principal,
    found: ProductSet | None,
    values: dict[str, str],
    *,
    faults: Faults | None = None,
) -> Response:
    shared = await _shared(request, platform, principal, "ProductSet", found, faults)
    columns = list(dict.fromkeys(name for item in (found.items if found else []) for name in item))
    return page(
        request,
        "content/set.html",
        principal,
        status=_status(faults),
        values=values,
        columns=columns[:MOST_COLUMNS],
        more=len(columns[MOST_COLUMNS:]),
        most=parse.MOST_ITEMS,
        item_faults={place: words for place, words in (faults or {}).items() if place.startswith("items.")},
        **shared,
    )


async def _shared(
    request: Request,
    platform: Platform,
    principal: Principal,
    kind: Kind,
    found: ContentBlock | ProductSet | None,
    faults: Faults | None,
) -> dict[str, Any]:
    named = await uses.of_content(platform, principal.workspace_id) if found else {}
    used = named.get((kind, found.name), []) if found else []
    return {
        "found": found,
        "uses": [(one, *STATUS_LOOK[one.status]) for one in used],
        "saved": "saved" in request.query_params,
        "faults": faults or {},
        "may_change": principal.role >= Role.marketer,
    }


def _status(faults: Faults | None) -> int:
    return 422 if faults else 200
