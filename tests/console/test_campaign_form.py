"""A definition goes into a form and comes back the same."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from reelpress.console.pages.media_campaigns import parts
from reelpress.console.pages.media_campaigns.form import (
    FormFault,
    connection_of,
    name_of,
    place_of,
    values_of,
    video_of,
)
from reelpress.studio.campaigns.model import Definition

ASSET = UUID(int=7)


def _definition(**more: Any) -> Definition:
    mapping: dict[str, Any] = {
        "part": 1,
        "layer": "Name",
        "kind": "text",
        "field": "first name",
        "placeholder": "name",
        "transforms": ["trim", "date:%d, %b"],
        "fallback": "dear | friend",
        "fit": {"rule": "wrap", "min_size": 12.5, "max_lines": 2},
        "required": False,
    }
    return Definition.model_validate(
        {
            "output": {"kind": "image", "width": 640, "still_at_s": 1.5},
            "parts": [
                {"kind": "static", "asset_id": ASSET, "name": 'A "quoted" & <b>', "duration_s": 2},
                {"kind": "mlt", "asset_id": ASSET, "name": "Main"},
            ],
            "mappings": [mapping],
            "connection": {
                "egress": {"type": "CPAAS", "base_url": "https://example.com", "workspace_id": "W"},
                "time_to_live": "ONE_DAY",
            },
            **more,
        }
    )


def test_what_a_form_shows_is_what_it_sends() -> None:
    definition = _definition()
    values = values_of(definition)
    assert (
        video_of(values, Definition()).model_copy(update={"connection": definition.connection}) == definition
    )
    assert connection_of(values, definition) == definition


def test_the_fields_of_the_egress_not_chosen_are_left_out() -> None:
    values = values_of(_definition()) | {"connection.egress.url": "https://example.com/hook"}
    assert connection_of(values, _definition()) == _definition()


def test_an_emptied_attribute_is_not_written() -> None:
    values = values_of(_definition()) | {"connection.egress.mp4_attribute": ""}
    egress = connection_of(values, _definition()).connection.egress
    assert egress is not None
    assert egress.model_dump()["mp4_attribute"] is None


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("parts.1.name", "", "fill this in"),
        ("output.width", "wide", "valid integer"),
        ("output.width", "5", "greater than or equal to 16"),
        ("mappings.0.field", "{x}", "no braces"),
        ("mappings.0.transforms", "SHOUT!", "write trim"),
        ("parts.1.asset_id", "nonsense", "valid uuid"),
    ],
)
def test_a_fault_is_named_by_its_place(name: str, typed: str, words: str) -> None:
    with pytest.raises(FormFault) as caught:
        video_of(values_of(_definition()) | {name: typed}, Definition())
    assert list(caught.value.faults) == [place_of(name)]
    assert words in caught.value.faults[place_of(name)]


@pytest.mark.parametrize("name", ["parts.0", "parts.10.name", "mappings.3.fit.rule", "connection.egress.url"])
def test_places_and_names_are_the_same_path(name: str) -> None:
    assert name_of(place_of(name)) == name


@pytest.mark.parametrize(
    "hostile",
    [
        {"parts": "x", "parts.0.name": "y"},
        {"parts.0": "x"},
        {"output.kind.deeper": "x"},
        {"mappings.99999999999999999999.field": "x"},
        {"parts.-1.name": "x"},
        {"": "x", ".": "y"},
    ],
)
def test_a_form_made_by_hand_is_refused_and_breaks_nothing(hostile: dict[str, str]) -> None:
    outcome = _outcome(hostile)
    assert outcome == Definition() or isinstance(outcome, FormFault)


def _outcome(values: dict[str, str]) -> Definition | FormFault:
    try:
        return video_of(values, Definition())
    except FormFault as fault:
        return fault


def test_a_removed_part_takes_its_layers_along() -> None:
    gone = parts.removed(_definition(), 1)
    assert [part.name for part in gone.parts] == ['A "quoted" & <b>']
    assert gone.mappings == ()
    assert parts.removed(_definition(), 0).mappings[0].part == 0


def test_a_moved_part_keeps_its_layers_and_stops_at_the_ends() -> None:
    moved = parts.moved(_definition(), 0, 1)
    assert [part.name for part in moved.parts] == ["Main", 'A "quoted" & <b>']
    assert moved.mappings[0].part == 0
    assert parts.moved(_definition(), 1, 1) == _definition()
