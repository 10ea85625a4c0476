"""What an update makes of the attributes."""

from typing import Any

import pytest

from reelpress.engage.profiles.changes import Change, Unset, apply, changed_keys


def test_values_are_set_and_the_rest_stays() -> None:
    assert apply({"a": 1, "b": 2}, Change(set={"b": 3, "c": 4})) == {"a": 1, "b": 3, "c": 4}


def test_elements_are_added_once_and_removed() -> None:
    change = Change(add={"tags": ("new", "old", "new")}, remove={"sizes": ("M",)})
    once = apply({"tags": ["old"], "sizes": ["S", "M"]}, change)
    assert once == {"tags": ["old", "new"], "sizes": ["S"]}
    assert apply(once, change) == once


def test_adding_to_a_plain_value_makes_a_list_of_it() -> None:
    assert apply({"tags": "old"}, Change(add={"tags": ("new",)})) == {"tags": ["old", "new"]}


def test_removing_from_what_is_not_there_creates_nothing() -> None:
    assert apply({}, Change(remove={"tags": ("x",)})) == {}


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        (Unset("equals", "whilter_video_url"), {"whilter_image_url", "my_whilter", "Whilter_x"}),
        (Unset("prefix", "whilter_"), {"my_whilter", "Whilter_x"}),
        (Unset("prefix", "WHILTER_", case_sensitive=False), {"my_whilter"}),
        (Unset("suffix", "_url"), {"my_whilter", "Whilter_x"}),
        (Unset("contains", "whilter"), {"Whilter_x"}),
    ],
)
def test_attributes_are_removed_by_rule(rule: Unset, left: set[str]) -> None:
    names = ("whilter_video_url", "whilter_image_url", "my_whilter", "Whilter_x")
    assert set(apply(dict.fromkeys(names, "v"), Change(unset=(rule,)))) == left


def test_removal_wins_over_setting() -> None:
    assert apply({}, Change(set={"a": 1}, unset=(Unset("equals", "a"),))) == {}


def test_first_seen_is_written_once() -> None:
    assert apply({"cr_t": 1}, Change(set={"cr_t": 2})) == {"cr_t": 1}


def test_a_profile_does_not_grow_without_end() -> None:
    full: dict[str, Any] = {f"a{n}": n for n in range(256)}
    after = apply(full, Change(set={"one_more": 1, "a0": "changed", "u_fn": "Asha"}))
    assert "one_more" not in after
    assert after["a0"] == "changed"
    assert after["u_fn"] == "Asha"


def test_a_change_of_type_is_a_change() -> None:
    assert changed_keys({"a": 1, "b": 2, "c": 3}, {"a": True, "b": 2, "d": 4}) == ["a", "c", "d"]
