import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.studio.mlt_documents import clear, document, producer, text

from reelpress.studio.plan import (
    FieldFault,
    Mapping,
    OutputSpec,
    PartSource,
    Plan,
    Resolved,
    compile_plan,
    positional_values,
    resolve,
)
from reelpress.studio.plan.text import clean_value
from reelpress.studio.scene import parse_scene


def plan_for(*mappings: Mapping, argument: str = "{{name}}", **values: str) -> Plan:
    title = clear("title", 50, text(argument, **values))
    photo = producer("photo", "qimage", "face.jpg", 50, reelpress_field="photo")
    data = document([title, photo], [[("photo", 0, 0, 49)], [("title", 0, 0, 49)]], frames=50)
    return compile_plan([PartSource("mlt", scene=parse_scene(data))], mappings, OutputSpec())


def shown(plan: Plan, **values: str) -> str:
    resolved = resolve(plan, values)
    assert isinstance(resolved, Resolved), resolved
    return resolved.texts[0].text


def test_a_value_takes_the_place_of_its_slot() -> None:
    assert shown(plan_for(), name="Asha") == "Asha"


def test_a_value_inside_a_sentence_keeps_its_own_direction() -> None:
    assert shown(plan_for(argument="Hi {{ name }}, 3 items"), name="فاطمة") == "Hi \u2068فاطمة\u2069, 3 items"


def test_a_missing_value_takes_the_fallback_and_an_empty_one_too() -> None:
    plan = plan_for(reelpress_fallback="friend")
    assert shown(plan) == shown(plan, name="  ") == "friend"


def test_a_missing_value_without_fallback_is_refused_by_field_and_layer() -> None:
    faults = resolve(plan_for(), {})
    assert isinstance(faults, tuple)
    assert faults == (FieldFault("name", "name", faults[0].message),)
    assert "no fallback" in faults[0].message


def test_a_field_that_is_not_required_may_be_empty() -> None:
    assert shown(plan_for(Mapping("name", "name", required=False))) == ""


def test_a_picture_that_did_not_come_leaves_the_sample() -> None:
    resolved = resolve(plan_for(), {"name": "Asha"})
    assert isinstance(resolved, Resolved)
    assert (resolved.images[0].value, resolved.images[0].resource) == ("", "face.jpg")
    assert resolved.image_values == {}


def test_pictures_to_fetch_are_listed_by_field() -> None:
    resolved = resolve(plan_for(), {"name": "Asha", "photo": "https://img.example/1.jpg"})
    assert isinstance(resolved, Resolved)
    assert resolved.image_values == {"photo": "https://img.example/1.jpg"}


def test_clips_to_fetch_are_listed_apart_from_pictures() -> None:
    clip = producer("clip", "avformat", "sample.mp4", 50, reelpress_field="hello")
    data = document([clip], [[("clip", 0, 0, 49)]], frames=50)
    plan = compile_plan([PartSource("mlt", scene=parse_scene(data))], (), OutputSpec())
    named = positional_values(plan, videos=["https://media.example.com/1.mp4"])
    with_clip, without = resolve(plan, named), resolve(plan, {})
    assert isinstance(with_clip, Resolved)
    assert isinstance(without, Resolved)
    assert with_clip.clip_values == with_clip.file_values == {"hello": "https://media.example.com/1.mp4"}
    assert with_clip.image_values == without.clip_values == {}
    assert without.clips[0].resource == "sample.mp4"


@pytest.mark.parametrize(
    ("transforms", "value", "expected"),
    [
        (("upper",), "asha", "ASHA"),
        (("lower", "title"), "O'BRIEN smith", "O'brien Smith"),
        (("number",), "1234567", "1,234,567"),
        (("number:2",), "1234.5", "1,234.50"),
        (("number:in",), "1234567.5", "12,34,567.50"),
        (("number:in",), "-150000", "-1,50,000"),
        (("date:%d %b %Y",), "2024-02-29", "29 Feb 2024"),
    ],
)
def test_transforms_write_values_as_people_read_them(
    transforms: tuple[str, ...], value: str, expected: str
) -> None:
    assert shown(plan_for(Mapping("name", "name", transforms=transforms)), name=value) == expected


def test_a_transform_that_does_not_suit_the_value_names_the_field_and_not_the_value() -> None:
    faults = resolve(plan_for(Mapping("name", "price", transforms=("number",))), {"price": "secret"})
    assert isinstance(faults, tuple)
    assert faults[0].field == "price"
    assert "secret" not in faults[0].message


def test_positional_arrays_fill_fields_of_their_kind_in_order() -> None:
    plan = plan_for(argument="{{name}} {{tier}}")
    named = positional_values(plan, texts=["Asha", "Gold"], images=["https://img.example/1.jpg"])
    assert named == {"name": "Asha", "tier": "Gold", "photo": "https://img.example/1.jpg"}


def test_more_values_than_fields_are_refused() -> None:
    with pytest.raises(ValueError, match="2 image values for 1"):
        positional_values(plan_for(), images=["a", "b"])


def test_a_value_is_never_read_as_a_template() -> None:
    assert shown(plan_for(argument="{{name}} {{tier}}"), name="{{tier}}", tier="Gold") == (
        "\u2068{{tier}}\u2069 \u2068Gold\u2069"
    )


@pytest.mark.parametrize(
    ("value", "clean"),
    [
        ("a\u202eb\u2066c\u2069", "abc"),
        ("a\x00b\x1b[31m\x7fc", "ab[31mc"),
        ("two\nlines\u2028and\ttabs", "two lines and tabs"),
        ("z\u200be\ufeffr\u00ado", "zero"),
        ("\U0001f469\u200d\U0001f4bb", "\U0001f469\u200d\U0001f4bb"),
        ("क्\u200dष", "क्\u200dष"),
        ("e" + "\u0301" * 50, "é" + "\u0301" * 5),
        ("\ud800x", "\ufffdx"),
        ("<b>{{x}} 'quoted' \"twice\" & %s #frame#", "<b>{{x}} 'quoted' \"twice\" & %s #frame#"),
    ],
)
def test_what_could_do_harm_is_taken_out_and_the_rest_stays(value: str, clean: str) -> None:
    assert clean_value(value) == clean


@given(st.text(max_size=300))
def test_cleaning_ends_and_cleaning_twice_changes_nothing(value: str) -> None:
    once = clean_value(value)
    assert clean_value(once) == once
    assert not set(once) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\n\r\t\x00")
