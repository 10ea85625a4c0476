"""What a customer did, how often and when."""

from typing import Any

import pytest

from reelpress.engage.audiences.parse import parse_rule
from tests.engage.audiences.filters import NOW, action, at, condition, did, matches


@pytest.mark.parametrize(
    ("kind", "count", "held_by"),
    [
        ("atleast", 0, {0, 1, 2, 3}),
        ("atleast", 2, {2, 3}),
        ("exactly", 0, {0}),
        ("exactly", 2, {2}),
        ("atmost", 0, {0}),
        ("atmost", 2, {1, 2}),
    ],
)
def test_an_action_counts_how_often_it_was_done(kind: str, count: int, held_by: set[int]) -> None:
    rule = parse_rule(action(execution={"type": kind, "count": count}))
    negated = parse_rule(action(execution={"type": kind, "count": count}, executed=False))
    assert {times for times in range(4) if did(rule, *[NOW] * times)} == held_by
    assert {times for times in range(4) if did(negated, *[NOW] * times)} == {0, 1, 2, 3} - held_by


def test_the_first_and_the_last_time_are_those_ever() -> None:
    november = {"type": "between", "value": "2026-11-01", "value1": "2026-11-30"}
    first = parse_rule(action(execution={"type": "firstTime", "count": 1}, primary_time_range=november))
    last = parse_rule(action(execution={"type": "lastTime", "count": 1}, primary_time_range=november))
    earlier, then = at("2026-10-01T00:00:00Z"), at("2026-11-02T00:00:00Z")
    assert did(first, then)
    assert not did(first, earlier, then)
    assert did(last, earlier, then)
    assert not did(last, earlier)
    assert not did(last)


@pytest.mark.parametrize(
    ("period", "inside", "outside"),
    [
        (
            {"type": "inTheLast", "value": "2", "value_type": "relative_past", "period_unit": "days"},
            ["2026-11-21T05:00:00Z", "2026-11-23T12:00:00Z"],
            ["2026-11-21T04:59:59.999999Z", "2026-11-23T12:00:00.001Z"],
        ),
        (
            {"type": "inTheLast", "value": 1, "period_unit": "months"},
            ["2026-10-23T04:00:00Z"],
            ["2026-10-23T03:59:59Z"],
        ),
        ({"type": "today"}, ["2026-11-23T05:00:00Z"], ["2026-11-23T04:59:59Z", "2026-11-24T05:00:00Z"]),
        (
            {"type": "on", "value": "2026-11-20T00:00:00.000Z", "value_type": "absolute"},
            ["2026-11-20T05:00:00Z", "2026-11-21T04:59:59Z"],
            ["2026-11-20T04:59:59Z", "2026-11-21T05:00:00Z"],
        ),
        (
            {"type": "before", "value": "3", "value_type": "relative_past", "period_unit": "days"},
            ["2026-11-20T04:59:59Z"],
            ["2026-11-20T05:00:00Z"],
        ),
        (
            {"type": "after", "value": "1", "value_type": "relative_past", "period_unit": "weeks"},
            ["2026-11-17T05:00:00Z"],
            ["2026-11-17T04:59:59Z"],
        ),
        (
            {"type": "between", "value": "2", "value1": "4", "value_type": "relative_past"},
            ["2026-11-19T05:00:00Z", "2026-11-22T04:59:59Z"],
            ["2026-11-19T04:59:59Z", "2026-11-22T05:00:00Z"],
        ),
        (
            {"type": "between", "value": "2026-11-01T00:00:00.000Z", "value1": "2026-11-02T23:59:59.999Z"},
            ["2026-11-01T00:00:00Z", "2026-11-02T23:59:59.999999Z"],
            ["2026-10-31T23:59:59.999Z", "2026-11-03T00:00:00Z"],
        ),
        (
            {"type": "between", "value": "2026-11-01", "value1": "2026-11-02"},
            ["2026-11-01T04:00:00Z", "2026-11-03T04:59:59Z"],
            ["2026-11-01T03:59:59Z", "2026-11-03T05:00:00Z"],
        ),
        ({"type": "after", "value": "2026-11-20"}, ["2026-11-21T05:00:00Z"], ["2026-11-21T04:59:59Z"]),
    ],
)
def test_days_begin_in_the_time_zone_of_the_workspace(
    period: dict[str, Any], inside: list[str], outside: list[str]
) -> None:
    """New York: UTC-5 in November 2026 but for its first hours, when UTC-4 still holds."""
    rule = parse_rule(action(primary_time_range=period))
    assert {time: did(rule, at(time), zone="America/New_York") for time in inside + outside} == {
        **dict.fromkeys(inside, True),
        **dict.fromkeys(outside, False),
    }


def test_a_coming_date_lies_in_the_next_days() -> None:
    rule = parse_rule(condition(name="renewal", data_type="datetime", operator="inTheNext", value=3))
    assert matches(rule, {"renewal": "2026-11-26T23:59:59Z"})
    assert not matches(rule, {"renewal": "2026-11-27"})
    assert not matches(rule, {"renewal": "2026-11-23T11:59:59Z"})


def test_only_events_with_the_wanted_attributes_are_counted() -> None:
    price = {"filters": [{"name": "price", "data_type": "double", "operator": "greaterThan", "value": 10}]}
    rule = parse_rule(action(attributes=price))
    assert did(rule, NOW, price=11)
    assert not did(rule, NOW, price=10)
    assert not did(rule, NOW)
