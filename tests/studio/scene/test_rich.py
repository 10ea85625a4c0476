"""Rich text as Shotcut's editor writes it, and what else is written in HTML."""

import contextlib
import time

import pytest
from tests.studio.mlt_documents import RICH_HEAD, clear, document, filter_, paragraph, rich, rich_html

from reelpress.studio.scene import SceneFault, layers, parse_scene
from reelpress.studio.scene.ops import Box, Paragraph, Run, Write
from reelpress.studio.scene.rich import RichFault, plain_text, read_paragraphs
from reelpress.studio.scene.timeline import timeline


def read(*paragraphs: str) -> tuple[Paragraph, ...]:
    return read_paragraphs(rich_html(*paragraphs))


def runs(words: str) -> list[Run]:
    (one,) = read(paragraph(words))
    return list(one.runs)


def texts(words: str) -> list[str]:
    return [run.text for run in runs(words)]


def scene_of(effect: str) -> bytes:
    return document([clear("clip", 50, effect)], [[("clip", 0, 0, 49)]], frames=50, width=640, height=360)


def test_a_run_has_the_look_of_all_that_stands_around_it() -> None:
    plain, loud = runs("Dear <b><i><span style=' font-size:40px; color:#ff0000;'>{{name}}</span></i></b>")
    assert plain == Run("Dear ", "Noto Sans", 32, colour=(255, 255, 255, 255))
    assert loud == Run("{{name}}", "Noto Sans", 40, 700, italic=True, colour=(255, 0, 0, 255))


@pytest.mark.parametrize(
    ("style", "said"),
    [
        ("font-family:'Noto Serif','Arial'", {"family": "Noto Serif"}),
        ("font-family:Noto Serif, Arial", {"family": "Noto Serif"}),
        ("font-size:14pt", {"size": 19}),  # 18.67, and Qt has whole pixels
        ("font-size:xx-large", {"size": 32}),
        ("font-size:large; font-size:10pt", {"size": 19}),  # in Qt a named size outdoes a number
        ("font-weight:600", {"weight": 600}),
        ("font-style:italic", {"italic": True}),
        ("color:#80ff0000", {"colour": (255, 0, 0, 128)}),
        ("color:rgba(0,128,255,0.5)", {"colour": (0, 128, 255, 128)}),
        ("color:rgb(1,2,3)", {"colour": (1, 2, 3, 255)}),
        ("color:#f80", {"colour": (255, 136, 0, 255)}),
        ("background-color:yellow", {"background": (255, 255, 0, 255)}),
        ("text-decoration: underline line-through", {"underline": True, "strike": True}),
        ("vertical-align:baseline; background:transparent", {}),
    ],
)
def test_styles_of_characters(style: str, said: dict[str, object]) -> None:
    (run,) = runs(f'<span style=" {style};">x</span>')
    plain = Run("x", "Noto Sans", 32, colour=(255, 255, 255, 255))
    for name in Run.__struct_fields__:
        assert getattr(run, name) == said.get(name, getattr(plain, name)), name


def test_older_tags_say_the_same() -> None:
    (run,) = runs('<font color="lime" face="Noto Serif" size="5"><u><s><strong>x</strong></s></u></font>')
    assert (run.colour, run.family, run.size) == ((0, 255, 0, 255), "Noto Serif", 24)
    assert (run.underline, run.strike, run.weight) == (True, True, 700)


