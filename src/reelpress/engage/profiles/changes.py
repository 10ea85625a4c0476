"""One update of a profile as data, and what it makes of the attributes (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from reelpress.engage.profiles.standard import DERIVED_KEYS, STANDARD_KEYS
from reelpress.engage.profiles.values import LONGEST_LIST, holds_objects

MOST_CUSTOM_ATTRIBUTES = 256
MOST_OBJECT_ATTRIBUTES = 10
WRITE_ONCE_KEYS = frozenset(
    {"publisher_name", "campaign_name", "u_l_a", "cr_t", "moe_gaid", "advertising_identifier"}
)
"""Standard attributes the Track User call may create but not change."""


@dataclass(frozen=True, slots=True)
class Identity:
    """How a payload names a customer: the customer id, else identifiers as (attribute key, value)."""

    customer_id: str | None
    identifiers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Unset:
    """Attributes to remove, by a rule on their key."""

    rule: Literal["equals", "prefix", "suffix", "contains"]
    text: str
    case_sensitive: bool = True

    def covers(self, key: str) -> bool:
        key, text = (key, self.text) if self.case_sensitive else (key.casefold(), self.text.casefold())
        match self.rule:
            case "equals":
                return key == text
            case "prefix":
                return key.startswith(text)
            case "suffix":
                return key.endswith(text)
            case "contains":
                return text in key


def _nothing() -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Change:
    """One update: values to set, elements to add to or remove from arrays, attributes to remove.

    Keys are attribute keys; values are within the limits. `platforms` maps a platform to whether the
    customer is active there.
    """

    set: Mapping[str, Any] = field(default_factory=_nothing)
    add: Mapping[str, Any] = field(default_factory=_nothing)
    remove: Mapping[str, Any] = field(default_factory=_nothing)
    unset: tuple[Unset, ...] = ()
    platforms: Mapping[str, bool] = field(default_factory=_nothing)


def apply(attributes: Mapping[str, Any], change: Change) -> dict[str, Any]:
    """The attributes after the change. Removal wins over setting; applying twice equals applying once."""
    result = dict(attributes)
    room = MOST_CUSTOM_ATTRIBUTES - sum(key not in STANDARD_KEYS for key in result)
    objects = {key for key, value in result.items() if holds_objects(value)}
    for key, value in {**change.set, **_arrays(result, change)}.items():
        if holds_objects(value):
            if key not in objects and len(objects) >= MOST_OBJECT_ATTRIBUTES:
                continue
            objects.add(key)
        if key in result:
            if key not in WRITE_ONCE_KEYS:
                result[key] = value
        elif key in STANDARD_KEYS or room > 0:
            result[key] = value
            room -= key not in STANDARD_KEYS
    return {key: value for key, value in result.items() if key in DERIVED_KEYS or not _is_unset(key, change)}


def changed_keys(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The keys whose value was set, replaced or removed, sorted."""
    absent = object()
    return sorted(
        key
        for key in before.keys() | after.keys()
        if not _same(before.get(key, absent), after.get(key, absent))
    )


def _is_unset(key: str, change: Change) -> bool:
    return any(rule.covers(key) for rule in change.unset)


def _same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other


def _arrays(attributes: Mapping[str, Any], change: Change) -> dict[str, list[Any]]:
    arrays: dict[str, list[Any]] = {}
    for key, values in change.add.items():
        base = _as_list(change.set.get(key, attributes.get(key)))
        added = [value for value in dict.fromkeys(values) if value not in base]
        arrays[key] = [*base, *added][:LONGEST_LIST]
    for key, values in change.remove.items():
        if key in attributes or key in change.set:
            base = _as_list(change.set.get(key, attributes.get(key)))
            arrays[key] = [value for value in base if value not in values]
    return arrays


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(cast("list[Any]", value)) if isinstance(value, list) else [value]
