"""Where the ranges of filters begin and end."""

from datetime import UTC, datetime

import pytest

from reelpress.engage.audiences.times import Day, Instant, Moment, Now, Wall, Window, as_time, bounds

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)


def start(window_edge: Day | Wall | Now | Instant, zone: str = "UTC", now: datetime = NOON) -> str:
    low, _ = bounds(Window(low=window_edge), Moment(now, zone))
    at = as_time(low)
    assert at is not None
    return f"{at:%Y-%m-%dT%H:%M:%S}"


@pytest.mark.parametrize(
    ("edge", "zone", "expected"),
    [
        (Day(), "UTC", "2026-03-31T00:00:00"),
        (Day(-1), "Asia/Kolkata", "2026-03-29T18:30:00"),
        (Day(months=-1), "UTC", "2026-02-28T00:00:00"),
        (Day(months=-13), "UTC", "2025-02-28T00:00:00"),
        (Day(days=1, months=1), "UTC", "2026-05-01T00:00:00"),
        (Day(-2), "Europe/Berlin", "2026-03-28T23:00:00"),
        (Day(-1), "Europe/Berlin", "2026-03-29T22:00:00"),
        (Day(), "Nowhere/Atall", "2026-03-31T00:00:00"),
        (Wall(datetime.fromisoformat("2026-03-29T02:30")), "Europe/Berlin", "2026-03-29T01:30:00"),
        (Wall(datetime.fromisoformat("2026-10-25T02:30")), "Europe/Berlin", "2026-10-25T00:30:00"),
        (Now(), "UTC", "2026-03-31T12:00:00"),
        (Instant(1000.0), "UTC", "1970-01-01T00:00:01"),
    ],
)
def test_an_edge_lies_on_the_workspaces_clock(edge: Day | Wall | Now, zone: str, expected: str) -> None:
    assert start(edge, zone) == expected


@pytest.mark.parametrize("edge", [Day(-4_000_000), Day(4_000_000), Day(months=-50_000), Day(months=200_000)])
def test_no_edge_lies_outside_of_the_calendar(edge: Day) -> None:
    assert start(edge, "Pacific/Kiritimati")
    assert start(edge, "Pacific/Pago_Pago")


def test_what_no_calendar_holds_is_open() -> None:
    assert as_time(1e300) is None
    assert as_time(None) is None
