"""Audience filters whose value comes from the business event: `is_dynamic_value` (pure)."""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, cast

from reelpress.engage.audiences.parse import RuleFault
from reelpress.engage.campaigns.model import Json
from reelpress.engage.profiles.values import parse_moment

_VALUE = re.compile(
    r"\s*\{\{\s*BusinessEventAttribute\s*(?:\[\s*(?:'([^']+)'|\"([^\"]+)\")\s*\]|\.\s*(\w+))\s*\}\}\s*"
)
_ValueOf: TypeAlias = Callable[[str, str, str], Any]
"""From an attribute's name, the data type of the filter and its path to the value."""
_SAMPLES: Mapping[str, Any] = {
    "double": 0,
    "number": 0,
    "bool": True,
    "boolean": True,
    "datetime": "2000-01-01",
}


def attribute_names(audience: Json) -> set[str]:
    """The attributes of the business event that the audience compares with. Raises RuleFault."""
    names: set[str] = set()

    def note(name: str, data_type: str, path: str) -> Any:
        names.add(name)
        return _sample(name, data_type, path)

    _filled(audience, "audience", note)
    return names


def sampled(audience: Json) -> Json:
    """The audience with a value of the right type at each place, for checking the rest. Raises RuleFault."""
    return cast("Json", _filled(audience, "audience", _sample))


def resolved(audience: Json, attributes: Mapping[str, Any]) -> Json:
    """The audience with the trigger's values.

    Raises RuleFault when an attribute is not there or its type is not that of the filter: then nobody
    is meant.
    """

    def value_of(name: str, data_type: str, path: str) -> Any:
        if name not in attributes:
            raise RuleFault(path, f"the trigger has no attribute {name!r}, which the audience compares with")
        value: Any = attributes[name]
        items: list[Any] = cast("list[Any]", value) if isinstance(value, list) else [value]
        if not all(_is(item, data_type) for item in items):
            raise RuleFault(path, f"the attribute {name!r} is no {data_type}, as the audience needs it")
        return cast("Any", value)

    return cast("Json", _filled(audience, "audience", value_of))


def _filled(part: object, path: str, value_of: _ValueOf) -> object:
    if isinstance(part, list):
        items = cast("list[object]", part)
        return [_filled(item, f"{path}[{index}]", value_of) for index, item in enumerate(items)]
    if not isinstance(part, dict):
        return part
    fields = cast("dict[str, object]", part)
    filled = {name: _filled(value, f"{path}.{name}", value_of) for name, value in fields.items()}
    if fields.get("is_dynamic_value") is not True:
        return filled
    for key in ("value", "value1"):
        if key in fields:
            name = _name(fields[key], f"{path}.{key}")
            filled[key] = value_of(name, str(fields.get("data_type", "string")), f"{path}.{key}")
    return filled


def _name(value: Any, path: str) -> str:
    match = _VALUE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise RuleFault(path, "a dynamic value is written {{BusinessEventAttribute['name']}}")
    return match[1] or match[2] or match[3]


def _sample(name: str, data_type: str, path: str) -> Any:
    del name, path
    return _SAMPLES.get(data_type, "x")


def _is(value: Any, data_type: str) -> bool:
    if data_type in ("bool", "boolean"):
        return isinstance(value, bool)
    if data_type in ("double", "number"):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if data_type == "datetime":
        return isinstance(value, str) and parse_moment(value) is not None
    return isinstance(value, str)
