"""A media campaign's definition as the flat values of a form, and back. Pure.

A value's name is its path in the definition: `parts.0.name`, `mappings.2.fit.rule`. A fault's place,
as services and publication name it (`parts[0].name`), is the same path with brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from pydantic import ValidationError

from reelpress.studio.campaigns.model import SECRET_MASK, CpaasEgress, Definition, WebhookEgress

Values = dict[str, str]
Faults = dict[str, str]

TRANSFORM_SEPARATOR = " | "
SWITCHES = ("connection.encrypted", "connection.egress.extra_keys")
_EGRESSES: dict[str, type[CpaasEgress] | type[WebhookEgress]] = {
    "CPAAS": CpaasEgress,
    "WEBHOOK": WebhookEgress,
}
_INDEX = re.compile(r"\[(\d+)\]")
_WORDS_OF_FIELD = {
    "transforms": "write trim, title, upper, lower, number, number:2 or date:%d %b %Y, with | between",
    "field": "an attribute's name has at most 100 characters, no braces and no space in front",
    "placeholder": "the template's placeholder has an odd name: rename it in the template",
}


class FormFault(Exception):
    """What was typed cannot be kept: `faults` by the place of the value."""

    def __init__(self, values: Values, faults: Faults) -> None:
        super().__init__("the form has faults")
        self.values = values
        self.faults = faults


def values_of(definition: Definition) -> Values:
    """Every leaf as text; nothing is the empty text, and so is a switch that is off."""
    return dict(_leaves("", definition.model_dump(mode="json")))


def video_of(values: Values, stored: Definition) -> Definition:
    """Output, parts and mappings as typed; the connection as stored. Raises FormFault."""
    typed = _tree(values)
    raw = {key: typed[key] for key in ("output", "parts", "mappings") if key in typed}
    definition = _validated(raw, values)
    return definition.model_copy(update={"connection": stored.connection})


def connection_of(values: Values, stored: Definition) -> Definition:
    """The connection details as typed, the rest as stored. Raises FormFault.

    The form may carry the fields of an egress that is not chosen; they are left out.
    """
    raw: dict[str, Any] = dict(_tree(values).get("connection", {}))
    egress: dict[str, Any] = raw.get("egress") or {}
    known = _EGRESSES[egress["type"]].model_fields if egress.get("type") in _EGRESSES else {}
    raw["egress"] = {key: value for key, value in egress.items() if key in known} or None
    connection = _validated({"connection": raw}, values).connection
    return stored.model_copy(update={"connection": connection})


def place_of(name: str) -> str:
    """`mappings.2.fit.rule` -> `mappings[2].fit.rule`."""
    return re.sub(r"\.(\d+)(?=\.|$)", r"[\1]", name)


def name_of(place: str) -> str:
    """The inverse of `place_of`."""
    return _INDEX.sub(r".\1", place)


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if path.endswith(".transforms"):
        yield path, TRANSFORM_SEPARATOR.join(value)
    elif isinstance(value, dict):
        for key, inner in cast(dict[str, Any], value).items():
            yield from _leaves(f"{path}.{key}" if path else key, inner)
    elif isinstance(value, list):
        for index, inner in enumerate(cast(list[Any], value)):
            yield from _leaves(f"{path}.{index}", inner)
    else:
        yield path, _text(path, value)


def _text(path: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "" if path in SWITCHES else "false"
    return "" if value is None else str(value)


def _tree(values: Mapping[str, str]) -> dict[str, Any]:
    """Names with dots as nested objects; objects whose keys are all numbers become lists in their order."""
    root: dict[str, Any] = {}
    for name, text in values.items():
        *path, leaf = name.split(".")
        node: dict[str, Any] | None = root
        for key in path:
            inner = node.setdefault(key, {})
            node = cast(dict[str, Any], inner) if isinstance(inner, dict) else None
            if node is None:
                break
        if node is not None:
            node[leaf] = _typed(name, text)
    return _listed(root)


def _typed(name: str, text: str) -> Any:
    if name.endswith(".transforms"):
        return [part.strip() for part in text.split("|") if part.strip()]
    if name in SWITCHES:
        return bool(text)
    return text if text.strip() and text != SECRET_MASK else None


def _listed(node: dict[str, Any]) -> Any:
    inner = {
        key: _listed(cast(Any, value)) if isinstance(value, dict) else value for key, value in node.items()
    }
    if inner and all(key.isdigit() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner


def _validated(raw: dict[str, Any], values: Values) -> Definition:
    try:
        return Definition.model_validate(raw)
    except ValidationError as fault:
        faults = {_place(error["loc"]): _words(error["loc"], dict(error)) for error in fault.errors()}
        raise FormFault(values, faults) from fault


def _place(location: tuple[int | str, ...]) -> str:
    place = ""
    for key in location:
        if isinstance(key, int):
            place = place if place.endswith("transforms") else f"{place}[{key}]"
        elif key not in _EGRESSES:
            place = f"{place}.{key}" if place else key
    return place


def _words(location: tuple[int | str, ...], error: dict[str, Any]) -> str:
    named = [key for key in location if isinstance(key, str)]
    if error.get("input") is None:
        return "fill this in"
    if error["type"] == "string_pattern_mismatch" and named[-1] in _WORDS_OF_FIELD:
        return _WORDS_OF_FIELD[named[-1]]
    return str(error["msg"]).removeprefix("Input should be ").lower()
