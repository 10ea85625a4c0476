"""What a person reads beside the fields of a form."""

from reelpress.console.typed import faults_of, words_of
from reelpress.platform.errors import Detail, Refusal, Refusals

SEVERAL = Refusals(
    400,
    "invalid_field",
    [
        Detail("content.html", "content.html, line 2: the tag is not closed"),
        Detail("audience.filters[0].name", "a filter names the attribute"),
        Detail("content.html", "content.html: too long"),
    ],
    fix="close the tag",
)


def test_each_of_several_faults_stands_beside_its_field():
    assert faults_of(SEVERAL) == {
        "content.html": "Line 2: the tag is not closed.",
        "audience.filters.0.name": "A filter names the attribute.",
    }


def test_several_faults_are_told_in_one_line():
    assert words_of(SEVERAL) == ("Line 2: the tag is not closed. A filter names the attribute. Too long.")


def test_a_single_fault_comes_with_its_remedy():
    alone = Refusals(
        400, "incomplete", [Detail("trigger", "no event starts this campaign")], fix="choose one"
    )
    assert faults_of(alone) == {"trigger": "No event starts this campaign. Choose one."}
    assert words_of(Refusal(409, "x", "in use", fix="stop it")) == "In use. Stop it."
