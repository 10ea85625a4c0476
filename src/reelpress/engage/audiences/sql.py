"""A rule as a WHERE clause over `profiles p`; every name and value is a parameter.

Comparisons read the derived columns (`folded`, `moments`), so that they decide as `match` does.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from reelpress.engage.audiences.model import Condition, Everybody, Group, Rule

_Test: TypeAlias = Callable[[str], str]
"""From the SQL of a value to the SQL of its comparison."""

_IDS: Mapping[str, str] = {"uid": "p.customer_id", "id": "p.id"}
_SEEN: Mapping[str, str] = {"cr_t": "p.created_at", "u_l_a": "p.last_seen_at"}
_JSON_TYPES: Mapping[str, tuple[str, str]] = {
    "string": ("string", "text"),
    "double": ("number", "float8"),
    "bool": ("boolean", "boolean"),
}
_FIRST_MILLISECOND_EPOCH = "1e11"


def sql(rule: Rule, first: int = 1) -> tuple[str, list[Any]]:
    """The condition and its arguments; parameters are numbered from `first`."""
    writer = _Writer(first)
    return writer.rule(rule), writer.arguments


class _Writer:
    def __init__(self, first: int) -> None:
        self.first = first
        self.arguments: list[Any] = []

    def rule(self, rule: Rule) -> str:
        match rule:
            case Everybody():
                return "true"
            case Group():
                joined = f" {rule.operator.upper()} ".join(self.rule(part) for part in rule.rules)
                return f"NOT ({joined})" if rule.negate else f"({joined})"
            case Condition():
                found = self._holds(rule)
                return f"NOT {found}" if rule.negate else found

    def _holds(self, condition: Condition) -> str:
        if condition.operator == "exists":
            return self._exists(condition.key)
        if condition.data_type == "datetime":
            return self._date_time(condition)
        return self._typed(condition)

    def _exists(self, key: str) -> str:
        if key in _IDS:
            return f"({_IDS[key]} IS NOT NULL)"
        return "true" if key in _SEEN else f"(p.attributes ? {self._argument(key, 'text')})"

    def _typed(self, condition: Condition) -> str:
        """The value, or one element of a list, has the JSON type and compares as asked; never NULL."""
        kind, sql_type = _JSON_TYPES[condition.data_type]
        value = self._value(condition)
        test = self._test(condition, sql_type)

        def fits(json: str) -> str:
            compared = test(f"({json} #>> '{{}}')::{sql_type}")
            return f"CASE WHEN jsonb_typeof({json}) = '{kind}' THEN {compared} ELSE false END"

        elements = f"(SELECT bool_or({fits('e')}) FROM jsonb_array_elements({value}) AS e)"  # noqa: S608 - parameters only
        return (
            f"(CASE WHEN jsonb_typeof({value}) = 'array' THEN coalesce({elements}, false) "
            f"ELSE {fits(value)} END)"
        )

    def _value(self, condition: Condition) -> str:
        folded = condition.data_type == "string" and not condition.case_sensitive
        if condition.key in _IDS and not (folded and condition.key == "uid"):
            return f"to_jsonb({_IDS[condition.key]})"
        document = "p.folded" if folded else "p.attributes"
        return f"({document} -> {self._argument(condition.key, 'text')})"

    def _date_time(self, condition: Condition) -> str:
        test = self._test(condition, "float8")
        key = self._argument(condition.key, "text")
        moment = f"(p.moments ->> {key})::float8"
        if condition.key in _SEEN:
            seen = f"(floor(extract(epoch FROM {_SEEN[condition.key]})) * 1000)::float8"
            moment = f"CASE WHEN p.attributes ? {key} THEN {moment} ELSE {seen} END"
        number = f"(p.attributes ->> {key})::float8"
        epoch = f"CASE WHEN abs({number}) > {_FIRST_MILLISECOND_EPOCH} THEN {number} ELSE {number} * 1000 END"
        is_number = f"jsonb_typeof(p.attributes -> {key}) = 'number'"
        return f"coalesce({test(f'(CASE WHEN {is_number} THEN {epoch} ELSE {moment} END)')}, false)"

    def _test(self, condition: Condition, sql_type: str) -> _Test:
        values = list(condition.values)
        match condition.operator:
            case "in":
                wanted = self._argument(values, f"{sql_type}[]")
                return lambda value: f"{value} = ANY({wanted})"
            case "contains" | "startsWith" | "endsWith":
                return self._text_test(condition.operator, self._argument(values, "text[]"))
            case "lessThan" | "greaterThan":
                bound = self._argument(values[0], sql_type)
                sign = "<" if condition.operator == "lessThan" else ">"
                return lambda value: f"{value} {sign} {bound}"
            case "between":
                low, high = (self._argument(end, sql_type) for end in values)
                return lambda value: f"{value} BETWEEN {low} AND {high}"
            case "exists":
                raise AssertionError("exists compares nothing")

    def _text_test(self, operator: str, texts: str) -> _Test:
        tests: Mapping[str, _Test] = {
            "contains": lambda value: f"strpos({value}, t) > 0",
            "startsWith": lambda value: f"starts_with({value}, t)",
            "endsWith": lambda value: f"right({value}, length(t)) = t",
        }
        test = tests[operator]
        return lambda value: f"(SELECT bool_or({test(value)}) FROM unnest({texts}) AS t)"  # noqa: S608 - parameters only

    def _argument(self, value: Any, sql_type: str) -> str:
        self.arguments.append(value)
        return f"${self.first + len(self.arguments) - 1}::{sql_type}"
