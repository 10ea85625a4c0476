"""The operators of the filter grammar and what their values must be (pure)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from reelpress.engage.audiences.model import DataType, Operator, Scalar
from reelpress.engage.profiles.values import fold, parse_moment

MOST_VALUES = 500
LONGEST_VALUE = 512
DAY_MS = 86_400_000

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
        "on": "between",
        "is": "between",
        "between": "between",
        "before": "lessThan",
        "lessThan": "lessThan",
        "after": "greaterThan",
        "greaterThan": "greaterThan",
        "exists": "exists",
    },
}
_ONE_DAY = ("on", "is")
_SEVERAL = frozenset({"in", "contains", "startsWith", "endsWith"})
_OPERATOR_ALIASES = {"isSet": "exists", "is_set": "exists", "equals": "is"}
_TYPE_ALIASES: Mapping[str, DataType] = {
    "string": "string",
    "double": "double",
    "number": "double",
    "bool": "bool",
    "boolean": "bool",
    "datetime": "datetime",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """An operator with its values, ready to be compared."""

    data_type: DataType
    operator: Operator
    values: tuple[Scalar, ...]
    case_sensitive: bool
    negate: bool = False


def parse_comparison(fields: Mapping[str, Any], default_type: DataType | None) -> Comparison:
    """Read data_type, operator, value, value1 and case_sensitive of a filter.

    Raises ValueError(field, message).
    """
    data_type = _data_type(fields, default_type)
    name = _operator_name(fields.get("operator"))
    operator = _OPERATORS[data_type].get(name)
    if operator is None:
        known = ", ".join(_OPERATORS[data_type])
        raise ValueError("operator", f"a {data_type} is compared with one of: {known}")
    case_sensitive = fields.get("case_sensitive", False)
    if not isinstance(case_sensitive, bool):
        raise ValueError("case_sensitive", "case_sensitive is true or false")
    if operator == "exists":
        return Comparison(data_type, operator, (), case_sensitive, negate=fields.get("value") is False)
    values = _values(fields, data_type, operator, one_day=name in _ONE_DAY)
    if data_type == "string" and not case_sensitive:
        values = tuple(fold(cast("str", value)) for value in values)
    return Comparison(data_type, operator, values, case_sensitive)


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


def _values(
    fields: Mapping[str, Any], data_type: DataType, operator: Operator, *, one_day: bool
) -> tuple[Scalar, ...]:
    value: object = fields.get("value")
    if operator == "between" and not one_day:
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
    found = tuple(_scalar(item, data_type, "value") for item in items)
    if data_type == "datetime" and one_day:
        day = math.floor(cast("float", found[0]) / DAY_MS) * DAY_MS
        return float(day), float(day + DAY_MS - 1)
    return found


def _scalar(value: object, data_type: DataType, field: str) -> Scalar:
    match data_type:
        case "string":
            return _text(value, field)
        case "double":
            return _number(value, field)
        case "bool":
            if isinstance(value, bool):
                return value
            raise ValueError(field, "a bool is compared with true or false")
        case "datetime":
            moment = parse_moment(value) if isinstance(value, str) else None
            if moment is None:
                raise ValueError(field, "a datetime is written YYYY-MM-DD or YYYY-MM-DDTHH:mm:ssZ")
            return float(moment)


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
