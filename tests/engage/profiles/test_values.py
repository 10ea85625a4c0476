"""What an attribute may hold."""

from typing import Any

import pytest

from reelpress.engage.profiles.values import (
    DROPPED,
    clean,
    clean_attributes,
    folded,
    infer_type,
    moments,
    parse_moment,
)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("x" * 513, "x" * 512),
        ("आ" * 600, "आ" * 512),
        ("https://example.com/" + "a" * 492, "https://example.com/" + "a" * 492),
        ("https://example.com/" + "a" * 493, DROPPED),
        ("HTTP://example.com/" + "a" * 600, DROPPED),
        ("see https://example.com/ " + "a" * 600, ("see https://example.com/ " + "a" * 600)[:512]),
        ("a\0b", "ab"),
        (None, DROPPED),
        (True, True),
        (2**63, float(2**63)),
        (10**400, DROPPED),
        (float("nan"), DROPPED),
        (float("-inf"), DROPPED),
        ("\ud800", DROPPED),
        (["\ud800", "a"], ["a"]),
        ({"\ud800": 1, "a": "\ud800"}, {"a": None}),
        (["a", "b"], ["a", "b"]),
        ([1, 2.5], [1, 2.5]),
        ([1, "a", True], ["1", "a", "true"]),
        (["a", None], ["a"]),
        (list(range(300)), list(range(254))),
        ({"a": {"b": {"c": 1}}}, {"a": {"b": '{"c": 1}'}}),
        ({"a": "x" * 600, "": 1}, {"a": "x" * 512}),
        ([{"a": 1}, {"a": 2}], [{"a": 1}, {"a": 2}]),
        ({str(n): "y" * 500 for n in range(60)}, DROPPED),
    ],
)
def test_a_value_is_kept_within_the_limits(given: Any, kept: object) -> None:
    assert clean(given) == kept


def test_names_that_cannot_be_stored_are_left_out() -> None:
    flattened = {"products[0].brand": "Lantern", "company.id": 1}
    assert clean_attributes({**flattened, "": 1, "x" * 201: 1}, 10) == flattened
    assert len(clean_attributes({str(n): n for n in range(120)}, 100)) == 100


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("2020-05-31T03:47:35Z", "datetime"),
        ("2020-05-31", "datetime"),
        ("2020-05-31 03:47:35", "datetime"),
        ("2020-05-31T03:47:35.123+05:30", "datetime"),
        ("2020-13-31", "string"),
        ("31/05/2020", "string"),
        ("Thu Mar 24 2016 17:46:45 GMT+0000 (UTC)", "string"),
        ("20200531", "string"),
        ("२०२०-०५-३१", "string"),
        (7, "double"),
        (7.5, "double"),
        (False, "bool"),
        (["a"], "array"),
        ({"a": 1}, "object"),
    ],
)
def test_the_type_is_inferred_from_the_value(value: Any, kind: str) -> None:
    assert infer_type(value) == kind


def test_a_moment_is_milliseconds_in_utc() -> None:
    assert parse_moment("1970-01-01T05:30:01.250+05:30") == 1250
    assert parse_moment("1969-12-31T23:59:59Z") == -1000
    assert parse_moment("9999-12-31T23:59:59-12:00") is None


def test_text_and_date_times_inside_objects_are_derived_as_well() -> None:
    attributes = {
        "address": {"city": "PUNE", "since": "2026-11-23", "floor": 3, "tags": ["A", 1]},
        "orders": [{"at": "2026-11-23T00:00:01Z", "name": "Lamp"}, "Loose", 7],
        "joined": "2026-11-23",
        "points": 7,
        "days": ["2026-11-23"],
    }
    assert folded(attributes) == {
        "address": {"city": "pune", "since": "2026-11-23", "tags": ["a"]},
        "orders": [{"at": "2026-11-23t00:00:01z", "name": "lamp"}, "loose"],
        "joined": "2026-11-23",
        "days": ["2026-11-23"],
    }
    assert moments(attributes) == {
        "address": {"since": 1_795_392_000_000},
        "orders": [{"at": 1_795_392_001_000}],
        "joined": 1_795_392_000_000,
    }
