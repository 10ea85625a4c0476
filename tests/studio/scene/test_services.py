"""What each service says, and what it refuses."""

import pytest
from tests.studio.mlt_documents import (
    clear,
    document,
    filter_,
    place,
    producer,
    properties,
    text,
    title,
    title_shape,
    title_text,
)

from reelpress.studio.scene import SceneFault, layers, parse_scene, timeline
from reelpress.studio.scene.geometry import trimmed
from reelpress.studio.scene.ops import Box, Group, Trim, Wipe


def one_clip(clip: str, **more: str) -> bytes:
    return document([clip], [[("clip", 0, 0, 49)]], frames=50, width=640, height=360, **more)


def fault_of(data: bytes) -> SceneFault:
    with pytest.raises(SceneFault) as caught:
        layers(parse_scene(data, "card.mlt"))
    assert caught.value.line > 0
    assert caught.value.fix
    return caught.value


def titled(*items: str, **more: str) -> str:
    return producer("clip", "kdenlivetitle", "", 50, xmldata=title(*items), **more)


def test_every_text_of_a_title_that_names_a_field_is_a_layer_of_its_own() -> None:
    clip = titled(
        title_text("Hi {{name}}", 80, 90), title_text("from {{city}}", 80, 200), reelpress_name="Card"
    )
    first, second = layers(parse_scene(one_clip(clip)))
    assert [layer.name for layer in (first, second)] == ["Card", "Card 2"]
    assert [layer.fields for layer in (first, second)] == [("name",), ("city",)]
    assert (first.box.x, first.box.y) == (80, 90)
    assert (first.box.width, first.box.height) == (300, 65)


def test_a_title_of_another_size_is_scaled_to_the_canvas() -> None:
    words = title(title_text("{{name}}", 200, 300), width=1280, height=720)
    (layer,) = layers(parse_scene(one_clip(producer("clip", "kdenlivetitle", "", 50, xmldata=words))))
    assert (layer.box.x, layer.box.y, layer.box.width) == (100, 150, 150)


@pytest.mark.parametrize(
    ("clip", "words"),
    [
        (titled(title_text("x", 0, 0, gradient="#ff0000;#2e0046;0;100;90")), "gradient"),
        (titled(title_text("x", 0, 0, typewriter="1;2;1;0;0")), "typewriter"),
        (titled(title_shape("0,0,9,9", 0, 0, kind="Pixmap")), "QGraphicsPixmapItem"),
        (titled(title_shape("0,0,9", 0, 0)), "four numbers"),
        (titled(title_text("x", 0, 0).replace("1,0,0,0,1", "2,0,0,0,2")), "turned"),
        (producer("clip", "kdenlivetitle", "t.kdenlivetitle", 50), "resource"),
        (producer("clip", "kdenlivetitle", "", 50, xmldata="<kdenlivetitle>"), "not well-formed"),
        (producer("clip", "kdenlivetitle", "", 50, xmldata="<svg/>"), "not a Kdenlive title"),
        (producer("clip", "kdenlivetitle", "", 50, xmldata='<!DOCTYPE a [<!ENTITY b "c">]><a/>'), "entities"),
        (
            producer("clip", "kdenlivetitle", "", 50, xmldata=title(width=640, height=640)),
            "640x640",
        ),
        (
            producer(
                "clip",
                "kdenlivetitle",
                "",
                50,
                xmldata=title().replace('endviewport rect="0', 'endviewport rect="9'),
            ),
            "moving title",
        ),
        (producer("clip", "pango", "", 50, markup="<b>x</b>"), "markup"),
        (producer("clip", "pango", "words.txt", 50), "from a file"),
        (clear("clip", 50, filter_("crop", {"left": "9"})), "films and pictures"),
        (producer("clip", "qimage", "a.png", 50, filter_("crop", {"left": "-9"})), "edge"),
        (
            producer("clip", "qimage", "a.png", 50, filter_("crop", {"left": "9"}, in_=5, out=9)),
            "part of a clip",
        ),
        (
            producer("clip", "qimage", "a.png", 50, filter_("crop", {"left": "9"}), reelpress_field="p"),
            "comes with the request",
        ),
        (clear("clip", 50, filter_("box_blur", {"hradius": "200"})), "hradius"),
        (clear("clip", 50, filter_("box_blur", {"preserve_alpha": "1"})), "preserve_alpha"),
        (clear("clip", 50, text("x") + filter_("qtext", {"html": "<table>x</table>"})), "rich text"),
    ],
)
def test_what_cannot_be_drawn_is_a_fault_with_a_line_and_a_way_out(clip: str, words: str) -> None:
    assert words in str(fault_of(one_clip(clip)))


