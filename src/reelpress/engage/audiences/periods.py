"""The time ranges of filters: of a date-time attribute, and of the events of an action (pure)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from reelpress.engage.audiences.times import Day, Edge, Instant, Now, Wall, Window
from reelpress.engage.profiles.values import parse_date_time

MOST_UNITS = 3650
DATE_CHARACTERS = len("YYYY-MM-DD")
TYPES = ("on", "inTheLast", "inTheNext", "before", "after", "between", "today")

_ABSOLUTE = ("absolute",)
_RELATIVE: Mapping[str, int] = {"relative_past": -1, "relative_future": 1}
_UNITS: Mapping[str, tuple[int, int]] = {
    "day": (1, 0),
    "days": (1, 0),
    "week": (7, 0),
    "weeks": (7, 0),
    "month": (0, 1),
    "months": (0, 1),
}


def parse_window(kind: str, fields: Mapping[str, Any]) -> Window:
    """The range that `kind` with value, value1, value_type and period_unit names.

    A time without a zone is on the workspace's clock, and so is a day: `on` takes the date as it is
    written. Relative values are whole days, weeks or months from today. Raises ValueError(field, message).
    """
    if kind not in TYPES:
        raise ValueError("type", f"a time range is one of: {', '.join(TYPES)}")
    if kind == "today":
        return Window(Day(0), Day(1))
    if kind == "inTheLast":
        return Window(_day(fields, "value", -1), Now(later_ms=1))
    if kind == "inTheNext":
        return Window(Now(), _day_after(_day(fields, "value", 1)))
    value_type = fields.get("value_type") or "absolute"
    if isinstance(value_type, str) and value_type in _RELATIVE:
        return _relative(kind, fields, _RELATIVE[value_type])
    if value_type not in _ABSOLUTE:
        raise ValueError("value_type", f"a value is one of: {', '.join((*_ABSOLUTE, *_RELATIVE))}")
    return _absolute(kind, fields)


def _relative(kind: str, fields: Mapping[str, Any], sign: int) -> Window:
    day = _day(fields, "value", sign)
    match kind:
        case "on":
            return Window(day, _day_after(day))
        case "before":
            return Window(None, day)
        case "after":
            return Window(_day_after(day), None)
        case _:
            other = _day(fields, "value1", sign)
            first, last = sorted((day, other), key=lambda one: one.days + 30 * one.months)
            return Window(first, _day_after(last))


def _absolute(kind: str, fields: Mapping[str, Any]) -> Window:
    value: object = fields.get("value")
    match kind:
        case "on":
            midnight = datetime.combine(_time(_one(value), "value").date(), datetime.min.time())
            return Window(Wall(midnight), Wall(midnight + timedelta(days=1)))
        case "before":
            return Window(None, _edge(_one(value), "value"))
        case "after":
            return Window(_behind(_one(value), "value"), None)
        case _:
            ends = cast("list[object]", value) if isinstance(value, list) else [value, fields.get("value1")]
            if len(ends) != 2:
                raise ValueError("value", "between needs two values: value and value1")
            return Window(_edge(ends[0], "value"), _behind(ends[1], "value1"))


def _one(value: object) -> object:
    if isinstance(value, list):
        items = cast("list[object]", value)
        return items[0] if len(items) == 1 else None
    return value


def _edge(value: object, field: str) -> Edge:
    return _placed(_time(value, field))


def _behind(value: object, field: str) -> Edge:
    """Where what is written is over: a whole day, or one millisecond."""
    at = _time(value, field)
    whole_day = len(cast("str", value)) == DATE_CHARACTERS
    return _placed(at + (timedelta(days=1) if whole_day else timedelta(milliseconds=1)))


def _placed(at: datetime) -> Edge:
    if at.tzinfo is None:
        return Wall(at)
    elapsed = at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return Instant(float(elapsed // timedelta(milliseconds=1)))


def _time(value: object, field: str) -> datetime:
    found = parse_date_time(value) if isinstance(value, str) else None
    if found is None or not 1 < found.year < 9999:
        raise ValueError(field, "a datetime is written YYYY-MM-DD or YYYY-MM-DDTHH:mm:ssZ")
    return found


def _day(fields: Mapping[str, Any], field: str, sign: int) -> Day:
    unit = fields.get("period_unit") or "days"
    if not isinstance(unit, str) or unit not in _UNITS:
        raise ValueError("period_unit", "a period is counted in days, weeks or months")
    count = _whole(_one(fields.get(field)))
    if count is None or not 0 <= count <= MOST_UNITS:
        raise ValueError(field, f"a relative time is a whole number of {unit} from 0 to {MOST_UNITS}")
    days, months = _UNITS[unit]
    return Day(sign * count * days, sign * count * months)


def _whole(value: object) -> int | None:
    """A count, which clients write as a number or as text."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 6:
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _day_after(day: Day) -> Day:
    return Day(day.days + 1, day.months)
