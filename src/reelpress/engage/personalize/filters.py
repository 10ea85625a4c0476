"""MoEngage's filters beside the standard ones of the engine."""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, cast
from urllib.parse import quote, unquote_plus
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from minijinja import safe

from reelpress.engage.personalize.model import Value
from reelpress.engage.personalize.shown import plain

NOT_SEND: Final = "MOE_NOT_SEND"
_NO_OFFSET: Final = -1000
_LONGEST_FORMAT: Final = 200


class AbsentInput(Exception):
    """A filter was applied to a missing value."""

    def __init__(self, filter_name: str) -> None:
        super().__init__(filter_name)
        self.filter_name = filter_name


class NotSendAsked(Exception):
    """The template itself decided against sending; `reason` is None for `default('MOE_NOT_SEND')`."""

    def __init__(self, reason: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason


class BadInput(Exception):
    """A filter cannot work on its input; the message names the filter and the rule, never the value."""


def default(value: Value = None, fallback: Value = "", boolean: bool = False) -> Value:
    if value is not None and (value or not boolean):
        return value
    if fallback == NOT_SEND:
        raise NotSendAsked
    return fallback


def moe_not_send(reason: str = "the template asked not to send") -> str:
    raise NotSendAsked(str(reason)[:_LONGEST_FORMAT])


def sha256(value: Value, key: str = "") -> str:
    """Hex SHA-256 of the text followed by the salt `key`."""
    return hashlib.sha256((_text(value) + key).encode()).hexdigest()


def sha256_no_salt(value: Value) -> str:
    return hashlib.sha256(_text(value).encode()).hexdigest()


def base64_encode(value: Value) -> str:
    return base64.b64encode(_text(value).encode()).decode()


def base64_decode(value: Value) -> str:
    text = _text(value)
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as fault:
        raise BadInput("base64decode needs the base64 form of UTF-8 text") from fault


def url_encode(value: Value) -> str:
    """Percent-encoded, and marked so that a URL destination does not encode it twice."""
    return safe(quote(_text(value), safe=""))


def url_decode(value: Value) -> str:
    return unquote_plus(_text(value))


def to_json(value: Value) -> str:
    return safe(json.dumps(plain(value), ensure_ascii=False))


def pairs(value: Value) -> Value:
    """Key and value of each entry of an object, in order."""
    return [[key, inner] for key, inner in _entries(value).items()]


def sorted_pairs(value: Value) -> Value:
    return [[key, inner] for key, inner in sorted(_entries(value).items())]


def _entries(value: Value) -> dict[str, Value]:
    entries = plain(value)
    if not isinstance(entries, dict):
        raise BadInput("items and dictsort need an object")
    return entries


def unchanged(value: Value) -> Value:
    """For `safe`, `e` and `escape`: the destination escapes, the author cannot switch it off."""
    return value


def date_time(
    value: Value,
    toFormat: str = "yyyy-MM-dd",  # noqa: N803 - MoEngage's keyword
    timeZone: str | None = None,  # noqa: N803 - MoEngage's keyword
    tzOffset: int | None = None,  # noqa: N803 - MoEngage's keyword
) -> str:
    """A date or time in `toFormat` (`dd MMM yyyy HH:mm` letters, or strftime where it holds a `%`).

    `tzOffset` is in minutes and wins over `timeZone`; null and -1000 stand for "not given".
    """
    if len(toFormat) > _LONGEST_FORMAT:
        raise BadInput(f"dateTimeFormatter: the format is longer than {_LONGEST_FORMAT} characters")
    moment = _moment(value).astimezone(_zone(timeZone, tzOffset))
    return (
        moment.strftime(toFormat) if "%" in toFormat else _PATTERN.sub(lambda m: _part(m, moment), toFormat)
    )


def _moment(value: Value) -> datetime:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        seconds = value / 1000 if abs(value) > 1e11 else value
        try:
            return datetime.fromtimestamp(seconds, UTC)
        except (OverflowError, ValueError, OSError) as fault:
            raise BadInput("dateTimeFormatter: the number is no epoch time") from fault
    try:
        moment = datetime.fromisoformat(_text(value).strip())
    except ValueError as fault:
        raise BadInput("dateTimeFormatter: the value is not an ISO 8601 date or time") from fault
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _zone(name: str | None, offset_minutes: int | None) -> timezone | ZoneInfo:
    if offset_minutes is not None and offset_minutes != _NO_OFFSET:
        if abs(offset_minutes) >= 24 * 60:
            raise BadInput("dateTimeFormatter: tzOffset is in minutes and below one day")
        return timezone(timedelta(minutes=offset_minutes))
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError) as fault:
        raise BadInput("dateTimeFormatter: the time zone is unknown") from fault


