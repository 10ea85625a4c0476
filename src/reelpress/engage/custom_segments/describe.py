"""A filter in words, for the `description` of a custom segment (pure)."""

from datetime import datetime
from typing import Any, cast

from reelpress.engage.custom_segments.model import Json
from reelpress.engage.profiles.values import parse_date_time

_OPERATORS = {
    "in": "is",
    "is": "is",
    "on": "is on",
    "between": "is in-between",
    "lessThan": "is less than",
    "greaterThan": "is greater than",
    "contains": "contains",
    "containsInTheFollowing": "contains",
    "startWithInTheFollowing": "starts with",
    "endsWithInTheFollowing": "ends with",
    "inTheLast": "is in the last",
    "inTheNext": "is in the next",
    "before": "is before",
    "after": "is after",
    "today": "is today",
    "exists": "exists",
    "isEmpty": "is empty",
    "isNotEmpty": "is not empty",
}
_EXECUTIONS = {"firstTime": "for the first time", "lastTime": "for the last time"}
_EVENT_PREFIX = "MOE_"


def describe(filters: Json) -> str:
    """Every filter joined by AND or OR, groups in brackets; filters that parse are expected."""
    if "filters" in filters:
        operator = f" {str(filters.get('filter_operator', 'and')).upper()} "
        parts = [_part(one) for one in cast("list[Json]", filters["filters"])]
        return ("NOT " if filters.get("negate") else "") + operator.join(parts)
    return _part(filters)


def _part(one: Json) -> str:
    if "filters" in one:
        return f"({describe(one)})"
    match one.get("filter_type"):
        case "actions":
            return _action(one)
        case "custom_segments":
            named = one.get("name") or one.get("id")
            return f"{'Not in' if one.get('negate') else 'In'} custom segment {named}"
        case "all_users":
            return "All users"
        case _:
            return _attribute(one)


def _attribute(one: Json) -> str:
    operator = str(one.get("operator"))
    words = _OPERATORS.get(operator, operator)
    negated = "not " if one.get("negate") else ""
    values = _values(one.get("value")) if operator not in ("exists", "today", "isEmpty", "isNotEmpty") else ""
    if operator in ("inTheLast", "inTheNext"):
        values += f" {one.get('period_unit') or 'days'}"
    if operator == "between" and one.get("value1") is not None:
        values += f" and {_values(one['value1'])}"
    case = "case sensitive" if one.get("case_sensitive") else "case insensitive"
    shown = f"  ({case})" if one.get("data_type") == "string" and values else ""
    return f"{one.get('name')}  {negated}{words} {values}".rstrip() + shown


def _action(one: Json) -> str:
    executed = "Has executed" if one.get("executed", True) else "Has not executed"
    words = [executed, _event_name(str(one.get("action_name"))), _execution(one.get("execution") or {})]
    words.append(_period(one.get("primary_time_range") or {}))
    attributes: Json = one.get("attributes") or {}
    if attributes.get("filters"):
        words.append(f"with ({describe(attributes)})")
    return " ".join(word for word in words if word)


def _execution(execution: Json) -> str:
    kind, count = str(execution.get("type", "atleast")), execution.get("count", 1)
    return _EXECUTIONS.get(kind) or f"{kind} {count} {'time' if count == 1 else 'times'}"


def _period(period: Json) -> str:
    kind, unit = period.get("type"), period.get("period_unit") or "days"
    relative = str(period.get("value_type", "")).startswith("relative")
    value, value1 = _day(period.get("value"), relative), _day(period.get("value1"), relative)
    match kind:
        case "between":
            return f"in-between {value} and {value1}"
        case "inTheLast":
            return f"in the last {value} {unit}"
        case None:
            return ""
        case _:
            return f"{kind} {value} {unit + ' ago' if relative else ''}".rstrip()


def _event_name(name: str) -> str:
    """`MOE_EMAIL_SENT` is shown as Email Sent; names of the workspace's own events as they are."""
    if not name.startswith(_EVENT_PREFIX):
        return name
    return name.removeprefix(_EVENT_PREFIX).replace("_", " ").title()


def _day(value: Any, relative: bool) -> str:
    at = parse_date_time(value) if isinstance(value, str) and not relative else None
    return _shown_day(at) if at else str(value)


def _shown_day(at: datetime) -> str:
    return f"{at:%b} {at.day:02}, {at.year}"


def _values(value: Any) -> str:
    if isinstance(value, list):
        return " or ".join(str(item) for item in cast("list[object]", value))
    return str(value).lower() if isinstance(value, bool) else str(value)
