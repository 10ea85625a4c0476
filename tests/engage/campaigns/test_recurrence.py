"""When a periodic campaign runs."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from reelpress.engage.campaigns.model import Schedule
from reelpress.engage.campaigns.recurrence import next_run

KOLKATA = "Asia/Kolkata"


def schedule(start: str, frequency: str, **fields: Any) -> Schedule:
    expiry = fields.pop("expiry_time", None)
    details = {"sending_frequency": frequency, **fields}
    return Schedule.model_validate({"start_at": start, "expiry_time": expiry, "periodic_details": details})


def runs(given: Schedule, zone: str = "UTC", most: int = 5, after: str | None = None) -> list[str]:
    """The first runs, as the clock of the zone shows them."""
    found: list[str] = []
    moment = datetime.fromisoformat(after) if after else datetime(2020, 1, 1, tzinfo=UTC)
    while len(found) < most:
        following = next_run(given, ZoneInfo(zone), moment, len(found))
        if following is None:
            break
        assert following > moment
        moment = following
        found.append(following.astimezone(ZoneInfo(zone)).strftime("%a %d %b %H:%M"))
    return found


@pytest.mark.parametrize(
    ("given", "zone", "expected"),
    [
        (schedule("2026-01-05T09:30:00Z", "DAILY"), "UTC", ["Mon 05 Jan 09:30", "Tue 06 Jan 09:30"]),
        (schedule("2026-01-05T09:30:00Z", "DAILY", repeat_frequency=10), "UTC",
         ["Mon 05 Jan 09:30", "Thu 15 Jan 09:30"]),
        (schedule("2026-01-05T20:00:00Z", "DAILY"), KOLKATA, ["Tue 06 Jan 01:30", "Wed 07 Jan 01:30"]),
        (schedule("2026-01-07T09:00:00Z", "WEEKLY"), "UTC", ["Wed 07 Jan 09:00", "Wed 14 Jan 09:00"]),
        (schedule("2026-01-07T09:00:00Z", "WEEKLY", repeat_frequency=2,
                  repeat_on_days_of_week=["MONDAY", "FRIDAY"]), "UTC",
         ["Fri 09 Jan 09:00", "Mon 19 Jan 09:00", "Fri 23 Jan 09:00", "Mon 02 Feb 09:00"]),
        (schedule("2026-01-31T09:00:00Z", "MONTHLY"), "UTC",
         ["Sat 31 Jan 09:00", "Sat 28 Feb 09:00", "Tue 31 Mar 09:00", "Thu 30 Apr 09:00"]),
        (schedule("2026-01-01T09:00:00Z", "MONTHLY", repeat_on_date_of_month=[15, 30, 31]), "UTC",
         ["Thu 15 Jan 09:00", "Fri 30 Jan 09:00", "Sat 31 Jan 09:00", "Sun 15 Feb 09:00",
          "Sat 28 Feb 09:00"]),
        (schedule("2026-01-01T09:00:00Z", "MONTHLY", repeat_frequency=3, repeat_on_days_of_week_for_month=[
            {"week_granularity": "FIRST", "repeat_on_days_of_week": ["MONDAY"]},
            {"week_granularity": "LAST", "repeat_on_days_of_week": ["FRIDAY", "SATURDAY"]}]), "UTC",
         ["Mon 05 Jan 09:00", "Fri 30 Jan 09:00", "Sat 31 Jan 09:00", "Mon 06 Apr 09:00",
          "Fri 24 Apr 09:00"]),
        (schedule("2026-01-01T09:00:00Z", "MONTHLY", repeat_on_date_of_month=[5],
                  repeat_on_days_of_week_for_month=[
                      {"week_granularity": "FIRST", "repeat_on_days_of_week": ["MONDAY"]}]), "UTC",
         ["Mon 05 Jan 09:00", "Mon 02 Feb 09:00", "Thu 05 Feb 09:00"]),
        (schedule("2026-01-05T09:30:00Z", "DAILY", no_of_occurences=1), "UTC", ["Mon 05 Jan 09:30"]),
        (schedule("2026-01-05T09:30:00Z", "DAILY", expiry_time="2026-01-06T09:30:00Z"), "UTC",
         ["Mon 05 Jan 09:30", "Tue 06 Jan 09:30"]),
    ],
)  # fmt: skip
def test_the_runs_of_a_schedule(given: Schedule, zone: str, expected: list[str]) -> None:
    open_end = (
        given.periodic_details and given.periodic_details.no_of_occurences is None and not given.expiry_time
    )
    assert runs(given, zone, len(expected) if open_end else 9) == expected


def test_the_time_of_day_stays_when_the_clock_is_changed() -> None:
    berlin = schedule("2026-03-28T08:00:00+01:00", "DAILY")
    assert runs(berlin, "Europe/Berlin", 3) == ["Sat 28 Mar 08:00", "Sun 29 Mar 08:00", "Mon 30 Mar 08:00"]
    gap = schedule("2026-03-28T02:30:00+01:00", "DAILY")
    assert runs(gap, "Europe/Berlin", 3) == ["Sat 28 Mar 02:30", "Sun 29 Mar 03:30", "Mon 30 Mar 02:30"]


def test_runs_that_are_over_are_left_out() -> None:
    given = schedule("2020-01-01T09:00:00Z", "WEEKLY", repeat_frequency=4)
    assert runs(given, most=1, after="2026-01-01T00:00:00+00:00") == ["Wed 21 Jan 09:00"]


@pytest.mark.parametrize(
    "fields",
    [{"repeat_frequency": 0}, {"repeat_on_date_of_month": [32]}, {"no_of_occurences": 0},
     {"repeat_on_days_of_week": ["Monday"]}, {"surprise": 1},
     {"repeat_on_days_of_week_for_month": [
         {"week_granularity": "FIFTH", "repeat_on_days_of_week": ["MONDAY"]}]}],
)  # fmt: skip
def test_a_schedule_that_cannot_be_meant_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        schedule("2026-01-01T09:00:00Z", "MONTHLY", **fields)
