"""Ranges of time as filters name them: absolute, on the workspace's clock, or relative to today (pure)."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

KEPT_BOUNDS = 4096
_FIRST_DAY, _LAST_DAY = date(1, 1, 2), date(9999, 12, 30)


@dataclass(frozen=True, slots=True)
class Moment:
    """When a rule is asked: aware, and the time zone in which the workspace's days begin."""

    now: datetime
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Instant:
    """Epoch milliseconds."""

    ms: float


@dataclass(frozen=True, slots=True)
class Wall:
    """A naive time on the workspace's clock."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Day:
    """The start of the day that lies so many days and months from today, negative for the past."""

    days: int = 0
    months: int = 0


@dataclass(frozen=True, slots=True)
class Now:
    """The moment itself; as an exclusive end one millisecond later, so that it lies within."""

    later_ms: int = 0


Edge: TypeAlias = Instant | Wall | Day | Now


@dataclass(frozen=True, slots=True)
class Window:
    """From `low` (inclusive) to `high` (exclusive); None where it is open."""

    low: Edge | None = None
    high: Edge | None = None


ALWAYS = Window()


@lru_cache(KEPT_BOUNDS)
def bounds(window: Window, moment: Moment) -> tuple[float | None, float | None]:
    """Both ends in epoch milliseconds, low inclusive, high exclusive."""
    return _resolved(window.low, moment), _resolved(window.high, moment)


def as_time(milliseconds: float | None) -> datetime | None:
    """An end as an aware time; what no calendar holds counts as open."""
    if milliseconds is None:
        return None
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None


def _resolved(edge: Edge | None, moment: Moment) -> float | None:
    match edge:
        case None:
            return None
        case Instant():
            return edge.ms
        case Now():
            return _milliseconds(moment.now) + edge.later_ms
        case Wall():
            return _on_the_clock(edge.at, moment.zone)
        case Day():
            today = moment.now.astimezone(_zone(moment.zone)).date()
            start = _moved(today, edge)
            return _on_the_clock(datetime(start.year, start.month, start.day), moment.zone)  # noqa: DTZ001 - the zone follows


def _moved(day: date, edge: Day) -> date:
    """Months first, to the month's last day where it is shorter; then days. Kept within the calendar."""
    months = day.year * 12 + day.month - 1 + edge.months
    year, month = divmod(months, 12)
    if not _FIRST_DAY.year <= year <= _LAST_DAY.year:
        return _FIRST_DAY if year < _FIRST_DAY.year else _LAST_DAY
    moved = date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    ordinal = moved.toordinal() + edge.days
    return date.fromordinal(min(max(ordinal, _FIRST_DAY.toordinal()), _LAST_DAY.toordinal()))


def _on_the_clock(wall: datetime, zone: str) -> float:
    """Epoch milliseconds; in a gap of the clock as if it had not been put forward yet, of two the first."""
    try:
        return _milliseconds(wall.replace(tzinfo=_zone(zone)))
    except OverflowError:
        return _milliseconds(wall.replace(tzinfo=UTC))


def _milliseconds(at: datetime) -> float:
    elapsed = at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return float((elapsed.days * 86_400 + elapsed.seconds) * 1000 + elapsed.microseconds // 1000)


@lru_cache(KEPT_BOUNDS)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
