"""Touches become spans that cover every frame once and name all that can change in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelpress.studio.plan.model import Span
from reelpress.studio.plan.rects import Rect
from reelpress.studio.plan.spans import (
    GUARD_ROWS,
    MACROBLOCK_PX,
    MAX_BAND_SHARE,
    MAX_SPAN_S,
    MIN_SPAN_S,
    NEAR_ROWS,
    rows_in,
    spans_of,
)
from reelpress.studio.plan.touches import Touch

ORDER = ("title", "logo", "price")
FPS = Fraction(25)
LEAST = round(MIN_SPAN_S * FPS)
HEIGHT = 1080


@dataclass(frozen=True)
class Film:
    """Touches by frame, and the first frames of parts."""

    touches: tuple[tuple[Touch, ...], ...]
    starts: frozenset[int]

    def spans(self, height: int = HEIGHT) -> tuple[Span, ...]:
        return spans_of(self.touches, self.starts, ORDER, height, FPS)


def band(layer: str, first: int, last: int) -> Touch:
    """A layer over rows of macroblocks, both inclusive."""
    return Touch(layer, Rect(100, first * MACROBLOCK_PX, 400, (last + 1) * MACROBLOCK_PX))


@st.composite
def touch(draw: st.DrawFn) -> Touch:
    top = draw(st.integers(0, HEIGHT // 2 - 1)) * 2
    bottom = draw(st.integers(top // 2 + 1, min(HEIGHT, top + 300) // 2)) * 2
    return Touch(draw(st.sampled_from(ORDER)), Rect(0, top, 640, bottom))


@st.composite
def films(draw: st.DrawFn) -> Film:
    stretches = draw(
        st.lists(
            st.tuples(
                st.integers(1, 160),
                st.lists(touch(), max_size=3),
                st.booleans(),
            ),
            min_size=1,
            max_size=7,
        )
    )
    edges = [0, *accumulate(frames for frames, _, _ in stretches)]
    starts = {0, *(edge for edge, (_, _, cut) in zip(edges, stretches, strict=False) if cut)}
    touches = tuple(tuple(found) for frames, found, _ in stretches for _ in range(frames))
    return Film(touches, frozenset(starts))


@given(films())
def test_spans_cover_all_frames_exactly_once_and_in_order(film: Film) -> None:
    spans = film.spans()
    assert spans[0].first == 0
    assert spans[-1].last == len(film.touches) - 1
    assert all(one.last + 1 == other.first for one, other in pairwise(spans))
    assert all(span.first <= span.last for span in spans)


@given(films())
def test_every_touch_lies_in_the_layers_and_the_bands_of_its_span(film: Film) -> None:
    for span in film.spans():
        for touched in film.touches[span.first : span.last + 1]:
            for one in touched:
                assert span.kind != "shared"
                assert one.layer in span.layers
                if span.kind == "band":
                    first, last = one.rect.top // 16, (one.rect.bottom - 1) // 16
                    assert any(
                        b.first <= first and last <= b.last and one.layer in b.layers for b in span.bands
                    )


@given(films())
def test_a_span_names_no_layer_that_does_not_touch_it(film: Film) -> None:
    for span in film.spans():
        seen = {one.layer for touched in film.touches[span.first : span.last + 1] for one in touched}
        assert set(span.layers) == seen
        assert (span.kind == "shared") == (not span.layers)
        assert list(span.layers) == [name for name in ORDER if name in span.layers]


@given(films())
def test_spans_last_at_most_eight_seconds_and_parts_begin_spans(film: Film) -> None:
    spans = film.spans()
    assert all(span.frames <= MAX_SPAN_S * FPS for span in spans)
    assert film.starts <= {span.first for span in spans}


@given(films())
def test_a_short_span_has_nobody_to_join(film: Film) -> None:
    spans = film.spans()
    for one, other in pairwise(spans):
        if other.first in film.starts:
            continue
        for short, beside in ((one, other), (other, one)):
            if short.frames < LEAST:
                assert short.layers, "a shared run of a few frames joins any neighbour"
                assert not beside.layers, "a personal run of a few frames joins a personal neighbour"
                assert short.frames > 1, "a single frame is never a span beside another"


@given(films())
def test_bands_are_apart_inside_the_picture_and_few_enough_to_be_worth_it(film: Film) -> None:
    total = rows_in(HEIGHT)
    for span in film.spans():
        assert (span.kind == "band") == bool(span.bands)
        assert all(0 <= one.first <= one.last < total for one in span.bands)
        assert all(one.last + NEAR_ROWS < other.first for one, other in pairwise(span.bands))
        above, below = GUARD_ROWS
        encoded = sum(b.rows + above * (b.first > 0) + below * (b.last < total - 1) for b in span.bands)
        assert encoded <= MAX_BAND_SHARE * total


def kinds(stretches: Iterable[tuple[int, Sequence[Touch]]], starts: Iterable[int] = (0,)) -> list[object]:
    touches = tuple(tuple(found) for frames, found in stretches for _ in range(frames))
    spans = Film(touches, frozenset(starts)).spans()
    return [(span.kind, span.first, span.last, span.layers) for span in spans]


TITLE, LOGO, PRICE = band("title", 10, 14), band("logo", 40, 44), band("price", 12, 16)


def test_a_few_frames_join_the_neighbour_they_share_most_with() -> None:
    found = kinds([(50, [TITLE]), (3, [TITLE, LOGO]), (50, [LOGO, PRICE])])
    assert found == [("band", 0, 52, ("title", "logo")), ("band", 53, 102, ("logo", "price"))]


def test_a_short_personal_run_between_shared_ones_stays_alone() -> None:
    found = kinds([(50, []), (4, [TITLE]), (50, [])])
    assert found == [("shared", 0, 49, ()), ("band", 50, 53, ("title",)), ("shared", 54, 103, ())]


def test_a_short_gap_between_two_texts_becomes_personal() -> None:
    found = kinds([(50, [TITLE]), (4, []), (50, [TITLE])])
    assert found == [("band", 0, 53, ("title",)), ("band", 54, 103, ("title",))]


def test_nothing_joins_across_the_edge_of_a_part() -> None:
    found = kinds([(3, [TITLE]), (50, [TITLE])], starts=(0, 3))
    assert found == [("band", 0, 2, ("title",)), ("band", 3, 52, ("title",))]


def test_a_long_run_is_cut_into_equal_pieces() -> None:
    assert [(first, last) for _, first, last, _ in kinds([(600, [TITLE])])] == [
        (0, 199),
        (200, 399),
        (400, 599),
    ]


def test_what_is_the_same_for_everyone_is_cut_into_shorter_ones() -> None:
    assert [(first, last) for _, first, last, _ in kinds([(200, [])])] == [(0, 99), (100, 199)]
    assert [(first, last) for _, first, last, _ in kinds([(200, [TITLE])])] == [(0, 199)]


def test_a_piece_of_a_long_run_that_no_layer_touches_is_shared() -> None:
    lone = [(1, [TITLE]), (249, [])]
    assert kinds(lone) == [("band", 0, 124, ("title",)), ("shared", 125, 249, ())]


def test_layers_near_each_other_share_a_band_and_others_do_not() -> None:
    (span,) = Film((((TITLE, LOGO, PRICE)),) * 50, frozenset({0})).spans()
    assert [(one.first, one.last, one.layers) for one in span.bands] == [
        (10, 16, ("title", "price")),
        (40, 44, ("logo",)),
    ]
    assert span.share == pytest.approx(12 / 68, abs=1e-4)


def test_a_layer_that_moves_takes_all_the_rows_it_passes() -> None:
    touches = tuple((band("title", 5 + at // 10, 8 + at // 10),) for at in range(50))
    (span,) = Film(touches, frozenset({0})).spans()
    assert [(one.first, one.last) for one in span.bands] == [(5, 12)]


def test_where_most_rows_are_touched_the_whole_picture_is_encoded() -> None:
    ((kind, *_),) = kinds([(50, [band("title", 2, 60)])])
    assert kind == "full"


def test_a_band_at_the_edge_needs_a_guard_on_one_side_only() -> None:
    total = rows_in(HEIGHT)
    most = int(MAX_BAND_SHARE * total) - GUARD_ROWS[1]
    assert kinds([(50, [band("title", 0, most - 1)])])[0][0] == "band"
    assert kinds([(50, [band("title", 0, most)])])[0][0] == "full"