_PATTERN: Final = re.compile(r"'([^']*)'|y+|M+|d+|E+|H+|h+|m+|s+|a+|X+|Z+")
_WIDE: Final = {"y": "%Y", "M": "%B", "E": "%A"}
_NAMED: Final = {"yy": "%y", "MMM": "%b", "E": "%a", "EE": "%a", "EEE": "%a", "a": "%p", "Z": "%z"}
_NUMBERS: Final[dict[str, Callable[[datetime], int]]] = {
    "M": lambda moment: moment.month,
    "d": lambda moment: moment.day,
    "H": lambda moment: moment.hour,
    "h": lambda moment: (moment.hour - 1) % 12 + 1,
    "m": lambda moment: moment.minute,
    "s": lambda moment: moment.second,
}


def _part(match: re.Match[str], moment: datetime) -> str:
    letters = match[0]
    if letters.startswith("'"):
        return match[1] or "'"
    if letters in _NAMED:
        return moment.strftime(_NAMED[letters])
    if letters[0] == "X":
        return moment.strftime("%z") or "Z"
    if letters[0] in _NUMBERS and len(letters) <= 2:
        return str(_NUMBERS[letters[0]](moment)).zfill(len(letters))
    return moment.strftime(_WIDE.get(letters[0], letters))


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        return json.dumps(plain(value), ensure_ascii=False)
    return str(value)


def _needs_input(name: str, function: Callable[..., Value]) -> Callable[..., Value]:
    @functools.wraps(function)
    def guarded(value: object = None, *args: object, **kwargs: object) -> Value:
        if value is None:
            raise AbsentInput(name)
        try:
            return function(cast("Value", value), *args, **kwargs)
        except TypeError as fault:
            raise BadInput(f"{name}: an argument is missing, unknown or of the wrong type") from fault

    return guarded


_ON_VALUES: Final[dict[str, Callable[..., Value]]] = {
    "convertToSHA256": sha256,
    "convertToSHA256NoSalt": sha256_no_salt,
    "base64encode": base64_encode,
    "base64decode": base64_decode,
    "urlencode": url_encode,
    "urldecode": url_decode,
    "dateTimeFormatter": date_time,
    "dateFormatter": date_time,
    "tojson": to_json,
    "items": pairs,
    "dictsort": sorted_pairs,
    "safe": unchanged,
    "e": unchanged,
    "escape": unchanged,
}

FILTERS: Final[dict[str, Callable[..., Value]]] = {
    "default": default,
    "d": default,
    **{name: _needs_input(name, function) for name, function in _ON_VALUES.items()},
}

STANDARD_FILTERS: Final = (
    frozenset({"abs", "batch", "bool", "capitalize", "count", "filesizeformat", "first", "float", "format"})
    | {"groupby", "indent", "int", "join", "last", "length", "lines", "list", "lower", "map", "max", "min"}
    | {"pluralize", "reject", "rejectattr", "replace", "reverse", "round", "select", "selectattr", "slice"}
    | {"sort", "split", "string", "striptags", "sum", "title", "trim", "truncate", "unique", "upper"}
    | {"wordwrap", "zip"}
)
"""What campaign templates may use of the engine's own filters."""
