"""When an event happened, by the contract's table."""

from datetime import UTC, datetime, timedelta

import pytest

from reelpress.engage.events.times import (
    ClaimedTime,
    EventTime,
    internal_offset,
    read_offset,
    read_time,
    resolve,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
IST = 19_800


def claim(current: object = None, user: object = None, offset: object = None) -> ClaimedTime:
    return ClaimedTime(read_time(current), read_time(user), read_offset(offset))


@pytest.mark.parametrize(
    ("claimed", "instant", "offset"),
    [
        (claim(), "2026-11-23T12:00:00", IST),
        (claim(current="2026-11-23T11:00:00Z"), "2026-11-23T11:00:00", IST),
        (claim(user="2026-11-23T16:30:00Z"), "2026-11-23T11:00:00", IST),
        (claim(user="2026-11-23T16:30:00"), "2026-11-23T11:00:00", IST),
        (claim(user="2026-11-23T16:30:00+05:30"), "2026-11-23T11:00:00", IST),
        (claim(current="2026-11-23T11:00:00Z", user="2026-11-23T12:00:00"), "2026-11-23T11:00:00", 3600),
        (claim(current="2026-11-23T11:00:00Z", offset=3600), "2026-11-23T11:00:00", 3600),
        (claim(user="2026-11-23T12:00:00", offset="3600"), "2026-11-23T11:00:00", 3600),
        (claim(current="2026-11-23T16:30:00.250+05:30"), "2026-11-23T11:00:00.250", IST),
        (claim(current=1_590_404_615), "2020-05-25T11:03:35", IST),
        (claim(current="1590404615", user="1590404615"), "2020-05-25T11:03:35", 0),
        (claim(current=1_708_939_453_396), "2024-02-26T09:24:13.396", IST),
        (claim(current="1708939453396.0"), "2024-02-26T09:24:13.396", IST),
        (claim(current="yesterday"), "2026-11-23T12:00:00", IST),
        (claim(current="2026-11-23T12:04:00Z"), "2026-11-23T12:00:00", IST),
    ],
)
def test_what_is_missing_follows_from_the_rest(claimed: ClaimedTime, instant: str, offset: int) -> None:
    expected = EventTime(datetime.fromisoformat(instant).replace(tzinfo=UTC), offset)
    assert resolve(claimed, IST, NOW) == expected


def test_an_event_of_the_future_is_not_accepted() -> None:
    assert resolve(claim(current="2026-11-23T12:06:00Z"), 0, NOW) is None
    assert resolve(claim(user="9999-12-31T23:59:59", offset=-54_000), 0, NOW) is None


@pytest.mark.parametrize("value", [54_001, "a day", True, None, [], float("nan")])
def test_what_cannot_be_an_offset_is_none(value: object) -> None:
    assert read_offset(value) is None


@pytest.mark.parametrize("value", [True, {}, "", "1e400", "nan", 1e300, "0000-00-00"])
def test_what_cannot_be_a_time_is_none(value: object) -> None:
    assert read_time(value) is None


@pytest.mark.parametrize(
    ("attributes", "zone", "offset"),
    [
        ({"moe_dtzo": "Asia/Kolkata"}, "UTC", IST),
        ({"moe_dtzo": 3600}, "Asia/Kolkata", 3600),
        ({"moe_dtzo": "-3600"}, "Asia/Kolkata", -3600),
        ({}, "Asia/Kolkata", IST),
        ({"moe_dtzo": "../etc/passwd"}, "Nowhere/At_All", 0),
    ],
)
def test_the_offset_comes_from_profile_then_workspace_then_utc(
    attributes: dict[str, object], zone: str, offset: int
) -> None:
    assert internal_offset(attributes, zone, NOW + timedelta(days=1)) == offset
