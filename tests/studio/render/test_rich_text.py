"""Rich text set by us: where its lines break, what stays in its box, and values that are text alone."""

import time
from functools import cache

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.studio.mlt_documents import clear, document, paragraph, rich
from tests.studio.render.hostile_strings import hostile_strings

from reelpress.studio.plan import OutputSpec, PartSource, Plan, Resolved, compile_plan, resolve
from reelpress.studio.plan.digest import picture_digest, shown
from reelpress.studio.plan.text import clean_value
from reelpress.studio.render import compose
from reelpress.studio.render.fonts import fonts_for
from reelpress.studio.render.planes import Frame
from reelpress.studio.render.rich_lines import Shaper, lines_of
from reelpress.studio.scene import parse_scene
from reelpress.studio.scene.ops import Paragraph, Run

STRINGS = hostile_strings()
GEOMETRY = "20 20 280 60 1"
BOX = (slice(20, 80), slice(20, 300))
NAME = paragraph('Hi <b><span style=" font-size:12pt;">{{name}}</span></b>, yes')


@cache
def plan_of(*paragraphs: str, **values: str) -> Plan:
    tracks = [[("title", 0, 0, 0)]]
    title = clear("title", 1, rich(*paragraphs, **{"geometry": GEOMETRY, **values}))
    return compile_plan(
        [PartSource("mlt", scene=parse_scene(document([title], tracks, frames=1)))], [], OutputSpec()
    )


def said(plan: Plan, **values: str) -> Resolved:
    resolved = resolve(plan, values)
    assert isinstance(resolved, Resolved), resolved
    return resolved


def frame(plan: Plan, **values: str) -> Frame:
    return next(iter(compose(plan, said(plan, **values), {})))


def ink(drawn: Frame) -> NDArray[np.bool_]:
    return drawn.y > 60


def lines(width: float, *texts: str, right_to_left: bool = False) -> list[str]:
    runs = tuple(Run(text, "Noto Sans", 20, 400 + 300 * (at % 2)) for at, text in enumerate(texts))
    set_ = lines_of(Paragraph(runs, right_to_left=right_to_left), width, Shaper(fonts_for({})))
    return [line.text for line in set_]


def test_a_line_breaks_between_words_whatever_their_looks() -> None:
    assert lines(120, "one two ", "three", " four") == ["one two", "three four"]
    assert lines(120, "one two thr", "ee four") == ["one two", "three four"]


def test_a_word_without_room_breaks_inside_and_never_inside_a_letter() -> None:
    assert "".join(lines(60, "Donaudampf", "schiff")) == "Donaudampfschiff"
    parts = lines(1, "क्षत्रिय👨‍👩‍👧")
    assert len(parts) == 4
    assert parts[-1] == "👨‍👩‍👧"


def test_written_line_ends_and_blanks_at_a_lines_start_are_kept() -> None:
    assert lines(500, "a\n\n", "  b\n") == ["a", "", "  b", ""]


def test_a_value_that_goes_on_in_the_next_line_keeps_its_direction() -> None:
    first, second = lines(90, "Hi \u2068فاطمة الزهراء\u2069!")
    assert first.startswith("Hi \u2068")
    assert second.startswith("\u2068")


@pytest.mark.parametrize("kind", STRINGS)
def test_a_hostile_value_draws_as_text_inside_its_box(kind: str) -> None:
    plan = plan_of(NAME)
    for value in STRINGS[kind]:
        if not clean_value(value):
            continue
        drawn = frame(plan, name=value)
        outside = drawn.y.copy()
        outside[BOX] = 16
        assert (outside == 16).all(), ascii(value)
        assert ink(drawn)[:, 20:46].any(), "the words before it are there"


@pytest.mark.parametrize("value", ["<b>x</b>", '"{{', "&lt;i&gt;", "</p><p>", "<img src=x>", "{{name}}"])
def test_a_value_is_never_markup(value: str) -> None:
    as_typed = value.replace("&", "&amp;").replace("<", "&lt;").replace("{{name}}", "{{other}}")
    typed = plan_of(NAME.replace("{{name}}", f"\u2068{as_typed}\u2069"))
    other = {"other": "{{name}}"} if typed.layers else {}
    assert said(plan_of(NAME), name=value).runs_of("name")[1] == f"\u2068{value}\u2069"
    assert np.array_equal(frame(plan_of(NAME), name=value).data, frame(typed, **other).data)


def test_what_does_not_fit_is_cut_off_unless_it_is_told_to_shrink() -> None:
    long = "Wolfeschlegelsteinhausen " * 6
    cut, shrunk = (frame(plan_of(NAME, **fit), name=long) for fit in ({}, {"reelpress_fit": "shrink"}))
    assert ink(cut)[77:80].any(), "letters at the very edge"
    assert not ink(shrunk)[77:80].any()
    assert ink(shrunk)[:77].any()


def test_shrinking_ends_at_the_smallest_size_that_is_allowed() -> None:
    long = "Wolfeschlegelsteinhausen " * 6
    floor = frame(plan_of(NAME, reelpress_fit="shrink", reelpress_min_size="30"), name=long)
    free = frame(plan_of(NAME, reelpress_fit="shrink"), name=long)
    first_letter = (slice(20, 55), slice(24, 32))
    heights = [int(ink(drawn)[first_letter].any(axis=1).sum()) for drawn in (floor, free)]
    assert heights[0] == pytest.approx(30 * 0.714, abs=2)  # a capital's share of the size
    assert heights[1] < heights[0]
    assert ink(floor)[77:80].any()


def test_a_text_that_fits_is_not_shrunk() -> None:
    shrinking = plan_of(NAME, reelpress_fit="shrink")
    assert np.array_equal(frame(shrinking, name="Asha").data, frame(plan_of(NAME), name="Asha").data)


def test_an_endless_value_ends_soon() -> None:
    many = plan_of(*[paragraph("{{name}} " * 40)] * 20, **{"overflow-y": "1"})
    start = time.process_time()
    frame(many, name="x " * 1_000)
    frame(many, name="x" * 2_000)
    assert time.process_time() - start < 20


def test_equal_words_in_other_looks_are_other_values() -> None:
    plans = [plan_of(paragraph(words)) for words in ("Dear Ms <b>{{name}}</b>", "Dear <b>Ms {{name}}</b>")]
    pictures = {picture_digest(plan, {}, 0, 0) for plan in plans}
    assert len(pictures) == 1, "the words stand apart from the looks"
    one, other = (said(plan, name="Asha") for plan in plans)
    assert one.text_of("name") == other.text_of("name")
    assert shown(one, {}, ("name",)) != shown(other, {}, ("name",))


def test_a_stretch_with_rich_text_is_told_by_its_looks_and_not_by_its_words() -> None:
    digests = {
        picture_digest(plan_of(words), {}, 0, 0)
        for words in (NAME, NAME.replace("{{name}}", "{{city}}"), NAME.replace("12pt", "13pt"))
    }
    assert len(digests) == 2


def test_a_plan_keeps_its_rich_text_when_it_is_stored() -> None:
    plan = plan_of(NAME, paragraph("x", "line-height:60px;", align="justify", dir="rtl"))
    assert Plan.decode(plan.encode()) == plan
    assert b'"rich"' in msgspec.json.encode(plan)
