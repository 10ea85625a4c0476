"""Rules: who is meant, as frozen data."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

DataType = Literal["string", "double", "bool", "datetime"]
Operator = Literal[
    "exists",
    "in",
    "contains",
    "startsWith",
    "endsWith",
    "lessThan",
    "greaterThan",
    "between",
]
"""`is` is `in` with one value; `on`, `before` and `after` of a date-time are ranges of the last three."""

Scalar: TypeAlias = "str | float | bool"


@dataclass(frozen=True, slots=True)
class Everybody:
    """All users; for events: no condition."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One attribute compared.

    `values` are folded strings where `case_sensitive` is off, numbers as float, date-times as epoch
    milliseconds. `between` holds both ends, inclusive. A list of strings or numbers matches when
    one element does. A negated condition also holds for those without the attribute.
    """

    key: str
    data_type: DataType
    operator: Operator
    values: tuple[Scalar, ...] = ()
    case_sensitive: bool = False
    negate: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Rules of which all (`and`) or one (`or`) must hold; negated: must not."""

    operator: Literal["and", "or"]
    rules: "tuple[Rule, ...]"
    negate: bool = False


Rule: TypeAlias = Everybody | Condition | Group
EVERYBODY = Everybody()
