"""Errors of blocks, and how far one picture's are behind another's."""

import math
from fractions import Fraction

import numpy as np
import pytest

from reelpress.studio.render.blocks import ROUNDING_MSE, block_errors, most_behind_db, window_of

WIDTH, HEIGHT = 64, 56


def test_blocks_at_the_edges_are_judged_by_the_pixels_they_have() -> None:
    plane = np.full((HEIGHT, WIDTH), 100, np.uint8)
    other = plane.copy()
    other[48:, 16:32] += 6
    errors = block_errors(other, plane)
    assert errors.shape == (4, 4)
    assert errors[3, 1] == 36
    assert errors.sum() == 36


def test_the_worst_block_of_the_worst_window_counts() -> None:
    calm, bad = np.full((4, 4), 16.0), np.full((4, 4), 16.0)
    bad[2, 1] = 64
    pairs = [(calm, calm)] * 5 + [(bad, calm)]
    assert most_behind_db(pairs, 1) == pytest.approx(10 * math.log10(4))
    assert most_behind_db(pairs, 3) == pytest.approx(10 * math.log10(2))
    assert most_behind_db(pairs, 5) == pytest.approx(10 * math.log10(4)), "the last window may be short"
    assert most_behind_db([(calm / 4, calm / 1000)], 1) == 0, "what nobody sees is no difference"
    assert most_behind_db([(calm, calm / 1000)], 1) == pytest.approx(10 * math.log10(4)), "the rest is"
    assert most_behind_db([(calm / 8, calm / 1000)], 1, ROUNDING_MSE) == pytest.approx(10 * math.log10(2))


def test_a_window_is_half_a_second() -> None:
    assert [window_of(Fraction(fps)) for fps in (1, 25, 30, 60)] == [1, 12, 15, 30]
