"""What a mapping may do to a value before it is shown."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation


class TransformFault(ValueError):
    """The value does not suit the transform; the message names the transform and never the value."""


def apply_transforms(value: str, transforms: tuple[str, ...]) -> str:
    for transform in transforms:
        name, _, argument = transform.partition(":")
        value = TRANSFORMS[name](value, argument)
    return value


def check_transform(transform: str) -> str | None:
    """What is wrong with a transform's spelling, or None."""
    name, _, argument = transform.partition(":")
    if name not in TRANSFORMS:
        return f"{name!r} is not one of {', '.join(TRANSFORMS)}."
    if name == "number" and argument not in {"", "in"} and not (argument.isdigit() and int(argument) <= 6):
        return "write number, number:in or number:0 to number:6."
    if name == "date" and len(argument) > 60:
        return "the date format is longer than 60 characters."
    return None


def _title(value: str, _: str) -> str:
    """Capitals at the start of words only; `str.title` would write O'Brien'S."""
    return " ".join(word[:1].upper() + word[1:] for word in value.split(" "))


def _number(value: str, argument: str) -> str:
    try:
        number = Decimal(value.replace(",", "").replace(" ", ""))
    except InvalidOperation:
        raise TransformFault("number: the value is not a number") from None
    if not number.is_finite() or abs(number) >= Decimal("1e18"):
        raise TransformFault("number: the value is out of range")
    if argument.isdigit():
        return f"{number:,.{argument}f}"
    whole = number == number.to_integral_value()
    text = f"{number:,.0f}" if whole else f"{number:,.2f}"
    return _indian(text) if argument == "in" else text


def _indian(text: str) -> str:
    """1,234,567.50 -> 12,34,567.50"""
    head, dot, tail = text.replace(",", "").partition(".")
    sign, digits = ("-", head[1:]) if head.startswith("-") else ("", head)
    groups = [digits[-3:]]
    digits = digits[:-3]
    while digits:
        groups.append(digits[-2:])
        digits = digits[:-2]
    return sign + ",".join(reversed(groups)) + dot + tail


def _date(value: str, argument: str) -> str:
    try:
        moment = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
    except ValueError:
        raise TransformFault("date: the value is not an ISO 8601 date") from None
    return moment.strftime(argument or "%d %b %Y")


TRANSFORMS: dict[str, Callable[[str, str], str]] = {
    "trim": lambda value, _: value.strip(),
    "upper": lambda value, _: value.upper(),
    "lower": lambda value, _: value.lower(),
    "title": _title,
    "number": _number,
    "date": _date,
}
