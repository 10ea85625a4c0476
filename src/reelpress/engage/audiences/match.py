"""A rule as a function of attributes: compiled once, called for every event (pure)."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, cast

from reelpress.engage.audiences.model import Condition, Everybody, Group, Rule, Scalar
from reelpress.engage.profiles.values import fold, moment_of

Matcher: TypeAlias = Callable[[Mapping[str, Any]], bool]
_Test: TypeAlias = Callable[[Any], bool]
_ABSENT = object()


def matches(rule: Rule, attributes: Mapping[str, Any]) -> bool:
    """Whether the rule holds; compile the rule instead where it is asked more than once."""
    return compile_rule(rule)(attributes)


def compile_rule(rule: Rule) -> Matcher:
    """A function of attributes. For profiles hand it `profiles.service.attributes_for_template`."""
    match rule:
        case Everybody():
            return lambda attributes: True  # noqa: ARG005 - the shape of a matcher
        case Group():
            return _group(rule)
        case Condition():
            return _condition(rule)


def _group(group: Group) -> Matcher:
    parts = tuple(compile_rule(rule) for rule in group.rules)
    combine = all if group.operator == "and" else any
    wanted = not group.negate
    return lambda attributes: combine(part(attributes) for part in parts) is wanted


def _condition(condition: Condition) -> Matcher:
    key, wanted = condition.key, not condition.negate
    if condition.operator == "exists":
        return lambda attributes: (key in attributes) is wanted
    element = _element_test(condition)
    test = element if condition.data_type == "datetime" else _any_element(element)
    return lambda attributes: test(attributes.get(key, _ABSENT)) is wanted


def _any_element(test: _Test) -> _Test:
    def holds(value: Any) -> bool:
        if isinstance(value, list):
            return any(test(element) for element in cast("list[Any]", value))
        return test(value)

    return holds


def _element_test(condition: Condition) -> _Test:
    match condition.data_type:
        case "string":
            compare = _comparison(condition, cast("tuple[str, ...]", condition.values))
            return _text_test(compare, case_sensitive=condition.case_sensitive)
        case "double":
            compare = _comparison(condition, condition.values)
            return lambda value: (
                isinstance(value, (int, float)) and not isinstance(value, bool) and compare(float(value))
            )
        case "bool":
            return lambda value: isinstance(value, bool) and value in condition.values
        case "datetime":
            compare = _comparison(condition, condition.values)
            return lambda value: (moment := moment_of(value)) is not None and compare(moment)


def _text_test(compare: _Test, *, case_sensitive: bool) -> _Test:
    if case_sensitive:
        return lambda value: isinstance(value, str) and compare(value)
    return lambda value: isinstance(value, str) and compare(fold(value))


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
        case "exists":
            return lambda value: value is not _ABSENT
