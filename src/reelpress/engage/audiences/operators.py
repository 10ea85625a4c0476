"""The operators of the filter grammar and what their values must be (pure)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from reelpress.engage.audiences.model import DataType, Operator, Scalar
from reelpress.engage.audiences.periods import parse_window
from reelpress.engage.audiences.times import Window
from reelpress.engage.profiles.values import fold

MOST_VALUES = 500
LONGEST_VALUE = 512

_OPERATORS: Mapping[DataType, Mapping[str, Operator]] = {
    "string": {
        "is": "in",
        "in": "in",
        "contains": "contains",
        "containsInTheFollowing": "contains",
        "startWithInTheFollowing": "startsWith",
        "startsWith": "startsWith",
        "endsWithInTheFollowing": "endsWith",
        "endsWith": "endsWith",
        "isEmpty": "empty",
        "isNotEmpty": "filled",
        "exists": "exists",
    },
    "double": {
        "is": "in",
        "in": "in",
        "between": "between",
        "lessThan": "lessThan",
        "greaterThan": "greaterThan",
        "exists": "exists",
    },
    "bool": {"is": "in", "exists": "exists"},
    "datetime": {
        "inTheLast": "within",
        "on": "within",
        "is": "within",
        "between": "within",
        "before": "within",
        "lessThan": "within",
        "after": "within",
        "greaterThan": "within",
        "inTheNext": "within",
        "today": "within",
        "exists": "exists",
    },
}
_PERIODS = {"is": "on", "lessThan": "before", "greaterThan": "after"}
_NO_VALUE = frozenset({"empty", "filled"})
_SEVERAL = frozenset({"in", "contains", "startsWith", "endsWith"})
_OPERATOR_ALIASES = {
    "isSet": "exists",
    "is_set": "exists",
    "equals": "is",
    "is_empty": "isEmpty",
    "is_not_empty": "isNotEmpty",
}
_TYPE_ALIASES: Mapping[str, DataType] = {
    "string": "string",
    "double": "double",
    "number": "double",
    "bool": "bool",
    "boolean": "bool",
    "datetime": "datetime",
}
_EVERY: Mapping[str, bool] = {"any": False, "any_of": False, "all": True, "all_of": True}


@dataclass(frozen=True, slots=True)
class Comparison:
    """An operator with its values, ready to be compared."""

    data_type: DataType
    operator: Operator
    case_sensitive: bool
    every: bool
    values: tuple[Scalar, ...] = ()
    window: Window | None = None
    negate: bool = False


def parse_comparison(fields: Mapping[str, Any], default_type: DataType | None) -> Comparison:
    """Read data_type, operator, value, value1, case_sensitive and array_filter_type of a filter, and
    of a date-time also value_type and period_unit.

    Raises ValueError(field, message).
    """
    data_type = _data_type(fields, default_type)
    name = _operator_name(fields.get("operator"))
    operator = _OPERATORS[data_type].get(name)
    if operator is None:
        known = ", ".join(_OPERATORS[data_type])
        raise ValueError("operator", f"a {data_type} is compared with one of: {known}")
    case_sensitive, every = _case_sensitive(fields), _every(fields)
    if operator == "exists":
        absent = fields.get("value") is False
        return Comparison(data_type, operator, case_sensitive, every=False, negate=absent)
    if operator in _NO_VALUE:
        return Comparison(data_type, operator, case_sensitive, every)
    if operator == "within":
        window = parse_window(_PERIODS.get(name, name), fields)
        return Comparison(data_type, operator, case_sensitive, every=False, window=window)
    values = _values(fields, data_type, operator)
    if data_type == "string" and not case_sensitive:
        values = tuple(fold(cast("str", value)) for value in values)
    return Comparison(data_type, operator, case_sensitive, every, values)


def _data_type(fields: Mapping[str, Any], default: DataType | None) -> DataType:
    given = fields.get("data_type")
    if given is not None:
        data_type = _TYPE_ALIASES.get(str(given))
        if data_type is None:
            raise ValueError("data_type", f"a data type is one of: {', '.join(_OPERATORS)}")
        return data_type
    return default or _type_of(fields.get("value"), str(fields.get("operator")))


def _type_of(value: object, operator: str) -> DataType:
    """The type a value suggests where the filter names none."""
    first = cast("list[object]", value)[0] if isinstance(value, list) and value else cast("object", value)
    if _operator_name(operator) == "exists" or not isinstance(first, (bool, int, float)):
        return "string"
    return "bool" if isinstance(first, bool) else "double"


def _operator_name(given: object) -> str:
    return _OPERATOR_ALIASES.get(str(given), str(given))


def _case_sensitive(fields: Mapping[str, Any]) -> bool:
    given = fields.get("case_sensitive", False)
    if not isinstance(given, bool):
        raise ValueError("case_sensitive", "case_sensitive is true or false")
    return given


def _every(fields: Mapping[str, Any]) -> bool:
    given = fields.get("array_filter_type", "any")
    if not isinstance(given, str) or given not in _EVERY:
        raise ValueError("array_filter_type", "of a list, any or all of its elements are compared")
    return _EVERY[given]


def _values(fields: Mapping[str, Any], data_type: DataType, operator: Operator) -> tuple[Scalar, ...]:
    value: object = fields.get("value")
    if operator == "between":
        ends = cast("list[object]", value) if isinstance(value, list) else [value, fields.get("value1")]
        if len(ends) != 2:
            raise ValueError("value", "between needs two values: value and value1")
        return _scalar(ends[0], data_type, "value"), _scalar(ends[1], data_type, "value1")
    items = cast("list[object]", value) if isinstance(value, list) else [value]
    most = MOST_VALUES if operator in _SEVERAL else 1
    if not 1 <= len(items) <= most:
        raise ValueError(
            "value", "this operator needs one value" if most == 1 else f"give 1 to {most} values"
        )
    return tuple(_scalar(item, data_type, "value") for item in items)


def _scalar(value: object, data_type: DataType, field: str) -> Scalar:
    if data_type == "string":
        return _text(value, field)
    if data_type == "double":
        return _number(value, field)
    if isinstance(value, bool):
        return value
    raise ValueError(field, "a bool is compared with true or false")


def _text(value: object, field: str) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_VALUE:
        raise ValueError(field, f"a string is compared with text of at most {LONGEST_VALUE} characters")
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in value):
        raise ValueError(field, "this is not valid Unicode text")
    return value


def _number(value: object, field: str) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if math.isfinite(number):
            return number
    raise ValueError(field, "a double is compared with a number")
