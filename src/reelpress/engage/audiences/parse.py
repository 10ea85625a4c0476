"""From the filter JSON of MoEngage's APIs to a rule, with the path of every fault (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from reelpress.engage.audiences.model import (
    EVERYBODY,
    Action,
    AttributeRule,
    Condition,
    Group,
    Reference,
    Rule,
    Turn,
)
from reelpress.engage.audiences.operators import parse_comparison
from reelpress.engage.audiences.periods import parse_window
from reelpress.engage.audiences.times import ALWAYS, Window
from reelpress.engage.profiles.standard import STANDARD_ATTRIBUTES, key_of
from reelpress.engage.profiles.values import LONGEST_NAME, clean_name
from reelpress.platform.errors import Refusal

DEEPEST_NESTING = 5
MOST_CONDITIONS = 100
LONGEST_PATH = 4
"""Names in a nested attribute."""
MOST_TIMES = 1_000_000
SEEN_KEYS = frozenset({"cr_t", "u_l_a"})
TOO_DEEP = "Query has too many nesting levels"
TOO_LONG = "Query length limit exceeded"

_DATETIME_KEYS = frozenset(one.key for one in STANDARD_ATTRIBUTES if one.type == "datetime")
_KINDS = ("user_attributes", "actions", "custom_segments", "all_users")
_GROUP_KINDS = (None, "nested_filters", "and", "or")
_TURNS: Mapping[str, Turn] = {"firstTime": "first", "lastTime": "last"}
_COUNTS = ("atleast", "exactly", "atmost")


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


def parse_event_rule(document: object, path: str = "attributes") -> AttributeRule:
    """Conditions on an event's attributes, in the same grammar; none at all means every such event.

    Raises RuleFault.
    """
    return _event_conditions(document, path, _Reading("event", {}), 1)


def _event_conditions(document: object, path: str, reading: _Reading, level: int) -> AttributeRule:
    if document is None or document == {}:
        return EVERYBODY
    fields = _object(document, path)
    if fields.get("filters") == []:
        return EVERYBODY
    return cast("AttributeRule", _filter(fields, path, reading, level))


def _filter(document: object, path: str, reading: _Reading, level: int) -> Rule:
    fields = _object(document, path)
    kind = fields.get("filter_type")
    if kind in _GROUP_KINDS and ("filters" in fields or "filter_operator" in fields):
        return _group(fields, path, reading, level)
    if kind == "all_users":
        return EVERYBODY
    reading.conditions += 1
    if reading.conditions > MOST_CONDITIONS:
        raise RuleFault(path, TOO_LONG, f"use at most {MOST_CONDITIONS} filters")
    if kind in ("actions", "custom_segments") and reading.of == "event":
        raise RuleFault(f"{path}.filter_type", "an event is described by its own attributes only")
    if kind == "actions":
        return _action(fields, path, reading)
    if kind == "custom_segments":
        return _reference(fields, path)
    if reading.of == "user" and kind not in (None, "user_attributes"):
        raise RuleFault(f"{path}.filter_type", f"a filter is one of: {', '.join(_KINDS)}")
    return _condition(fields, path, reading)


def _group(fields: dict[str, Any], path: str, reading: _Reading, level: int) -> Rule:
    if level > DEEPEST_NESTING:
        raise RuleFault(path, TOO_DEEP, f"nest at most {DEEPEST_NESTING} groups")
    kind = fields.get("filter_type")
    operator = fields.get("filter_operator", kind if kind in ("and", "or") else "and")
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
    key = _key(fields, path, reading)
    try:
        comparison = parse_comparison(fields, default_type="datetime" if key in _DATETIME_KEYS else None)
    except ValueError as fault:
        raise _fault(fault, path) from fault
    if reading.of == "user" and key in SEEN_KEYS and comparison.data_type != "datetime":
        raise RuleFault(f"{path}.data_type", "first and last seen are compared as datetime")
    return Condition(
        key=key,
        data_type=comparison.data_type,
        operator=comparison.operator,
        values=comparison.values,
        window=comparison.window,
        path=_path(key),
        case_sensitive=comparison.case_sensitive,
        every=comparison.every,
        negate=_flag(fields, "negate", path) != comparison.negate,
    )


def _action(fields: dict[str, Any], path: str, reading: _Reading) -> Rule:
    name = fields.get("action_name")
    if not isinstance(name, str) or clean_name(name) != name:
        raise RuleFault(f"{path}.action_name", f"an action names an event, in 1 to {LONGEST_NAME} characters")
    executed = fields.get("executed", True)
    if not isinstance(executed, bool):
        raise RuleFault(f"{path}.executed", "executed is true or false")
    negate = _flag(fields, "negate", path) == executed
    within = _Reading("event", {}, reading.conditions)
    where = _event_conditions(fields.get("attributes"), f"{path}.attributes", within, 1)
    reading.conditions = within.conditions
    window = _window(fields.get("primary_time_range"), f"{path}.primary_time_range")
    execution = _object(fields.get("execution") or {}, f"{path}.execution")
    kind = execution.get("type", "atleast")
    if isinstance(kind, str) and kind in _TURNS:
        return Action(name, window, turn=_TURNS[kind], where=where, negate=negate)
    least, most = _times(kind, execution.get("count", 1), f"{path}.execution")
    if most == 0:
        return Action(name, window, where=where, negate=not negate)
    if least == 0:
        return Group("and", (EVERYBODY,), negate=negate)
    return Action(name, window, least, most, where=where, negate=negate)


def _times(kind: object, count: object, path: str) -> tuple[int, int | None]:
    """How often at least and at most; somebody who did it `atmost` three times did it once at least."""
    if kind not in _COUNTS:
        raise RuleFault(f"{path}.type", f"an execution is one of: {', '.join((*_COUNTS, *_TURNS))}")
    if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= MOST_TIMES:
        raise RuleFault(f"{path}.count", f"a count is a whole number from 0 to {MOST_TIMES}")
    if kind == "atleast":
        return count, None
    return (count, count) if kind == "exactly" else (1, count)


def _window(document: object, path: str) -> Window:
    """When the events happened; left out: at any time."""
    if document is None or document == {}:
        return ALWAYS
    fields = _object(document, path)
    kind = fields.get("type")
    if kind not in ("on", "inTheLast", "before", "after", "between", "today"):
        raise RuleFault(
            f"{path}.type", "a time range is one of: on, inTheLast, before, after, between, today"
        )
    try:
        return parse_window(kind, fields)
    except ValueError as fault:
        raise _fault(fault, path) from fault


def _reference(fields: dict[str, Any], path: str) -> Reference:
    segment_id = fields.get("id")
    if not isinstance(segment_id, str) or not segment_id or clean_name(segment_id) != segment_id:
        raise RuleFault(f"{path}.id", "a custom segment is named by its id")
    return Reference(segment_id, negate=_flag(fields, "negate", path))


def _key(fields: dict[str, Any], path: str, reading: _Reading) -> str:
    name = fields.get("name")
    if not isinstance(name, str) or clean_name(name) != name:
        raise RuleFault(
            f"{path}.name", f"a filter names the attribute it compares, in 1 to {LONGEST_NAME} characters"
        )
    if reading.of == "event":
        return name
    standard = key_of(name)
    return standard if standard != name else reading.display_names.get(name, name)


def _path(key: str) -> tuple[str, ...]:
    """The names in `address.city` or `orders[].price`; none in a key that is no path."""
    names = tuple(name.removesuffix("[]") for name in key.split("."))
    return names if 2 <= len(names) <= LONGEST_PATH and all(names) else ()


def _flag(fields: dict[str, Any], name: str, path: str) -> bool:
    value = fields.get(name, False)
    if not isinstance(value, bool):
        raise RuleFault(f"{path}.{name}", f"{name} is true or false")
    return value


def _object(document: object, path: str) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise RuleFault(path, "a filter is a JSON object")
    return cast("dict[str, Any]", document)


def _fault(fault: ValueError, path: str) -> RuleFault:
    field, message = fault.args
    return RuleFault(f"{path}.{field}", message)