@pytest.mark.parametrize(
    ("style", "attributes", "said"),
    [
        ("margin-top:4px; margin-left:9px", {}, {"top": 4, "left": 9}),
        ("-qt-block-indent:2; text-indent:-5px", {}, {"left": 80, "indent": -5}),
        ("-qt-block-indent:2", {"dir": "rtl"}, {"right": 80, "right_to_left": True, "align": "right"}),
        ("", {"align": "justify"}, {"align": "justify"}),
        ("", {"align": "left", "dir": "rtl"}, {"align": "left", "right_to_left": True}),
        ("line-height:150%", {}, {"spacing": 150}),
        ("line-height:1.5", {}, {"spacing": 150}),
        ("line-height:60px", {}, {"spacing": 60, "line_rule": "at_least"}),
        ("line-height:9px; -qt-line-height-type: fixed", {}, {"spacing": 9, "line_rule": "exactly"}),
        ("-qt-line-height-type: line-distance; line-height:9", {}, {"spacing": 900, "line_rule": "added"}),
    ],
)
def test_styles_of_paragraphs(style: str, attributes: dict[str, str], said: dict[str, object]) -> None:
    (one,) = read(paragraph("x", style, **attributes))
    for name in set(Paragraph.__struct_fields__) - {"runs"}:
        assert getattr(one, name) == said.get(name, getattr(Paragraph(one.runs), name)), name


def test_paragraphs_and_headings_without_a_style_have_qts_own() -> None:
    first, second = read("<h2>A</h2>", "<p>B</p>")
    assert (first.top, first.bottom, first.runs[0].size, first.runs[0].weight) == (16, 12, 24, 700)
    assert (second.top, second.bottom, second.runs[0].size) == (12, 12, 32)


def test_blanks_are_kept_as_written_and_line_ends_are_blanks() -> None:
    assert texts("  a  b\nc &amp; &lt;b&gt;<br />d") == ["  a  b c & <b>\nd"]
    (one,) = read_paragraphs("<p>  a \n <b> b</b> </p>")
    assert [run.text for run in one.runs] == ["a ", "b"]


def test_text_outside_paragraphs_is_one_and_an_empty_paragraph_is_a_line_only_where_qt_says_so() -> None:
    said = read("Hi <b>you</b>", "<p></p>", "<p style='-qt-paragraph-type:empty;'><br /></p>", "<p>x</p>")
    assert ["".join(run.text for run in one.runs) for one in said] == ["Hi you", "", "x"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Hi {{na<b>me}}, yes</b>", ["Hi {{name}}", ", yes"]),
        ("{<b>{</b><i>a}</i>}{{b}}", ["{{a}}", "{{b}}"]),
        ("{{a<b>}} {{b</b>}}", ["{{a}}", " {{b}}"]),
        ("{{ a<b> b }}</b>", ["{{ a", " b }}"]),
    ],
)
def test_a_slot_whose_letters_differ_in_look_is_whole_where_it_begins(words: str, said: list[str]) -> None:
    assert texts(words) == said


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("<img src='http://example.com/x.png'>", "picture"),
        ("<a href='http://example.com'>x</a>", "link"),
        ("<table><tr><td>x</td></tr></table>", "table"),
        ("<ul><li>x</li></ul>", "list"),
        ("<script>x</script>", "script"),
        ("<svg/onload=x>", "svg"),
        ("<span onclick='x'>y</span>", "onclick"),
        ("<span style='background-image:url(x)'>y</span>", "background-image"),
        ("<span style='color:url(x)'>y</span>", "colour"),
        ("<span style='font-size:9999px'>y</span>", "size"),
        ("<span style='font-size:2em'>y</span>", "length"),
        ("<span style='vertical-align:super'>y</span>", "vertical-align"),
        ("<span style='color'>y</span>", "value"),
        ("<style>@import x;</style>", "style sheet"),
        ("<style>p { color: red; }</style>", "style sheet"),
        ("<?php x ?>", "instruction"),
        ("<![CDATA[x]]>", "marked section"),
        ("<p align='middle'>x</p>", "alignment"),
        ("<p style='background-color:#ff0000'>x</p>", "background"),
        ("a\tb", "tab"),
        ("<b>" * 100, "nested"),
        ("<p>x</p>" * 501, "paragraphs"),
        ("<b>x</b><i>y</i>" * 501, "changes of style"),
        ("x" * 100_000, "characters"),
    ],
)
def test_what_is_not_drawn_is_named_with_a_way_out(words: str, why: str) -> None:
    with pytest.raises(RichFault) as caught:
        read(words)
    assert why in caught.value.message
    assert caught.value.fix


