"""What is drawn in bands while a join is tried."""

import numpy as np
from tests.studio.render.test_bands import frames

from reelpress.studio.plan.model import Band
from reelpress.studio.render.drawings import _patches, patched, whitened


def test_a_white_band_changes_its_own_rows_alone() -> None:
    frame = next(frames(1, 640))
    white = whitened(frame, [Band(18, 20, ("name",))])
    assert (white.y[18 * 16 : 21 * 16] == 235).all()
    assert np.array_equal(np.delete(white.y, np.s_[288:336], 0), np.delete(frame.y, np.s_[288:336], 0))
    assert not np.shares_memory(white.data, frame.data)


def test_patches_leave_most_of_the_film_and_the_rows_at_a_bands_edges() -> None:
    frame = next(frames(1, 640))
    band = [Band(18, 25, ("name",))]
    one, other = (patched(frame, band, seed) for seed in (1, 2))
    _patches.cache_clear()
    again = patched(frame, band, 1)
    drawn = one.y[304:400] != frame.y[304:400]
    assert set(np.unique(one.y[304:400][drawn])) == {16, 235}
    assert 0.1 < drawn.mean() < 0.6
    low = patched(frame, [Band(18, 19, ("name",))], 1)
    assert (low.y != frame.y).any(), "a band of two rows has no others"
    assert np.array_equal(np.delete(one.y, np.s_[304:400], 0), np.delete(frame.y, np.s_[304:400], 0))
    assert np.array_equal(one.data, again.data)
    assert not np.array_equal(one.data, other.data)
    assert not np.shares_memory(one.data, frame.data)
