"""What joining costs every block, in dB over half a second, and in a single picture."""

from collections.abc import Sequence

import numpy as np
import pytest

from reelpress.studio.render.planes import Frame, blank
from reelpress.studio.render.proof import Lost
from reelpress.studio.render.proof import lost as lost_by_joining

WIDTH, HEIGHT = 64, 56
PIECES = (16, 40)  # heights, top to bottom


def grey(level: int = 100, height: int = HEIGHT) -> Frame:
    frame = blank(WIDTH, height)
    frame.data[:] = level
    return frame


def off(levels: int, column: int = 1, row: int = 2) -> Frame:
    """Grey but for one block of 16x16."""
    frame = grey()
    frame.y[row * 16 : row * 16 + 16, column * 16 : column * 16 + 16] += levels
    return frame


def alone(levels: int) -> Sequence[Frame]:
    """Pieces as their encoders saw them, everywhere off by some levels."""
    return [grey(100 + levels, height) for height in PIECES]


def lost(joined: Sequence[Frame], pieces: Sequence[Sequence[Frame]], window: int = 4) -> float:
    return where(joined, pieces, window).worst_db


def where(joined: Sequence[Frame], pieces: Sequence[Sequence[Frame]], window: int = 4) -> Lost:
    return lost_by_joining(joined, pieces, [grey()] * len(joined), window)


def test_pieces_that_decode_joined_as_they_do_alone_lose_nothing() -> None:
    assert lost([grey(102)] * 4, [alone(2)] * 4) == 0


def test_the_worst_block_counts_in_whatever_piece_it_is() -> None:
    for row in range(3):
        assert lost([off(8, row=row)] * 4, [alone(4)] * 4) == pytest.approx(10 * np.log10(64 / 16))


def test_a_fault_in_one_picture_counts_for_its_share_of_the_window() -> None:
    joined = [off(8), *[off(4)] * 3]
    assert lost(joined, [alone(4)] * 4) == pytest.approx(10 * np.log10((64 + 3 * 16) / 4 / 16))


def test_what_is_left_after_the_last_window_counts_as_well() -> None:
    joined = [*[off(4)] * 4, off(8)]
    assert lost(joined, [alone(4)] * 5) == pytest.approx(10 * np.log10(64 / 16))


def test_an_error_of_one_level_is_no_loss_beside_none() -> None:
    assert lost([off(1)] * 4, [alone(0)] * 4) == 0


def test_it_says_which_block_and_how_much_in_a_single_picture() -> None:
    found = where([off(2, row=1), *[off(8, column=3)] * 3], [alone(1)] * 4)
    assert found.db.shape == found.sudden.shape == (4, 4)
    assert np.unravel_index(found.db.argmax(), (4, 4)) == (2, 3)
    assert found.sudden[2, 3] == 64 - 1
    assert found.sudden[1, 1] == 4 - 1
    assert np.count_nonzero(found.sudden) == 2


def test_of_two_the_worst_of_each_block_counts() -> None:
    one, other = where([off(8, column=0)], [alone(1)]), where([off(4, column=2)], [alone(1)])
    both = one.with_worst_of(other)
    assert both.worst_db == one.worst_db
    assert both.db[2, 2] == other.db[2, 2]
    assert both.sudden[2, 2] == 15