def luma(**values: str) -> bytes:
    named = properties({"a_track": "0", "b_track": "1", "mlt_service": "luma", **values})
    transition = f'<transition in="0" out="49">{named}</transition>'
    return one_clip(producer("clip", "color", "red", 50), transitions=transition)


def joined(data: bytes) -> tuple[list[float], Wipe | None]:
    root = timeline(parse_scene(data)).root
    assert isinstance(root, Group)
    return [key.values[0] for key in root.dissolve], root.wipe


def test_a_wipe_names_its_map_softness_and_direction() -> None:
    assert joined(luma()) == ([0, 1], None)
    assert joined(luma(reverse="1")) == ([1, 0], None)
    assert joined(luma(resource="%luma07.pgm", softness="0.2")) == ([0, 1], Wipe(7, 0.2))
    assert joined(luma(resource="/usr/share/lumas/PAL/luma22.pgm", invert="1"))[1] == Wipe(22, 0, invert=True)
    assert joined(luma(resource="%luma01.pgm", invert="1"))[0] == [1, 0]
    assert joined(luma(resource="%luma01.pgm", invert="1", reverse="1"))[0] == [0, 1]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"resource": "mine.png"}, "mine.png"),
        ({"resource": "%luma23.pgm"}, "luma23"),
        ({"resource": "%luma01.pgm", "softness": "2"}, "softness"),
        ({"fixed": "0.5"}, "fixed"),
    ],
)
def test_a_wipe_along_any_other_picture_is_refused(values: dict[str, str], words: str) -> None:
    assert words in str(fault_of(luma(**values)))


@pytest.mark.parametrize(
    ("trim", "left"),
    [
        (Trim(left=10, right=4, top=6), Box(10, 6, 106, 74)),
        (Trim(left=11), Box(12, 0, 108, 80)),  # an odd width would be left
        (Trim(left=70, right=60), Box(0, 0, 120, 80)),  # too little would be left
        (Trim(left=64, by_canvas=True), Box(12, 0, 108, 80)),
        (Trim(centre=True), Box(0, 6, 120, 68)),
        (Trim(centre=True, bias=4), Box(0, 2, 120, 68)),
    ],
)
def test_a_crop_of_the_source_leaves_what_melt_leaves(trim: Trim, left: Box) -> None:
    assert trimmed(trim, (120, 80), (640, 360)) == left


def test_a_crop_narrows_a_layers_box_and_a_blur_widens_it() -> None:
    cropped = clear("clip", 50, text("{{name}}") + filter_("qtcrop", {"rect": "50 50 100 20 1"}))
    blurred = clear("clip", 50, text("{{name}}") + filter_("box_blur", {"hradius": "10", "vradius": "0"}))
    assert layers(parse_scene(one_clip(cropped)))[0].box == Box(50, 50, 100, 20)
    box = layers(parse_scene(one_clip(blurred)))[0].box
    assert box.x < 20 - 8
    assert box.width > 280 + 16
    placed = clear("clip", 50, text("{{name}}") + place("0 0 320 180 1"))
    assert layers(parse_scene(one_clip(placed)))[0].box == Box(10, 20, 140, 30)
