import numpy as np
import pytest
from bench.quality import Blocks, Ssim, block_psnr

RNG = np.random.default_rng(3)
PICTURE = RNG.integers(16, 235, (72, 100), dtype=np.uint8)


def test_a_picture_is_wholly_like_itself() -> None:
    judge = Ssim()
    judge.add(PICTURE, PICTURE)
    assert judge.scores == [1.0]


def test_more_noise_is_less_alike_and_figures_keep_their_order() -> None:
    judge = Ssim()
    for strength in (4, 12, 40):
        judge.add(_noisy(strength), PICTURE)
    assert judge.scores == sorted(judge.scores, reverse=True)
    assert judge.scores[0] > judge.scores[2]


def test_only_the_damaged_block_loses() -> None:
    damaged = PICTURE.copy()
    damaged[16:32, 32:48] ^= 16
    psnr = block_psnr(damaged, PICTURE)
    assert psnr.shape == (5, 7)
    assert psnr[1, 2] == pytest.approx(10 * np.log10(255**2 / 16**2), abs=0.01)
    assert np.count_nonzero(psnr < 48) == 1


def test_blocks_at_the_edges_count_their_own_pixels_only() -> None:
    damaged = PICTURE.copy()
    damaged[64:, 96:] ^= 4
    assert block_psnr(damaged, PICTURE)[-1, -1] == pytest.approx(10 * np.log10(255**2 / 4**2), abs=0.01)


def test_an_error_nobody_sees_counts_as_one_step() -> None:
    assert block_psnr(PICTURE, PICTURE).max() == pytest.approx(48.13, abs=0.01)


def test_blocks_far_from_the_straight_encode_are_counted_both_ways() -> None:
    blocks = Blocks()
    blocks.add(4, np.array([[6.0, -6.5], [7.5, -1.0]]))
    blocks.add(5, np.array([[-9.0, 0.0], [6.5, -6.0]]))
    assert (blocks.count, blocks.below, blocks.above) == (8, 2, 2)
    assert (blocks.worst_db, blocks.worst_frame) == (7.5, 4)


def _noisy(strength: int) -> np.ndarray:
    noise = RNG.integers(-strength, strength + 1, PICTURE.shape)
    return np.clip(PICTURE.astype(int) + noise, 0, 255).astype(np.uint8)
