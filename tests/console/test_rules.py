"""Rules between the form and the JSON of the services."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.datastructures import FormData

from reelpress.console.pages.campaigns.rules import (
    OPERATORS,
    Row,
    RuleForm,
    rule_document,
    shown_rule,
    typed_rule,
)
from reelpress.console.typed import Typed
from reelpress.engage.audiences.parse import parse_rule

CODES = [code for _, group in OPERATORS for code, _ in group]
VALUES = {"string": "Pune", "double": "3.5", "datetime": "2026-11-23"}


def row(code: str) -> Row:
    kind = code.lstrip("!").partition(".")[0]
    return Row("town", code, VALUES.get(kind, ""))


@pytest.mark.parametrize("code", CODES)
def test_every_comparison_the_form_offers_is_one_the_services_know_and_comes_back_the_same(code: str):
    form = RuleForm("rows", "or", (row(code), row("exists")))
    document = rule_document(form, "user_attributes")
    parse_rule(document)
    assert shown_rule(document) == form


@pytest.mark.parametrize(
    ("condition", "shown"),
    [
        ({"operator": "exists", "value": True, "data_type": "string"}, Row("town", "exists", "")),
        ({"operator": "exists", "value": False}, Row("town", "!exists", "")),
        ({"operator": "exists", "value": False, "negate": True}, Row("town", "exists", "")),
        ({"operator": "equals", "value": "Pune"}, Row("town", "string.is", "Pune")),
        ({"operator": "in", "value": ["Pune"], "data_type": "string"}, Row("town", "string.is", "Pune")),
        ({"operator": "is", "value": 3, "data_type": "number"}, Row("town", "double.is", "3")),
        ({"operator": "is", "value": True}, Row("town", "bool.is.true", "")),
        ({"operator": "lessThan", "value": "2026-11-23", "data_type": "datetime"},
         Row("town", "datetime.before", "2026-11-23")),
    ],
)  # fmt: skip
def test_what_the_api_may_have_written_is_shown_as_a_row(condition: dict[str, Any], shown: Row):
    rule = {"filter_operator": "and", "filters": [{"name": "town", **condition}]}
    parse_rule(rule)
    assert shown_rule(rule).rows == (shown,)


@pytest.mark.parametrize(
    "rule",
    [
        {"filters": [{"name": "town", "operator": "in", "value": ["Pune", "Leeds"]}]},
        {"filters": [{"filters": [{"name": "town", "operator": "exists"}]}]},
        {"filters": [{"name": "town", "operator": "is", "value": "Pune", "case_sensitive": True}]},
        {"filters": [{"name": "town", "operator": "exists"}], "negate": True},
        {"included_filters": {"filters": [{"name": "town", "operator": "exists"}]}},
        {"filters": [{"name": "age", "operator": "between", "value": [1, 2], "data_type": "double"}]},
    ],
)
def test_a_rule_that_rows_cannot_say_stays_json_and_is_not_changed(rule: dict[str, Any]):
    parse_rule(rule)
    form = shown_rule(rule)
    assert form.kind == "json"
    assert rule_document(form, "user_attributes") == rule


def test_one_custom_segment_is_chosen_by_name_and_not_written_as_json():
    rule = {"filters": [{"filter_type": "custom_segments", "id": "a" * 24, "name": "In Pune"}]}
    form = shown_rule(rule)
    assert form == RuleForm("segment", segment="a" * 24)
    assert parse_rule(rule_document(form, "user_attributes")) == parse_rule(rule)


@pytest.mark.parametrize(
    "rule",
    [
        {"filters": [{"filter_type": "custom_segments", "id": "a" * 24, "negate": True}]},
        {"filters": [{"filter_type": "custom_segments", "id": "a" * 24}], "negate": True},
        {"filters": [{"filter_type": "custom_segments", "id": letter * 24} for letter in "ab"]},
    ],
)
def test_a_segment_with_more_to_it_stays_json(rule: dict[str, Any]):
    assert shown_rule(rule).kind == "json"


def test_rows_in_which_nothing_was_typed_are_left_out():
    typed = Typed(
        FormData(
            [
                ("audience.kind", "rows"),
                ("audience.name", "town"), ("audience.operator", "string.is"), ("audience.value", " Pune "),
                ("audience.name", ""), ("audience.operator", "exists"), ("audience.value", ""),
            ]
        )
    )  # fmt: skip
    assert typed_rule(typed, "audience", "all").rows == (Row("town", "string.is", " Pune "),)


@pytest.mark.parametrize("rule", [None, {}, {"is_all_user_campaign": True}, {"filter_type": "all_users"}])
def test_everybody_is_everybody(rule: dict[str, Any] | None):
    assert shown_rule(rule).kind == "all"
    assert rule_document(shown_rule(rule), "user_attributes") is None


def test_a_rule_reads_as_a_sentence():
    form = RuleForm("rows", "and", (Row("whilter_video_url", "exists", ""), Row("town", "string.is", "Pune")))
    assert form.words == "whilter_video_url is set and town equals Pune"
