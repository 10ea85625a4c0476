"""What a filter may say, and what is answered to one that cannot be used."""

from typing import Any

import pytest

from reelpress.engage.audiences.model import EVERYBODY, Action, Condition, Reference
from reelpress.engage.audiences.parse import RuleFault, parse_event_rule, parse_rule
from tests.engage.audiences.filters import action, condition, matches


def test_all_users_is_said_in_so_many_words() -> None:
    assert parse_rule({"is_all_user_campaign": True}) == EVERYBODY
    assert matches(EVERYBODY, {})


def test_a_filter_group_as_the_segment_api_sends_it_is_read() -> None:
    rule = parse_rule(
        {
            "included_filters": {
                "filter_operator": "and",
                "filters": [
                    {
                        "filter_type": "user_attributes",
                        "name": "whilter_video_url",
                        "data_type": "string",
                        "operator": "exists",
                        "value": True,
                        "negate": False,
                        "case_sensitive": False,
                    }
                ],
            }
        }
    )
    assert matches(rule, {"whilter_video_url": ""})
    assert not matches(rule, {})


@pytest.mark.parametrize("name", ["first_name", "First Name", "u_fn"])
def test_an_attribute_may_be_named_by_key_payload_name_or_display_name(name: str) -> None:
    rule = parse_rule(condition(name=name, value="asha"))
    assert isinstance(rule, Condition)
    assert rule.key == "u_fn"


def test_a_display_name_of_the_workspace_stands_for_its_key() -> None:
    rule = parse_rule(condition(name="Video link", operator="exists"), {"Video link": "whilter_video_url"})
    assert matches(rule, {"whilter_video_url": "https://x"})


def test_an_event_attribute_is_never_taken_for_a_user_attribute() -> None:
    rule = parse_event_rule({"filters": [{"name": "name", "operator": "is", "value": "Shoe"}]})
    assert matches(rule, {"name": "shoe"})


@pytest.mark.parametrize("document", [None, {}, {"filter_operator": "and", "filters": []}])
def test_an_event_without_conditions_always_matches(document: object) -> None:
    assert parse_event_rule(document) == EVERYBODY


def test_excluded_users_are_taken_out_of_the_included() -> None:
    rule = parse_rule(
        {
            "is_all_user_campaign": True,
            "excluded_filters": {"filter_operator": "or", "filters": [condition(value="gold")]},
        }
    )
    assert not matches(rule, {"tier": "Gold"})
    assert matches(rule, {})


def test_a_negated_condition_holds_for_those_without_the_attribute() -> None:
    rule = parse_rule(condition(value="gold", negate=True))
    assert matches(rule, {})
    assert not matches(rule, {"tier": "gold"})


def test_exists_with_the_value_false_asks_for_absence() -> None:
    assert matches(parse_rule(condition(operator="exists", value=False)), {})


@pytest.mark.parametrize(
    ("operator", "value", "value1", "stored", "holds"),
    [
        ("between", 10, 20, 20, True),
        ("between", 10, 20, 20.5, False),
        ("lessThan", 10, None, 9.99, True),
        ("greaterThan", 10, None, 10, False),
        ("in", [1, 2], None, 2.0, True),
        ("is", 1, None, True, False),
        ("is", 50, None, "50", False),
    ],
)
def test_numbers_are_compared_as_numbers_only(
    operator: str, value: object, value1: object, stored: object, holds: bool
) -> None:
    filter_ = condition(name="points", data_type="double", operator=operator, value=value, value1=value1)
    assert matches(parse_rule(filter_), {"points": stored}) is holds


@pytest.mark.parametrize(
    ("operator", "stored", "holds"),
    [
        ("on", "2026-11-23T23:59:59.999Z", True),
        ("on", "2026-11-24", False),
        ("on", "2026-11-24T01:00:00+05:30", True),
        ("before", "2026-11-22", True),
        ("after", 1_795_996_800_000, True),
        ("after", "soon", False),
    ],
)
def test_date_times_are_compared_in_utc(operator: str, stored: object, holds: bool) -> None:
    rule = parse_rule(condition(name="joined", data_type="datetime", operator=operator, value="2026-11-23"))
    assert matches(rule, {"joined": stored}) is holds


