"""From the filter JSON of MoEngage's APIs to a rule, with the path of every fault (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from reelpress.engage.audiences.model import EVERYBODY, Condition, Group, Rule
from reelpress.engage.audiences.operators import parse_comparison
from reelpress.engage.profiles.standard import STANDARD_ATTRIBUTES, key_of
from reelpress.engage.profiles.values import clean_name
from reelpress.platform.errors import Refusal

DEEPEST_NESTING = 5
MOST_CONDITIONS = 100
SEEN_KEYS = frozenset({"cr_t", "u_l_a"})

_DATETIME_KEYS = frozenset(one.key for one in STANDARD_ATTRIBUTES if one.type == "datetime")


class RuleFault(Refusal):
    """A filter that cannot be used; `field` is its path, such as `filters[1].value`."""

    def __init__(self, path: str, message: str, fix: str | None = None) -> None:
        super().__init__(400, "bad_filter", message, field=path or None, fix=fix)
        self.path = path


@dataclass(slots=True)
class _Reading:
    """What is being read: filters of a profile or of an event, with the workspace's display names."""

    of: Literal["user", "event"]
    display_names: Mapping[str, str]
    conditions: int = 0


def parse_rule(
    document: object, display_names: Mapping[str, str] | None = None, path: str = "audience"
) -> Rule:
    """An audience: `{"is_all_user_campaign": true}`, a filter group, or both kinds of groups as
    `{"included_filters": ..., "excluded_filters": ...}`.

    Attributes may be named by key, payload name or display name. Raises RuleFault.
    """
    fields = _object(document, path)
    reading = _Reading("user", display_names or {})
    if fields.get("is_all_user_campaign") is True or fields.get("filter_type") == "all_users":
        included: Rule = EVERYBODY
    elif "included_filters" in fields:
        included = _filter(fields["included_filters"], f"{path}.included_filters", reading, 1)
    else:
        included = _filter(fields, path, reading, 1)
    if not fields.get("excluded_filters"):
        return included
    excluded = _filter(fields["excluded_filters"], f"{path}.excluded_filters", reading, 1)
    return Group("and", (included, Group("and", (excluded,), negate=True)))


def parse_event_rule(document: object, path: str = "attributes") -> Rule:
    """Conditions on an event's attributes, in the same grammar; none at all means every such event.

    Raises RuleFault.
    """
    if document is None or document == {}:
        return EVERYBODY
    fields = _object(document, path)
    if fields.get("filters") == []:
        return EVERYBODY
    return _filter(fields, path, _Reading("event", {}), 1)


def _filter(document: object, path: str, reading: _Reading, level: int) -> Rule:
    fields = _object(document, path)
    if "filters" in fields or "filter_operator" in fields:
        return _group(fields, path, reading, level)
    kind = fields.get("filter_type")
    if kind == "all_users":
        return EVERYBODY
    if kind in ("actions", "custom_segments"):
        raise RuleFault(
            f"{path}.filter_type", f"filters of the type {kind} are not available yet", "use user_attributes"
        )
    return _condition(fields, path, reading)


def _group(fields: dict[str, Any], path: str, reading: _Reading, level: int) -> Rule:
    if level > DEEPEST_NESTING:
        raise RuleFault(path, "Query has too many nesting levels", f"nest at most {DEEPEST_NESTING} groups")
    operator = fields.get("filter_operator", "and")
    if operator not in ("and", "or"):
        raise RuleFault(f"{path}.filter_operator", "a group combines its filters with `and` or `or`")
    filters = fields.get("filters")
    if not isinstance(filters, list) or not filters:
        raise RuleFault(
            f"{path}.filters",
            "a group needs at least one filter",
            'for everybody say {"is_all_user_campaign": true}' if reading.of == "user" else None,
        )
    items = cast("list[object]", filters)
    rules = tuple(
        _filter(item, f"{path}.filters[{index}]", reading, level + 1) for index, item in enumerate(items)
    )
    return Group(operator, rules, negate=_flag(fields, "negate", path))


def _condition(fields: dict[str, Any], path: str, reading: _Reading) -> Condition:
    reading.conditions += 1
    if reading.conditions > MOST_CONDITIONS:
        raise RuleFault(path, "Query length limit exceeded", f"use at most {MOST_CONDITIONS} filters")
    key = _key(fields, path, reading)
    try:
        comparison = parse_comparison(fields, default_type="datetime" if key in _DATETIME_KEYS else None)
    except ValueError as fault:
        field, message = fault.args
        raise RuleFault(f"{path}.{field}", message) from fault
    if reading.of == "user" and key in SEEN_KEYS and comparison.data_type != "datetime":
        raise RuleFault(f"{path}.data_type", "first and last seen are compared as datetime")
    return Condition(
        key=key,
        data_type=comparison.data_type,
        operator=comparison.operator,
        values=comparison.values,
        case_sensitive=comparison.case_sensitive,
        negate=_flag(fields, "negate", path) != comparison.negate,
    )


def _key(fields: dict[str, Any], path: str, reading: _Reading) -> str:
    name = fields.get("name")
    if not isinstance(name, str) or clean_name(name) != name:
        raise RuleFault(f"{path}.name", "a filter names the attribute it compares, in 1 to 200 characters")
    if not _encodable(name):
        raise RuleFault(f"{path}.name", "this name is not valid Unicode text")
    if reading.of == "event":
        return name
    standard = key_of(name)
    return standard if standard != name else reading.display_names.get(name, name)


def _flag(fields: dict[str, Any], name: str, path: str) -> bool:
    value = fields.get(name, False)
    if not isinstance(value, bool):
        raise RuleFault(f"{path}.{name}", f"{name} is true or false")
    return value


def _object(document: object, path: str) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise RuleFault(path, "a filter is a JSON object")
    return cast("dict[str, Any]", document)


def _encodable(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)
