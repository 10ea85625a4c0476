"""MoEngage's filters of dates and times."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reelpress.engage.personalize.model import Value
from reelpress.engage.personalize.run import running
from reelpress.engage.personalize.texts import LONGEST_FORMAT, BadInput, text_of

_NO_OFFSET: Final = -1000


def date_time(
    value: Value,
    toFormat: str = "yyyy-MM-dd",  # noqa: N803 - MoEngage's keyword
    timeZone: str | None = None,  # noqa: N803 - MoEngage's keyword
    tzOffset: int | None = None,  # noqa: N803 - MoEngage's keyword
) -> str:
    """A date or time in `toFormat` (`dd MMM yyyy HH:mm` letters, or strftime where it holds a `%`).

    `tzOffset` is in minutes east of UTC and wins over `timeZone`; null and -1000 stand for "not given".
    With neither the value keeps the time zone it is written in, UTC where it names none.
    """
    zone = _zone(timeZone, tzOffset)
    moment = _moment(value)
    return _written(moment.astimezone(zone) if zone else moment, toFormat)


def days(value: Value, other: Value) -> int:
    """Whole days from the value's date to the other; negative where the other lies before."""
    return (_moment(other).date() - _moment(value).date()).days


def today(toFormat: Value, timeZone: str = "UTC") -> str:  # noqa: N803 - MoEngage's keyword
    """Now in a time zone; the format is what the filter stands behind."""
    zone = _zone(timeZone, None)
    return _written(running.get().context.now.astimezone(zone), text_of(toFormat))


def _written(moment: datetime, pattern: str) -> str:
    if len(pattern) > LONGEST_FORMAT:
        raise BadInput(f"a date format has at most {LONGEST_FORMAT} characters")
    if "%" not in pattern:
        return _PATTERN.sub(lambda match: _part(match, moment), pattern)
    if _WIDTH.search(pattern):
        raise BadInput("a date format takes no widths")
    return moment.strftime(pattern)


def _moment(value: Value) -> datetime:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        seconds = value / 1000 if abs(value) > 1e11 else value
        try:
            return datetime.fromtimestamp(seconds, UTC)
        except (OverflowError, ValueError, OSError) as fault:
            raise BadInput("dateTimeFormatter: the number is no epoch time") from fault
    text, zone = _without_zone_name(text_of(value).strip())
    try:
        moment = datetime.fromisoformat(_DAY_FIRST.sub(r"\3-\2-\1", text))
    except ValueError as fault:
        raise BadInput("the value is neither an ISO 8601 date or time nor dd/mm/yyyy") from fault
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _without_zone_name(text: str) -> tuple[str, tzinfo]:
    head, _, name = text.rpartition(" ")
    hours = _ABBREVIATIONS.get(name)
    return (text, UTC) if hours is None else (head, timezone(timedelta(hours=hours)))


def _zone(name: str | None, offset_minutes: int | None) -> tzinfo | None:
    if offset_minutes is not None and offset_minutes != _NO_OFFSET:
        if abs(offset_minutes) >= 24 * 60:
            raise BadInput("dateTimeFormatter: tzOffset is in minutes and below one day")
        return timezone(timedelta(minutes=offset_minutes))
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError) as fault:
        raise BadInput("the time zone is unknown") from fault


_DAY_FIRST: Final = re.compile(r"\A(\d\d)/(\d\d)/(\d{4})")
_WIDTH: Final = re.compile(r"%[-_0^#]*\d")
_ABBREVIATIONS: Final[dict[str, float]] = {
    "UTC": 0, "GMT": 0, "IST": 5.5, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
    "PST": -8, "PDT": -7,
}  # fmt: skip
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
