"""What can be kept: PostgreSQL takes no U+0000, and half a surrogate pair is no Unicode text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import cast

from fastapi import Request

from reelpress.platform.errors import Refusal

_UNKEPT = re.compile("[\0\ud800-\udfff]")
_MAY_BE_UNKEPT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
"""How JSON spells them; a raw U+0000 is no JSON."""


def require_storable(value: object, field: str = "") -> None:
    """Raises Refusal (400) with the path of the first text below `field` that cannot be kept."""
    for place, text in _texts(value, field):
        if _UNKEPT.search(text):
            raise Refusal(
                400,
                "invalid_field",
                f"{place}: the text holds U+0000 or half a surrogate pair".removeprefix(": "),
                field=place or None,
                fix="remove that character",
            )


async def require_storable_request(request: Request) -> None:
    """The same for a call's path, query and JSON body. What is no JSON is left to the route."""
    require_storable_address(request)
    if "json" not in request.headers.get("content-type", "json"):
        return
    body = await request.body()
    if not _MAY_BE_UNKEPT.search(body):
        return
    try:
        document: object = json.loads(body)
    except (ValueError, RecursionError):
        return
    require_storable(document)


def require_storable_address(request: Request) -> None:
    """The same for the query; nothing has such a path: Refusal (404)."""
    if any(_UNKEPT.search(str(part)) for part in request.path_params.values()):
        raise Refusal(404, "not_found", "there is nothing at this address")
    for name, text in request.query_params.multi_items():
        require_storable(text, name)


def _texts(value: object, field: str) -> Iterator[tuple[str, str]]:
    """Every text with its path, names of fields as texts of the object they stand in."""
    pending: list[tuple[str, object]] = [(field, value)]
    while pending:
        place, one = pending.pop()
        match one:
            case str():
                yield place, one
            case dict():
                fields = cast("dict[object, object]", one)
                yield from ((place, str(name)) for name in fields)
                pending += reversed([(_below(place, name), inner) for name, inner in fields.items()])
            case list() | tuple():
                items = cast("list[object]", one)
                pending += reversed([(_below(place, at), inner) for at, inner in enumerate(items)])
            case _:
                pass


def _below(place: str, name: object) -> str:
    return f"{place}.{name}" if place else str(name)
