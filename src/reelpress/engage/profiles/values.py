"""What an attribute may hold: limits, inferred types, date-times.

Values that break a limit are shortened or left out, never refused: a client that sends a thousand
users must not lose them for one long string (contract of the Data API, value rules and data model).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final, TypeAlias, cast

from reelpress.engage.profiles.model import AttributeType

JsonValue: TypeAlias = "str | int | float | bool | list[JsonValue] | dict[str, JsonValue] | None"

LONGEST_STRING = 512
LONGEST_NAME = 200
LONGEST_LIST = 254
LARGEST_OBJECT_BYTES = 25_000
MOST_OBJECT_KEYS = 100
MOST_OBJECT_ELEMENTS = 100
DEEPEST_OBJECT = 2
FORBIDDEN_IN_OBJECT_KEYS = frozenset("$.%#")
FIRST_MILLISECOND_EPOCH = 1e11
"""Numbers above this are epoch milliseconds, those below are seconds (1e11 s is the year 5138)."""

_LARGEST_INTEGER = 2**63 - 1
_URL = re.compile(r"https?://\S+\Z", re.IGNORECASE)
_DATE_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ]?(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?)?\Z", re.ASCII
)

_BROWSER_DATE = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2} \d\d \d{4} \d\d:\d\d:\d\d GMT[+-]\d{4})(?: \([^()]{1,60}\))?\Z", re.ASCII
)


class Dropped(Enum):
    """Stands for a value that is not stored."""

    DROPPED = "dropped"


DROPPED: Final = Dropped.DROPPED


def clean_name(name: str) -> str | None:
    """An attribute's name as it is stored, None for a name that cannot be one."""
    name = name.replace("\0", "")
    return name if 1 <= len(name) <= LONGEST_NAME and _is_unicode(name) else None


def clean(value: JsonValue) -> JsonValue | Dropped:
    """A value within the limits. What cannot be stored is dropped: a null, an over-long URL, an
    oversized object, a number that is none, text that is not Unicode."""
    match value:
        case None:
            return DROPPED
        case bool():
            return value
        case int() | float():
            return _number(value)
        case str():
            return _string(value)
        case list():
            return _list(value)
        case dict():
            return _object(value)


def clean_attributes(
    attributes: dict[str, JsonValue], most: int, most_objects: int | None = None
) -> dict[str, JsonValue]:
    """The attributes that can be stored, at most `most` of them and `most_objects` objects, in order."""
    kept: dict[str, JsonValue] = {}
    objects = 0
    for name, value in attributes.items():
        key, cleaned = clean_name(name), clean(value)
        if key is None or isinstance(cleaned, Dropped) or len(kept) >= most:
            continue
        if most_objects is not None and holds_objects(cleaned):
            objects += 1
            if objects > most_objects:
                continue
        kept[key] = cleaned
    return kept


def holds_objects(value: object) -> bool:
    """Whether a value is an object or a list with objects in it: of these a profile holds a few only."""
    if isinstance(value, list):
        return any(isinstance(item, dict) for item in cast("list[object]", value))
    return isinstance(value, dict)


def infer_type(value: JsonValue) -> AttributeType:
    """The type a value is catalogued under."""
    match value:
        case bool():
            return "bool"
        case int() | float():
            return "double"
        case str():
            return "string" if parse_moment(value) is None else "datetime"
        case list():
            return "array"
        case _:
            return "object"


def parse_date_time(text: str) -> datetime | None:
    """A date or date-time in the accepted spellings, naive where it names no zone; else None."""
    match = _DATE_TIME.match(text)
    if match is None:
        return None
    day, time, fraction, zone = match.groups()
    try:
        return datetime.fromisoformat(f"{day}T{time or '00:00:00'}.{(fraction or '0')[:6]:0<6}{zone or ''}")
    except ValueError:
        return None


def parse_browser_date(text: str) -> datetime | None:
    """The aware moment of a date as browsers print it (`Thu Mar 24 2016 17:46:45 GMT+0530`); else None."""
    match = _BROWSER_DATE.match(text)
    try:
        return datetime.strptime(match[1], "%b %d %Y %H:%M:%S GMT%z") if match else None
    except ValueError:
        return None


