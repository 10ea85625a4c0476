"""When a periodic campaign runs (pure): every n days, weeks or months, on the workspace's clock.

Rules of MoEngage's periodic campaigns: a date a month does not have is its last day, once; a fifth weekday
a month does not have is left out; what several rules name is one run.
"""

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from reelpress.engage.campaigns.model import Frequency, PeriodicDetails, Schedule, Week, Weekday

_WEEKDAYS = {day: number for number, day in enumerate(Weekday)}  # Monday is 0, as in `date.weekday`
_PLACES = {Week.first: 0, Week.second: 1, Week.third: 2, Week.fourth: 3, Week.last: -1}
LONGEST_SEARCH_DAYS = 366 * 40  # every 400 months, and some


def next_run(schedule: Schedule, zone: ZoneInfo, after: datetime, done: int) -> datetime | None:
    """The first run later than `after` and not before the start, None when there is none any more.

    `done` runs were there before. The time of day is that of `start_at` on the clock of `zone`, also when
    the clock was changed in between.
    """
    details = schedule.periodic_details
    assert details is not None
    if details.no_of_occurences is not None and done >= details.no_of_occurences:
        return None
    start = schedule.start_at.astimezone(zone)
    begin = max(start.date(), after.astimezone(zone).date() - timedelta(days=1))
    for day in _days(details, start.date(), begin):
        moment = datetime.combine(day, start.time(), zone).astimezone(UTC)
        if moment > after and moment >= schedule.start_at:
            over = schedule.expiry_time is not None and moment > schedule.expiry_time
            return None if over else moment
    return None


def _days(details: PeriodicDetails, start: date, begin: date) -> Iterator[date]:
    """The days of the runs from `begin` on; months are the calendar's, weeks begin on Monday."""
    for offset in range(LONGEST_SEARCH_DAYS):
        day = begin + timedelta(days=offset)
        if _fits(details, start, day):
            yield day


def _fits(details: PeriodicDetails, start: date, day: date) -> bool:
    every = details.repeat_frequency
    match details.sending_frequency:
        case Frequency.daily:
            return (day - start).days % every == 0
        case Frequency.weekly:
            weeks = (_monday(day) - _monday(start)).days // 7
            wanted = {_WEEKDAYS[one] for one in details.repeat_on_days_of_week} or {start.weekday()}
            return weeks % every == 0 and day.weekday() in wanted
        case Frequency.monthly:
            months = (day.year - start.year) * 12 + day.month - start.month
            return months % every == 0 and day.day in _dates(details, start, day.year, day.month)


def _dates(details: PeriodicDetails, start: date, year: int, month: int) -> set[int]:
    length = calendar.monthrange(year, month)[1]
    dates = {min(wanted, length) for wanted in details.repeat_on_date_of_month}
    for place in details.repeat_on_days_of_week_for_month:
        for weekday in place.repeat_on_days_of_week:
            dates.add(_nth(year, month, length, _WEEKDAYS[weekday], _PLACES[place.week_granularity]))
    return dates or {min(start.day, length)}


def _nth(year: int, month: int, length: int, weekday: int, place: int) -> int:
    """The date of a month's nth such weekday; -1 is the last. Each month has at least four."""
    days = [day for day in range(1, length + 1) if date(year, month, day).weekday() == weekday]
    return days[place]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
