"""What a Track User call makes of its attributes (pure)."""

from typing import Any

import pytest

from reelpress.engage.data_api.attributes import parse_change
from reelpress.engage.data_api.parse import parse_customer, parse_event
from reelpress.engage.data_api.phones import normalised
from reelpress.engage.profiles.changes import apply


def after(
    attributes: dict[str, Any], before: dict[str, Any] | None = None, region: str = "IN", **more: Any
) -> dict[str, Any]:
    """A profile's attributes after one call."""
    document = {"type": "customer", "customer_id": "asha", "attributes": attributes, **more}
    (element,) = normalised(parse_customer(document), region).customers
    return apply(before or {}, element.change)


def unset(*rules: tuple[str, str, bool]) -> list[dict[str, Any]]:
    return [{"type": rule, "attr": text, "case_sensitive": exact} for rule, text, exact in rules]


def test_a_phone_number_is_kept_in_both_forms() -> None:
    profile = after({"mobile": "098000 00001"})
    assert profile == {"u_mb": "+919800000001", "u_mb_sent": "098000 00001"}
    assert after({"u_mb": 919800000002}, profile) == {"u_mb": "+919800000002", "u_mb_sent": "919800000002"}
    assert after({"moe_mobile": "+919800000001"}, profile) == {"u_mb": "+919800000001"}
    assert after({}, profile, unset_attributes=unset(("equals", "mobile", True))) == {}


def test_the_form_that_was_sent_cannot_be_set_by_itself() -> None:
    assert after({"u_mb_sent": "x", "moe_cohorts": ["x"], "uid": "x", "id": "x"}) == {}


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        (("equals", "Video", True), {"video_url": 1, "old_video": 2}),
        (("prefix", "video", True), {"Video": 0, "old_video": 2}),
        (("prefix", "VIDEO", False), {"old_video": 2}),
        (("suffix", "video", True), {"Video": 0, "video_url": 1}),
        (("contains", "ide", True), {}),
        (("contains", "IDE", True), {"Video": 0, "video_url": 1, "old_video": 2}),
    ],
)
def test_attributes_are_removed_by_a_rule_on_their_name(
    rule: tuple[str, str, bool], left: dict[str, Any]
) -> None:
    profile = {"Video": 0, "video_url": 1, "old_video": 2}
    assert after({}, profile, unset_attributes=unset(rule)) == left


def test_removal_wins_over_setting_in_the_same_call() -> None:
    assert after({"tier": "gold", "city": "Pune"}, unset_attributes=unset(("equals", "tier", True))) == {
        "city": "Pune"
    }


def test_what_is_derived_is_never_removed() -> None:
    profile = {"cr_t": 1, "u_l_a": 2, "t_rev": 3, "u_s_c": 4, "moe_cohorts": ["a"], "tier": "gold"}
    rules = unset(("contains", "", True), ("contains", "t", True), ("contains", "_", True))
    assert after({}, profile, unset_attributes=rules) == {
        key: value for key, value in profile.items() if key != "tier"
    }


def test_arrays_grow_and_shrink_without_doubles() -> None:
    profile = {"tags": ["a", "b"], "tier": "gold"}
    changed = after({"addValueToArrayField": {"tags": ["b", "c"], "tier": ["silver"], "fresh": "x"}}, profile)
    assert changed == {"tags": ["a", "b", "c"], "tier": ["gold", "silver"], "fresh": ["x"]}
    shrunk = after({"removeValueFromArrayField": {"tags": ["a", "z"], "nowhere": ["a"]}}, changed)
    assert shrunk == {"tags": ["b", "c"], "tier": ["gold", "silver"], "fresh": ["x"]}


@pytest.mark.parametrize("name", ["created_time", "cr_t", "last_seen", "birthday"])
def test_dates_as_browsers_print_them_become_date_times(name: str) -> None:
    (value,) = after({name: "Thu Mar 24 2016 17:46:45 GMT+0530 (India Standard Time)"}).values()
    assert value == "2016-03-24T17:46:45+05:30"
    (other,) = after({"createdAt": "Thu Mar 24 2016 17:46:45 GMT+0000 (UTC)"}).values()
    assert other == "Thu Mar 24 2016 17:46:45 GMT+0000 (UTC)"


def test_names_of_two_hundred_characters_are_the_longest() -> None:
    assert after({"n" * 200: 1, "n" * 201: 2}) == {"n" * 200: 1}


def test_flattened_names_of_real_clients_are_names_like_others() -> None:
    flat = {"products[0].brand": "Reel", "company.id": "c-1"}
    assert after(flat) == flat


def test_a_long_text_is_cut_and_a_long_url_is_refused_whole() -> None:
    sent = {"bio": "b" * 600, "url": "https://m.example/" + "x" * 600, "short": "https://m.example/x"}
    assert after(sent) == {"bio": "b" * 512, "short": "https://m.example/x"}


def test_objects_keep_two_levels_and_names_without_marks() -> None:
    sent = {"address": {"city": "Pune", "a.b": 1, "$x": 1, "geo": {"lat": 1, "deep": {"x": 1}}}}
    assert after(sent) == {"address": {"city": "Pune", "geo": {"lat": 1, "deep": '{"x": 1}'}}}


def test_a_profile_holds_ten_objects_and_an_event_five() -> None:
    profile = after({f"o{n}": {"x": n} for n in range(12)})
    assert sorted(profile) == sorted(f"o{n}" for n in range(10))
    assert after({"o3": {"x": "again"}, "o11": [{"x": 1}], "plain": 1}, profile) == {
        **profile,
        "o3": {"x": "again"},
        "plain": 1,
    }
    action = {"action": "Bought", "attributes": {"n": 1, **{f"o{n}": {"x": n} for n in range(7)}}}
    (element,) = parse_event({"type": "event", "customer_id": "asha", "actions": [action]}).events
    assert sorted(element.actions[0].attributes) == ["n", "o0", "o1", "o2", "o3", "o4"]


def test_an_identifier_of_an_event_is_normalised_too() -> None:
    document = {
        "type": "event",
        "user_identifiers": {"moe_mobile": "98000 00001"},
        "actions": [{"action": "Visit"}],
    }
    (element,) = normalised(parse_event(document), "IN").events
    assert element.identity.identifiers == (("u_mb", "+919800000001"),)


def test_the_source_of_a_customer_is_an_alias_in_one_place_and_reserved_in_another() -> None:
    """Section 8 of the contract leaves it open; what is sent is kept."""
    assert after({"source": "shop"}) == {"source": "shop"}
    assert parse_change({}, {"status": "x", "user_id": "x", "INSTALL": "x"}).set == {}
