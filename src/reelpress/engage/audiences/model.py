"""Rules: who is meant, as frozen data."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from reelpress.engage.audiences.times import Window

DataType = Literal["string", "double", "bool", "datetime"]
Operator = Literal[
    "exists",
    "empty",
    "filled",
    "in",
    "contains",
    "startsWith",
    "endsWith",
    "lessThan",
    "greaterThan",
    "between",
    "within",
]
"""`is` is `in` with one value; every comparison of date-times but `exists` is `within` a window."""

Scalar: TypeAlias = "str | float | bool"
Turn = Literal["any", "first", "last"]


@dataclass(frozen=True, slots=True)
class Everybody:
    """All users; for events: no condition."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One attribute compared.

    `values` are folded strings where `case_sensitive` is off, and numbers as float. `between` holds
    both ends, inclusive. Of a list one element must compare, with `every` all of at least one.
    `path` are the names to walk where no attribute is called `key`: through objects, and through
    each element of a list of objects. A negated condition also holds for those without the attribute.
    """

    key: str
    data_type: DataType
    operator: Operator
    values: tuple[Scalar, ...] = ()
    window: Window | None = None
    path: tuple[str, ...] = ()
    case_sensitive: bool = False
    every: bool = False
    negate: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """An event that happened in a window between `least` (1 or more) and `most` times.

    Only events that `where` holds for are counted. With `turn` first (last) the first (last) such
    event ever must lie in the window; the counts are then without meaning.
    """

    name: str
    window: Window
    least: int = 1
    most: int | None = None
    turn: Turn = "any"
    where: "AttributeRule" = Everybody()
    negate: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """A custom segment by its id, to be replaced by what it means (`expand`)."""

    segment_id: str
    negate: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """Those listed in a file segment."""

    segment_id: str
    negate: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Rules of which all (`and`) or one (`or`) must hold; negated: must not."""

    operator: Literal["and", "or"]
    rules: "tuple[Rule, ...]"
    negate: bool = False


AttributeRule: TypeAlias = Everybody | Condition | Group
"""What may be said of an event: its groups hold conditions only."""
Rule: TypeAlias = Everybody | Condition | Action | Reference | Member | Group
EVERYBODY = Everybody()
NOBODY = Group("and", (EVERYBODY,), negate=True)
