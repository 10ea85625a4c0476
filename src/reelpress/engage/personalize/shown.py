"""Values as the engine may hold them.

The engine offers every public attribute of a Python object to the template: `UserAttribute['items']` would
be a method of dict where no such attribute exists, and `.append()` would change the data. So maps and lists
go in with their methods hidden, and come out plain.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from reelpress.engage.personalize.model import Value


class ShownMap(dict[str, "Value"]):
    """A dict of which a template can see the entries only."""

    __slots__ = ()

    def __getattribute__(self, name: str) -> Any:
        return _only_internal(self, name)


class ShownList(list["Value"]):
    """A list of which a template can see the elements only."""

    __slots__ = ()

    def __getattribute__(self, name: str) -> Any:
        return _only_internal(self, name)


def _only_internal(value: object, name: str) -> Any:
    if name.startswith("_"):  # what Python itself asks for; the engine never looks up such names
        return object.__getattribute__(value, name)
    raise AttributeError(name)


def shown(value: Value) -> Value:
    if isinstance(value, dict):
        return ShownMap({key: shown(inner) for key, inner in value.items()})
    if isinstance(value, list):
        return ShownList([shown(inner) for inner in value])
    return value


def plain(value: Value) -> Value:
    """The value again as dict, list, text, number, boolean or None all the way down."""
    if isinstance(value, dict):
        # the bound method is hidden
        entries = cast("Iterable[tuple[object, Value]]", dict[Any, Any].items(cast("dict[Any, Any]", value)))
        return {str(key): plain(inner) for key, inner in entries}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in cast("list[Value]", value)]
    return value