def test_the_filter_of_the_reference_is_read_whole() -> None:
    rule = parse_rule(
        {
            "filter_type": "actions",
            "attributes": {"filter_operator": "and", "filters": []},
            "executed": True,
            "primary_time_range": {
                "type": "between",
                "value": "2023-02-15T00:00:00.000Z",
                "value1": "2023-02-24T23:59:59.999Z",
                "value_type": "absolute",
                "period_unit": "days",
            },
            "action_name": "MOE_EMAIL_SENT",
            "execution": {"count": 1, "type": "atleast"},
        }
    )
    assert isinstance(rule, Action)
    assert (rule.name, rule.least, rule.most, rule.where) == ("MOE_EMAIL_SENT", 1, None, EVERYBODY)


def test_nested_filters_are_a_group() -> None:
    nested = {"filter_type": "nested_filters", "filter_operator": "or", "filters": [condition(value="gold")]}
    assert matches(parse_rule({"filters": [nested]}), {"tier": "gold"})


def test_a_custom_segment_is_named_by_its_id() -> None:
    given = {"filter_type": "custom_segments", "id": "6388a97a02adb9071ca84ce9", "name": "Anything"}
    assert parse_rule(given) == Reference("6388a97a02adb9071ca84ce9")


@pytest.mark.parametrize(
    ("stored", "any_of", "all_of"),
    [
        (["a", "b"], True, True),
        (["a", "x"], True, False),
        (["x"], False, False),
        ([], False, False),
        ("A", True, True),
        (["a", 7], True, False),
    ],
)
def test_of_a_list_any_or_all_elements_compare(stored: object, any_of: bool, all_of: bool) -> None:
    wanted = condition(operator="in", value=["a", "b"])
    assert matches(parse_rule(wanted), {"tier": stored}) is any_of
    assert matches(parse_rule({**wanted, "array_filter_type": "all_of"}), {"tier": stored}) is all_of


@pytest.mark.parametrize(
    ("attributes", "holds"),
    [
        ({"address": {"city": "Pune"}}, True),
        ({"address": [{"city": "Delhi"}, {"city": "PUNE"}]}, True),
        ({"address": {"city": ["Delhi", "Pune"]}}, True),
        ({"address.city": "Pune", "address": {"city": "Delhi"}}, True),
        ({"address.city": "Delhi", "address": {"city": "Pune"}}, False),
        ({"address": "Pune"}, False),
        ({}, False),
    ],
)
def test_a_dot_leads_into_an_object_unless_an_attribute_has_that_very_name(
    attributes: dict[str, Any], holds: bool
) -> None:
    assert matches(parse_rule(condition(name="address.city", value="pune")), attributes) is holds


@pytest.mark.parametrize(
    ("value", "empty", "filled"), [("", True, False), ("x", False, True), (7, False, False)]
)
def test_empty_and_not_empty_speak_of_text_that_is_there(value: object, empty: bool, filled: bool) -> None:
    assert matches(parse_rule(condition(operator="isEmpty")), {"tier": value}) is empty
    assert matches(parse_rule(condition(operator="isNotEmpty")), {"tier": value}) is filled
    assert not matches(parse_rule(condition(operator="isNotEmpty")), {})
    assert matches(parse_rule(condition(operator="isEmpty", negate=True)), {})


@pytest.mark.parametrize(
    ("attributes", "holds"), [({"url": "x"}, True), ({"url": ""}, True), ({"url": "N/A"}, True), ({}, False)]
)
def test_is_set_means_that_the_key_is_there(attributes: dict[str, Any], holds: bool) -> None:
    assert matches(parse_rule(condition(name="url", operator="exists")), attributes) is holds


