import numpy as np
import pytest
from numpy.typing import NDArray

from reelpress.studio.render.similarity import ssim

RNG = np.random.default_rng(3)
PICTURE = RNG.integers(16, 235, (72, 100), dtype=np.uint8)


def noisy(strength: float) -> NDArray[np.uint8]:
    noise = RNG.normal(0, strength, PICTURE.shape)
    return (PICTURE + noise).clip(0, 255).astype(np.uint8)


def test_a_picture_is_wholly_like_itself() -> None:
    assert ssim(PICTURE, PICTURE) == 1.0


def test_more_noise_is_less_alike() -> None:
    scores = [ssim(noisy(strength), PICTURE) for strength in (4, 12, 40)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[2] + 0.1


def test_a_score_is_that_of_the_paper_over_windows_of_eight_every_four_pixels() -> None:
    other, scores = noisy(9), list[float]()
    for top in range(0, PICTURE.shape[0] - 7, 4):
        for left in range(0, PICTURE.shape[1] - 7, 4):
            window = np.s_[top : top + 8, left : left + 8]
            a, b = PICTURE[window].astype(float), other[window].astype(float)
            c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
            covariance = ((a - a.mean()) * (b - b.mean())).mean()
            light = (2 * a.mean() * b.mean() + c1) / (a.mean() ** 2 + b.mean() ** 2 + c1)
            scores.append(light * (2 * covariance + c2) / (a.var() + b.var() + c2))
    assert ssim(PICTURE, other) == pytest.approx(np.mean(scores), abs=0.002)


def test_a_plane_may_be_a_part_of_a_larger_one() -> None:
    other = noisy(9)
    part = np.s_[8:48, 16:80]
    assert ssim(PICTURE[part], other[part]) == ssim(PICTURE[part].copy(), other[part].copy())