def parse_moment(text: str) -> int | None:
    """Epoch milliseconds of a date or date-time, in UTC where it names no zone; else None."""
    moment = parse_date_time(text)
    if moment is None:
        return None
    try:
        aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return None
    elapsed = aware - datetime(1970, 1, 1, tzinfo=UTC)
    return (elapsed.days * 86_400 + elapsed.seconds) * 1000 + elapsed.microseconds // 1000


def moment_of(value: object) -> float | None:
    """Epoch milliseconds of an attribute read as a date-time: text, or a number of seconds or of ms."""
    match value:
        case bool():
            return None
        case int() | float():
            number = float(value)
            return number if abs(number) > FIRST_MILLISECOND_EPOCH else number * 1000
        case str():
            return parse_moment(value)
        case _:
            return None


def fold(text: str) -> str:
    """Text for comparison without regard to case."""
    return text.casefold().replace("\0", "")


def folded(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The strings of a profile without regard to case, also those in lists, objects and lists of objects."""
    return {key: found for key, value in attributes.items() if (found := _folded(value)) is not None}


def moments(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The date-times among a profile's strings as epoch milliseconds, also those in objects and lists of
    objects; the texts of a list are never date-times."""
    return {key: found for key, value in attributes.items() if (found := _moments(value)) is not None}


def _folded(value: object) -> str | list[Any] | dict[str, Any] | None:
    match value:
        case str():
            return fold(value)
        case list():
            items = cast("list[object]", value)
            return [_folded(item) for item in items if _is_text_or_object(item)]
        case dict():
            return folded(cast("dict[str, Any]", value))
        case _:
            return None


def _is_text_or_object(value: object) -> bool:
    return isinstance(value, (str, dict))


def _moments(value: object) -> int | list[Any] | dict[str, Any] | None:
    match value:
        case str():
            return parse_moment(value)
        case list():
            items = cast("list[object]", value)
            return [moments(cast("dict[str, Any]", item)) for item in items if isinstance(item, dict)] or None
        case dict():
            return moments(cast("dict[str, Any]", value)) or None
        case _:
            return None


def _number(value: int | float) -> int | float | Dropped:
    try:
        number = float(value)
    except OverflowError:
        return DROPPED
    if not math.isfinite(number):
        return DROPPED
    return number if abs(value) > _LARGEST_INTEGER else value


def _is_unicode(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def _string(value: str) -> str | Dropped:
    value = value.replace("\0", "")
    if not _is_unicode(value):
        return DROPPED
    if len(value) <= LONGEST_STRING:
        return value
    # Half a URL is worse than none.
    return DROPPED if _URL.match(value) else value[:LONGEST_STRING]


def _list(values: list[JsonValue]) -> list[JsonValue] | Dropped:
    if any(isinstance(value, (dict, list)) for value in values):
        return _sized([_within(value, 1) for value in values[:MOST_OBJECT_ELEMENTS]])
    kept = [value for item in values[:LONGEST_LIST] if not isinstance(value := clean(item), Dropped)]
    plain_numbers = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in kept)
    return kept if plain_numbers else [_as_text(value) for value in kept]


def _object(value: dict[str, JsonValue]) -> dict[str, JsonValue] | Dropped:
    return _sized(cast("dict[str, JsonValue]", _within(value, 1)))


def _sized(value: Any) -> Any:
    return value if len(json.dumps(value, ensure_ascii=False).encode()) <= LARGEST_OBJECT_BYTES else DROPPED


def _within(value: JsonValue, level: int) -> JsonValue:
    if isinstance(value, (dict, list)) and level > DEEPEST_OBJECT:
        return _as_text(value)
    if isinstance(value, dict):
        pairs = [(_object_key(name), item) for name, item in value.items()]
        named = [(name, item) for name, item in pairs if name is not None][:MOST_OBJECT_KEYS]
        return {name: _within(item, level + 1) for name, item in named}
    if isinstance(value, list):
        return [_within(item, level + 1) for item in value[:MOST_OBJECT_ELEMENTS]]
    cleaned = clean(value)
    return None if isinstance(cleaned, Dropped) else cleaned


def _object_key(name: str) -> str | None:
    return None if FORBIDDEN_IN_OBJECT_KEYS & set(name) else clean_name(name)


def _as_text(value: JsonValue) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False).replace("\\u0000", "")[:LONGEST_STRING]
