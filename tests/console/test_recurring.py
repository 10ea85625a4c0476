"""A repeating schedule between the form, the services and words."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reelpress.console.pages.campaigns.recurring import (
    RecurringForm,
    schedule_of,
    shown_recurring,
    words_of_schedule,
)
from reelpress.engage.campaigns.model import Schedule
from reelpress.platform.errors import Refusal

KOLKATA = ZoneInfo("Asia/Kolkata")
TODAY = date(2026, 11, 26)


def stored(**details: Any) -> dict[str, Any]:
    """A schedule as a version keeps it; the start is 09:30 in Kolkata."""
    more = {name: details.pop(name) for name in ("start_at", "expiry_time") if name in details}
    given = {"start_at": "2026-12-01T04:00:00Z", **more, "periodic_details": details}
    return Schedule.model_validate(given).model_dump(mode="json", exclude_none=True)


SCHEDULES = [
    (
        stored(sending_frequency="DAILY"),
        "Every day at 09:30 (Asia/Kolkata), from 1 Dec 2026",
    ),
    (
        stored(sending_frequency="DAILY", repeat_frequency=3, no_of_occurences=1),
        "Every 3 days at 09:30 (Asia/Kolkata), from 1 Dec 2026, once",
    ),
    (
        stored(sending_frequency="WEEKLY", repeat_on_days_of_week=["FRIDAY", "MONDAY"], no_of_occurences=10),
        "Every week on Monday and Friday at 09:30 (Asia/Kolkata), from 1 Dec 2026, 10 times",
    ),
    (
        stored(sending_frequency="WEEKLY", repeat_frequency=2),
        "Every 2 weeks on Tuesday at 09:30 (Asia/Kolkata), from 1 Dec 2026",
    ),
    (
        stored(
            sending_frequency="MONTHLY",
            repeat_on_date_of_month=[31, 1],
            repeat_on_days_of_week_for_month=[
                {"week_granularity": "LAST", "repeat_on_days_of_week": ["FRIDAY", "SUNDAY"]},
                {"week_granularity": "FIRST", "repeat_on_days_of_week": ["MONDAY"]},
            ],
        ),
        "Every month on days 1 and 31, the last Friday, the last Sunday and the first Monday at 09:30 "
        "(Asia/Kolkata), from 1 Dec 2026",
    ),
    (
        stored(sending_frequency="MONTHLY", expiry_time="2026-12-31T18:29:59Z"),
        "Every month on day 1 at 09:30 (Asia/Kolkata), from 1 Dec 2026, until 31 Dec 2026",
    ),
    (
        stored(
            sending_frequency="DAILY", expiry_time="2026-12-31T06:00:00Z", start_at="2026-12-01T04:00:05Z"
        ),
        "Every day at 09:30:05 (Asia/Kolkata), from 1 Dec 2026, until 31 Dec 2026, 11:30",
    ),
]


@pytest.mark.parametrize(("schedule", "words"), SCHEDULES)
def test_a_schedule_reads_as_a_sentence(schedule: dict[str, Any], words: str):
    assert words_of_schedule(schedule, KOLKATA) == words


@pytest.mark.parametrize("schedule", [schedule for schedule, _ in SCHEDULES])
def test_what_the_form_shows_is_what_it_sends(schedule: dict[str, Any]):
    given = schedule_of(shown_recurring(schedule, KOLKATA, TODAY), KOLKATA, schedule)
    assert Schedule.model_validate(given) == Schedule.model_validate(schedule)


def test_a_draft_without_a_schedule_begins_today():
    assert shown_recurring(None, KOLKATA, TODAY) == RecurringForm(start_on="2026-11-26")


def test_the_last_day_typed_is_counted_whole():
    form = RecurringForm(start_on="2026-12-01", end="date", end_on="2026-12-05")
    assert schedule_of(form, KOLKATA, None)["expiry_time"].isoformat() == "2026-12-05T23:59:59+05:30"


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (RecurringForm(start_on=""), "schedule.start_on"),
        (RecurringForm(start_on="2026-12-01", at="soon"), "schedule.at"),
        (RecurringForm(start_on="2026-12-01", end="date"), "schedule.expiry_time"),
    ],
)
def test_what_is_no_date_is_named_by_its_field(form: RecurringForm, field: str):
    with pytest.raises(Refusal) as caught:
        schedule_of(form, KOLKATA, None)
    assert caught.value.field == field
