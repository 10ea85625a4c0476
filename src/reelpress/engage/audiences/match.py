"""A rule as a function of one profile: compiled once, called for every event (pure)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias, cast

from reelpress.engage.audiences.model import (
    Action,
    Condition,
    Everybody,
    Group,
    Member,
    Reference,
    Rule,
    Scalar,
)
from reelpress.engage.audiences.times import ALWAYS, Moment, as_time, bounds
from reelpress.engage.profiles.values import fold, moment_of


@dataclass(frozen=True, slots=True)
class Happening:
    """An event as rules see it."""

    at: datetime
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a rule is asked of: attributes (of profiles `attributes_for_template`), the events it may
    need by their name, and the file segments that list this profile."""

    attributes: Mapping[str, Any]
    moment: Moment
    events: Mapping[str, Sequence[Happening]] = field(default_factory=dict[str, Sequence[Happening]])
    segments: frozenset[str] = frozenset()


Matcher: TypeAlias = Callable[[Subject], bool]
_Asked: TypeAlias = Callable[[Mapping[str, Any], Subject], bool]
"""Whether a rule holds for attributes, which are the subject's own or those of one of its events."""
_Test: TypeAlias = Callable[[Any], bool]


def matches(rule: Rule, subject: Subject) -> bool:
    """Whether the rule holds; compile the rule instead where it is asked more than once."""
    return compile_rule(rule)(subject)


def compile_rule(rule: Rule) -> Matcher:
    """A function of a subject. Raises ValueError for a custom segment that was not expanded."""
    asked = _compiled(rule)
    return lambda subject: asked(subject.attributes, subject)


def _compiled(rule: Rule) -> _Asked:
    match rule:
        case Everybody():
            return lambda attributes, subject: True  # noqa: ARG005 - the shape of a rule
        case Group():
            return _group(rule)
        case Condition():
            return _condition(rule)
        case Action():
            return _action(rule)
        case Member():
            listed, wanted = rule.segment_id, not rule.negate
            return lambda _, subject: (listed in subject.segments) is wanted
        case Reference():
            raise ValueError(f"the custom segment {rule.segment_id} was not expanded")


def _group(group: Group) -> _Asked:
    parts = tuple(_compiled(rule) for rule in group.rules)
    combine = all if group.operator == "and" else any
    wanted = not group.negate
    return lambda attributes, subject: combine(part(attributes, subject) for part in parts) is wanted


def _action(action: Action) -> _Asked:
    where, wanted = _compiled(action.where), not action.negate

    def times(subject: Subject) -> Iterable[datetime]:
        return (one.at for one in subject.events.get(action.name, ()) if where(one.attributes, subject))

    def counted(subject: Subject, low: datetime | None, high: datetime | None) -> bool:
        count = sum(_lies_within(at, low, high) for at in times(subject))
        return count >= action.least and (action.most is None or count <= action.most)

    def in_turn(subject: Subject, low: datetime | None, high: datetime | None) -> bool:
        found = (
            min(times(subject), default=None) if action.turn == "first" else max(times(subject), default=None)
        )
        return found is not None and _lies_within(found, low, high)

    holds = counted if action.turn == "any" else in_turn

    def asked(_: Mapping[str, Any], subject: Subject) -> bool:
        low, high = bounds(action.window, subject.moment)
        return holds(subject, as_time(low), as_time(high)) is wanted

    return asked


def _lies_within(at: datetime, low: datetime | None, high: datetime | None) -> bool:
    return (low is None or at >= low) and (high is None or at < high)


def _condition(condition: Condition) -> _Asked:
    wanted = not condition.negate
    if condition.operator == "exists":
        return lambda attributes, _: bool(_values(attributes, condition)) is wanted
    if condition.operator == "within":
        return lambda attributes, subject: _lies_in(attributes, subject, condition) is wanted
    test = _element_test(condition)
    if condition.every:
        return lambda attributes, _: (
            (bool(elements := _elements(attributes, condition)) and all(map(test, elements))) is wanted
        )
    return lambda attributes, _: any(map(test, _elements(attributes, condition))) is wanted


def _lies_in(attributes: Mapping[str, Any], subject: Subject, condition: Condition) -> bool:
    low, high = bounds(condition.window or ALWAYS, subject.moment)
    moments = [found for value in _values(attributes, condition) if (found := moment_of(value)) is not None]
    return any((low is None or at >= low) and (high is None or at < high) for at in moments)


def _values(attributes: Mapping[str, Any], condition: Condition) -> list[Any]:
    """What the attribute holds: one value where it has that name, else what its path leads to."""
    if condition.key in attributes:
        return [attributes[condition.key]]
    found: list[Any] = [attributes] if condition.path else []
    for name in condition.path:
        objects = [cast("dict[str, Any]", one) for item in found for one in _spread(item) if _is_object(one)]
        found = [one[name] for one in objects if name in one]
    return found


def _elements(attributes: Mapping[str, Any], condition: Condition) -> list[Any]:
    return [element for value in _values(attributes, condition) for element in _spread(value)]


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping)


def _spread(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _element_test(condition: Condition) -> _Test:
    compare = _comparison(condition, condition.values)
    match condition.data_type:
        case "string" if condition.case_sensitive:
            return lambda value: isinstance(value, str) and compare(value)
        case "string":
            return lambda value: isinstance(value, str) and compare(fold(value))
        case "bool":
            return lambda value: isinstance(value, bool) and compare(value)
        case _:
            return lambda value: (
                isinstance(value, (int, float)) and not isinstance(value, bool) and compare(float(value))
            )


def _comparison(condition: Condition, values: tuple[Scalar, ...]) -> _Test:
    wanted = frozenset(values)
    texts = cast("tuple[str, ...]", values)
    match condition.operator:
        case "in":
            return lambda value: value in wanted
        case "contains":
            return lambda value: any(text in value for text in texts)
        case "startsWith":
            return lambda value: value.startswith(texts)
        case "endsWith":
            return lambda value: value.endswith(texts)
        case "lessThan":
            return lambda value: value < values[0]
        case "greaterThan":
            return lambda value: value > values[0]
        case "between":
            return lambda value: values[0] <= value <= values[1]
        case "empty":
            return lambda value: value == ""
        case "filled":
            return lambda value: value != ""
        case "exists" | "within":
            raise AssertionError("asked of the attribute, not of a value")
