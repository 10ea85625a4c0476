"""How a campaign repeats, between the form, the schedule the services take, and words. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from reelpress.console.typed import Typed
from reelpress.engage.campaigns.model import Frequency, PeriodicDetails, Schedule, Week, Weekday
from reelpress.platform.errors import Refusal

Parsed = TypeVar("Parsed")

DETAILS = "schedule.periodic_details"
WEEKDAYS = tuple((day.value, day.value.capitalize()) for day in Weekday)
WEEKS = tuple((week.value, week.value.lower()) for week in Week)
DATES = tuple(str(day) for day in range(1, 32))
LAST_SECOND = time(23, 59, 59)

_UNITS = {Frequency.daily: "day", Frequency.weekly: "week", Frequency.monthly: "month"}


@dataclass(frozen=True, slots=True)
class RecurringForm:
    """A repeating schedule as the form has it: plain texts, dates and times on the workspace's clock."""

    frequency: str = Frequency.daily.value
    every: str = "1"
    weekdays: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    places: tuple[tuple[str, str], ...] = ()
    """Such as the last Friday: which week of the month, which weekday."""
    at: str = "09:00"
    start_on: str = ""
    end: str = "never"
    end_on: str = ""
    runs: str = ""


def typed_recurring(typed: Typed) -> RecurringForm:
    """The schedule as typed."""
    return RecurringForm(
        frequency=typed.line(f"{DETAILS}.sending_frequency", Frequency.daily.value),
        every=typed.line(f"{DETAILS}.repeat_frequency", "1"),
        weekdays=tuple(typed.every(f"{DETAILS}.repeat_on_days_of_week")),
        dates=tuple(typed.every(f"{DETAILS}.repeat_on_date_of_month")),
        places=tuple(zip(typed.every("place.week"), typed.every("place.weekday"), strict=False)),
        at=typed.line("schedule.at"),
        start_on=typed.line("schedule.start_on"),
        end=typed.line("end", "never"),
        end_on=typed.line("schedule.expiry_time"),
        runs=typed.line(f"{DETAILS}.no_of_occurences"),
    )


def shown_recurring(stored: Mapping[str, Any] | None, zone: ZoneInfo, today: date) -> RecurringForm:
    """A stored schedule as the form shows it; a draft without one begins today."""
    if not stored or not stored.get("periodic_details"):
        return RecurringForm(start_on=today.isoformat())
    schedule = Schedule.model_validate(stored)
    details = schedule.periodic_details
    assert details is not None
    start = schedule.start_at.astimezone(zone)
    expiry = schedule.expiry_time.astimezone(zone) if schedule.expiry_time else None
    most = details.no_of_occurences
    return RecurringForm(
        frequency=details.sending_frequency.value,
        every=str(details.repeat_frequency),
        weekdays=tuple(day.value for day in details.repeat_on_days_of_week),
        dates=tuple(str(day) for day in details.repeat_on_date_of_month),
        places=tuple(_places(details)),
        at=start.strftime("%H:%M:%S" if start.second else "%H:%M"),
        start_on=start.date().isoformat(),
        end="date" if expiry else "runs" if most else "never",
        end_on=expiry.date().isoformat() if expiry else "",
        runs=str(most) if most else "",
    )