@pytest.mark.parametrize(
    "words",
    [
        "<" * 99_000,
        "<!--" * 20_000,
        "<!-->" * 19_000,
        "<b " * 30_000,
        "<b a='>" * 14_000,
        "<b a=\">'" * 12_000,
        "<style>" + "p{" * 40_000 + "</style>",
        "<style>" + "p" * 90_000 + "</style>",
        "<title>" * 14_000,
        "<span style='" + "a:" * 40_000 + "'>",
        "<span style='font-family:" + '"' * 40_000 + "'>",
        "&#" * 40_000,
        "{{" * 40_000,
        "<p><b>" * 15_000,
    ],
    ids=lambda words: words[:9],
)
def test_broken_html_ends_soon(words: str) -> None:
    start = time.process_time()
    with contextlib.suppress(RichFault):
        read_paragraphs(words)
    assert time.process_time() - start < 5


def test_a_field_in_rich_text_is_a_layer_over_its_whole_box() -> None:
    effect = rich(paragraph("Dear <b>{{name}}</b> of {{ city }},"), paragraph("hello"), reelpress_name="Card")
    (layer,) = layers(parse_scene(scene_of(effect)))
    assert (layer.name, layer.fields, layer.fit, layer.font) == (
        "Card",
        ("name", "city"),
        "clip",
        "Noto Sans",
    )
    assert layer.template == "Dear {{name}} of {{ city }},\nhello"
    assert layer.runs == ("Dear ", "{{name}}", " of {{ city }},", "hello")
    assert layer.box == Box(20, 40, 280, 60)


@pytest.mark.parametrize(
    ("geometry", "said", "box"),
    [
        ("20 40 280 60 1", {"overflow-y": "1"}, Box(0, 40, 640, 320)),
        ("20 -40 280 360 1", {}, Box(0, 0, 640, 360)),
        ("20 -40 280 360 1", {"overflow-y": "0"}, Box(20, 0, 280, 320)),
    ],
)
def test_text_that_goes_on_below_its_box_may_touch_all_that_is_there(
    geometry: str, said: dict[str, str], box: Box
) -> None:
    (layer,) = layers(parse_scene(scene_of(rich(paragraph("{{name}}"), geometry=geometry, **said))))
    assert layer.box == box


def test_rich_text_without_a_field_is_drawn_by_us_as_well() -> None:
    root = timeline(parse_scene(scene_of(rich(paragraph("hello"), bgcolour="#80ff0000")))).root
    (write,) = [effect for effect in written(root) if isinstance(effect, Write)]
    assert write.rich is not None
    assert (write.text, write.layer, write.style.background) == ("hello", "", (255, 0, 0, 128))


def written(node: object) -> list[object]:
    below = [effect for child in getattr(node, "children", ()) for effect in written(child)]
    return [*below, *getattr(node, "effects", ())]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"html": RICH_HEAD + "<ul><li>{{name}}</li></ul>"}, "rich text: a list"),
        ({"html": "{{name}}", "reelpress:fit": "ellipsis"}, "ellipsis"),
        ({"resource": "text.html"}, "from a file"),
    ],
)
def test_a_personal_one_that_is_not_drawn_is_refused_with_element_and_line(
    values: dict[str, str], why: str
) -> None:
    with pytest.raises(SceneFault, match=why) as caught:
        layers(parse_scene(scene_of(filter_("qtext", {"geometry": "0 0 9 9 1", **values}))))
    assert (caught.value.element, caught.value.line > 0, bool(caught.value.fix)) == ("filter", True, True)


def test_the_words_of_any_html_are_found() -> None:
    assert "{{name}}" in plain_text("<ul><li>{<b>{na</b>me}}</ul>")