NESTED: dict[str, Any] = condition(value="x")
for _ in range(6):
    NESTED = {"filter_operator": "and", "filters": [NESTED]}


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ([], "audience"),
        ({}, "audience.name"),
        ({"filter_operator": "and", "filters": []}, "audience.filters"),
        ({"filter_operator": "xor", "filters": [condition(value="x")]}, "audience.filter_operator"),
        ({"included_filters": {"filters": [7]}}, "audience.included_filters.filters[0]"),
        (
            {"filters": [condition(value="x"), condition(operator="sounds like")]},
            "audience.filters[1].operator",
        ),
        (condition(data_type="colour"), "audience.data_type"),
        (condition(value=7), "audience.value"),
        (condition(value="x" * 513), "audience.value"),
        (condition(value="a\0b"), "audience.value"),
        (condition(value="\ud800"), "audience.value"),
        (condition(name="\ud800", value="x"), "audience.name"),
        (condition(name="", value="x"), "audience.name"),
        (condition(value="x", negate="no"), "audience.negate"),
        (condition(operator="in", value=[]), "audience.value"),
        (condition(data_type="double", operator="between", value=1), "audience.value1"),
        (condition(data_type="double", operator="is", value=float("inf")), "audience.value"),
        (condition(data_type="double", operator="is", value=10**400), "audience.value"),
        (condition(data_type="datetime", operator="on", value="31/05/2020"), "audience.value"),
        (condition(data_type="bool", operator="is", value="true"), "audience.value"),
        ({"filters": [{"filter_type": "colours", "name": "X"}]}, "audience.filters[0].filter_type"),
        (condition(operator="in", value=["x"], array_filter_type="none"), "audience.array_filter_type"),
        (condition(data_type="datetime", operator="inTheLast", value="soon"), "audience.value"),
        (condition(data_type="datetime", operator="inTheLast", value=-1), "audience.value"),
        (condition(data_type="datetime", operator="inTheLast", value=True), "audience.value"),
        (
            condition(data_type="datetime", operator="inTheLast", value=3, period_unit="years"),
            "audience.period_unit",
        ),
        (
            condition(data_type="datetime", operator="on", value="2026-01-01", value_type="x"),
            "audience.value_type",
        ),
        (condition(data_type="datetime", operator="between", value="2026-01-01"), "audience.value1"),
        (action(action_name=""), "audience.action_name"),
        (action(action_name=7), "audience.action_name"),
        (action(executed="yes"), "audience.executed"),
        (action(execution={"type": "often", "count": 1}), "audience.execution.type"),
        (action(execution={"type": "atleast", "count": "3"}), "audience.execution.count"),
        (action(execution={"type": "atleast", "count": -1}), "audience.execution.count"),
        (action(execution="often"), "audience.execution"),
        (action(primary_time_range={"type": "inTheNext", "value": 3}), "audience.primary_time_range.type"),
        (action(primary_time_range={"type": "on", "value": 3}), "audience.primary_time_range.value"),
        (
            action(attributes={"filters": [{"filter_type": "custom_segments", "id": "x"}]}),
            "audience.attributes.filters[0].filter_type",
        ),
        (
            action(attributes={"filters": [{"name": "x", "operator": "?"}]}),
            "audience.attributes.filters[0].operator",
        ),
        ({"filter_type": "custom_segments"}, "audience.id"),
        (NESTED, "audience" + ".filters[0]" * 5),
        ({"filters": [condition(value="x")] * 101}, "audience.filters[100]"),
        (
            {"is_all_user_campaign": True, "excluded_filters": {"filters": []}},
            "audience.excluded_filters.filters",
        ),
    ],
)
def test_a_filter_that_cannot_be_used_is_refused_at_its_path(document: object, path: str) -> None:
    with pytest.raises(RuleFault) as caught:
        parse_rule(document)
    assert caught.value.path == path
    assert caught.value.status == 400