def schedule_of(form: RecurringForm, zone: ZoneInfo, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """The schedule as the services take it, to be validated. Raises Refusal for what is no date or time.

    The end is the end of its day, except where it is the moment that was `before` on that day.
    """
    day = _parsed(date.fromisoformat, form.start_on, "schedule.start_on", "choose the first day")
    at = _parsed(time.fromisoformat, form.at, "schedule.at", "choose a time")
    details: dict[str, Any] = {"sending_frequency": form.frequency, "repeat_frequency": form.every}
    if form.frequency == Frequency.weekly.value:
        details["repeat_on_days_of_week"] = form.weekdays
    if form.frequency == Frequency.monthly.value:
        details["repeat_on_date_of_month"] = form.dates
        details["repeat_on_days_of_week_for_month"] = _weeks_of_month(form.places)
    schedule: dict[str, Any] = {
        "start_at": datetime.combine(day, at.replace(tzinfo=None), zone),
        "periodic_details": details,
    }
    if form.end == "runs":
        details["no_of_occurences"] = form.runs
    if form.end == "date":
        last = _parsed(date.fromisoformat, form.end_on, "schedule.expiry_time", "choose the last day")
        schedule["expiry_time"] = _end(last, zone, before)
    return schedule


def words_of_schedule(stored: Mapping[str, Any] | None, zone: ZoneInfo) -> str:
    """`Every 2 weeks on Monday and Friday at 09:00 (Asia/Kolkata), from 1 Dec 2026, 10 times`."""
    if not stored or not stored.get("periodic_details"):
        return ""
    schedule = Schedule.model_validate(stored)
    details = schedule.periodic_details
    assert details is not None
    start = schedule.start_at.astimezone(zone)
    when = f"{_often(details)}{_days(details, start)} at {_clock(start)} ({zone.key})"
    said = [when, f"from {_day(start)}"]
    if schedule.expiry_time:
        end = schedule.expiry_time.astimezone(zone)
        last = end.time().replace(microsecond=0) == LAST_SECOND
        said.append(f"until {_day(end)}" if last else f"until {_day(end)}, {_clock(end)}")
    if details.no_of_occurences:
        said.append("once" if details.no_of_occurences == 1 else f"{details.no_of_occurences} times")
    return ", ".join(said)


def _often(details: PeriodicDetails) -> str:
    unit, every = _UNITS[details.sending_frequency], details.repeat_frequency
    return f"Every {unit}" if every == 1 else f"Every {every} {unit}s"


def _days(details: PeriodicDetails, start: datetime) -> str:
    if details.sending_frequency is Frequency.daily:
        return ""
    if details.sending_frequency is Frequency.weekly:
        chosen = details.repeat_on_days_of_week or (list(Weekday)[start.weekday()],)
        return " on " + _listed([day.value.capitalize() for day in Weekday if day in chosen])
    places = [f"the {week.lower()} {day.capitalize()}" for week, day in _places(details)]
    dates = [str(day) for day in sorted(set(details.repeat_on_date_of_month))]
    if not dates and not places:
        dates = [str(start.day)]
    on_dates = [f"{'day' if len(dates) == 1 else 'days'} {_listed(dates)}"] if dates else []
    return " on " + _listed([*on_dates, *places])


def _places(details: PeriodicDetails) -> list[tuple[str, str]]:
    return [
        (place.week_granularity.value, day.value)
        for place in details.repeat_on_days_of_week_for_month
        for day in place.repeat_on_days_of_week
    ]


def _weeks_of_month(places: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """One entry for each week of the month with all of its weekdays."""
    found: dict[str, list[str]] = {}
    for week, weekday in places:
        if weekday not in found.setdefault(week, []):
            found[week].append(weekday)
    return [{"week_granularity": week, "repeat_on_days_of_week": days} for week, days in found.items()]


def _end(last: date, zone: ZoneInfo, before: Mapping[str, Any] | None) -> datetime:
    kept = (before or {}).get("expiry_time")
    moment = datetime.fromisoformat(kept) if kept else None
    if moment and moment.astimezone(zone).date() == last:
        return moment
    return datetime.combine(last, LAST_SECOND, zone)


def _parsed(parse: Callable[[str], Parsed], text: str, field: str, message: str) -> Parsed:
    try:
        return parse(text)
    except ValueError as fault:
        raise Refusal(400, "invalid_field", message, field=field) from fault


def _listed(words: Sequence[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y}"


def _clock(moment: datetime) -> str:
    return moment.strftime("%H:%M:%S" if moment.second else "%H:%M")
