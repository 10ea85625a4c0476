"""What stands above and below a piece while it is encoded."""

from collections.abc import Collection

import numpy as np
import pytest

from reelpress.studio.render.guards import Guards, _drawn
from reelpress.studio.render.planes import Frame, black

WIDTH = 328  # the last column of macroblocks is half one
COLUMNS = 21
FIRST = Guards((0,) * COLUMNS, (0,) * COLUMNS)


def but(columns: Collection[int], lot: int = 1) -> tuple[int, ...]:
    """Dots but in these columns."""
    return tuple(lot if column in columns else 0 for column in range(COLUMNS))


def strip_of(guards: Guards, first: int = 48, end: int = 96, height: int = 112) -> Frame:
    strip = black(WIDTH, height)
    guards.fill(strip, first, end)
    return strip


def test_everything_but_the_piece_is_filled_and_the_piece_is_left_alone() -> None:
    strip = strip_of(FIRST)
    assert (strip.y[48:96] == 16).all()
    assert (strip.u[24:48] == 128).all()
    for rows in (slice(0, 48), slice(96, 112)):
        assert set(np.unique(strip.y[rows])) == {0, 255}
        assert len(np.unique(strip.v[rows.start // 2 : rows.stop // 2])) > 50


def test_a_piece_at_the_edge_of_the_picture_has_one_guard() -> None:
    assert (strip_of(FIRST, first=0).y[:96] == 16).all()
    assert (strip_of(FIRST, end=112).y[48:] == 16).all()


def test_by_column_it_is_another_one_for_another_lot() -> None:
    before, after = strip_of(FIRST), strip_of(Guards(but({2, 20}), but({5})))
    changed = {(row // 16, column // 16) for row, column in np.argwhere(before.y != after.y).tolist()}
    assert changed == {(row, column) for row in range(3) for column in (2, 20)} | {(6, 5)}
    tiles = [strip_of(Guards(but({2}, lot), FIRST.below)).y[:48, 32:48].tobytes() for lot in range(5)]
    assert len(set(tiles)) == 5


def test_the_same_guards_are_the_same_pixels_every_time() -> None:
    guards = Guards(but(range(7)), but(range(3, 9), 4))
    one = strip_of(guards)
    _drawn.cache_clear()
    assert np.array_equal(one.data, strip_of(guards).data)


@pytest.mark.parametrize("lot", range(5))
def test_no_square_of_a_guard_looks_like_film(lot: int) -> None:
    """Film is smooth from pixel to pixel; whatever a block of 8x8 is compared with, it is far away."""
    rows = strip_of(Guards((lot,) * COLUMNS, FIRST.below), 64, 112).y[:64].astype(float).reshape(8, 8, -1, 8)
    assert np.abs(rows - np.median(rows, axis=(1, 3), keepdims=True)).mean((1, 3)).min() > 40


def test_the_outermost_pixels_alternate_because_an_encoder_repeats_them() -> None:
    strip = strip_of(Guards(but({0}), FIRST.below))
    for column in (0, WIDTH - 1):
        assert (np.abs(np.diff(strip.y[:48, column].astype(int))) == 255).all()
