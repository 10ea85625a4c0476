"""What may be kept: names a template can write, texts and lists of a bounded size."""

import json
import math
import re
from typing import Final, cast

from reelpress.engage.personalize import Value
from reelpress.platform.errors import Refusal
from reelpress.platform.storable import require_storable

BODY_MAX_BYTES: Final = 64 * 1024
ITEMS_MAX_BYTES: Final = 64 * 1024
MOST_ITEMS: Final = 50
DEEPEST: Final = 8
"""Levels of lists and objects inside one item, itself included."""

_LARGEST_INTEGER: Final = 2**63 - 1
_BLOCK_NAME: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_ .-]{0,98}[A-Za-z0-9_])?")
_SET_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")


def is_block_name(name: str) -> bool:
    """Whether `{{ContentBlock['name']}}` can say it."""
    return _BLOCK_NAME.fullmatch(name) is not None


def is_set_name(name: str) -> bool:
    """Whether `{{ProductSet.name[0].title}}` can say it."""
    return _SET_NAME.fullmatch(name) is not None


def block_name(name: str) -> str:
    """Raises Refusal (400)."""
    if not is_block_name(name):
        raise _wrong(
            "name",
            "a content block's name is 1 to 100 letters A-Z, digits, spaces and _ . - "
            "that begins and ends with a letter, a digit or _",
            "choose a name like Footer, for {{ContentBlock['Footer']}}",
        )
    return name


def set_name(name: str) -> str:
    """Raises Refusal (400)."""
    if not is_set_name(name):
        raise _wrong(
            "name",
            "a product set's name is 1 to 100 letters A-Z, digits and _ that do not begin with a digit",
            "choose a name like New_shoes, for {{ProductSet.New_shoes[0].title}}",
        )
    return name


def body(given: object) -> str:
    """Raises Refusal (400)."""
    if not isinstance(given, str):
        raise _wrong("body", "the body of a content block is a text")
    require_storable(given, "body")
    if len(given.encode()) > BODY_MAX_BYTES:
        raise _wrong("body", f"a content block holds at most {BODY_MAX_BYTES} bytes of UTF-8")
    return given


def items(given: object) -> list[dict[str, Value]]:
    """Raises Refusal (400) that names the item at fault."""
    if not isinstance(given, list):
        raise _wrong("items", "the items of a product set are a list of objects")
    listed = cast("list[object]", given)
    if len(listed) > MOST_ITEMS:
        raise _wrong("items", f"a product set holds at most {MOST_ITEMS} items")
    for at, item in enumerate(listed):
        if not isinstance(item, dict):
            raise _wrong(f"items.{at}", "an item of a product set is an object")
        _require_storable(cast("object", item), f"items.{at}", 1)
    if len(json.dumps(listed, ensure_ascii=False, separators=(",", ":")).encode()) > ITEMS_MAX_BYTES:
        raise _wrong("items", f"the items of a product set take at most {ITEMS_MAX_BYTES} bytes as JSON")
    return cast("list[dict[str, Value]]", listed)


def _require_storable(value: object, field: str, depth: int) -> None:
    if depth > DEEPEST and isinstance(value, (dict, list)):
        raise _wrong(field, f"an item is nested at most {DEEPEST} levels deep")
    match value:
        case dict():
            for key, inner in cast("dict[str, object]", value).items():
                require_storable(key, field)
                _require_storable(inner, f"{field}.{key}", depth + 1)
        case list():
            for at, inner in enumerate(cast("list[object]", value)):
                _require_storable(inner, f"{field}.{at}", depth + 1)
        case str():
            require_storable(value, field)
        case bool() | None:
            pass
        case int():
            if abs(value) > _LARGEST_INTEGER:
                raise _wrong(field, "a whole number has at most 64 bits", "write it as text")
        case float():
            if not math.isfinite(value):
                raise _wrong(field, "a number is finite", "write it as text")
        case _:
            raise _wrong(field, "an item holds texts, numbers, booleans, nulls, lists and objects")


def _wrong(field: str, message: str, fix: str | None = None) -> Refusal:
    return Refusal(400, "invalid_field", message, field=field, fix=fix)
