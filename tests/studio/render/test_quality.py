"""How coarsely a span may be coded is measured on its own pictures."""

from fractions import Fraction

import numpy as np
import pytest

from reelpress.studio.render.house import SHARED, encode
from reelpress.studio.render.planes import Frame
from reelpress.studio.render.quality import (
    QUANTISERS,
    SHARED_RATES,
    calibrated,
    calibrated_shared,
    decoded,
    ssim,
)

FPS = Fraction(25)
WIDTH, HEIGHT = 320, 192


def film(grain: float) -> list[Frame]:
    """A slope that moves, under noise of so many levels."""
    noise = np.random.default_rng(7)
    slope = np.add.outer(np.arange(HEIGHT), np.arange(WIDTH)) / 4
    frames: list[Frame] = []
    for number in range(16):
        luma = 60 + (slope + 2 * number) % 120 + noise.normal(0, grain, slope.shape)
        data = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
        data[:HEIGHT] = luma.clip(16, 235).astype(np.uint8)
        frames.append(Frame(data, WIDTH, HEIGHT))
    return frames


def loss(frames: list[Frame], value: float) -> float:
    """1 - SSIM of SHARED at a value."""
    coded = encode(frames, FPS, SHARED.at(value))
    pairs = zip(frames, decoded(coded.pictures, coded.sps, coded.pps), strict=True)
    return 1 - float(np.mean([ssim(one.y, other.y) for one, other in pairs]))


def test_a_clean_shared_span_is_coded_at_the_house_rate() -> None:
    assert calibrated_shared(film(0), FPS) == SHARED


def test_a_grainy_shared_span_is_coded_finer() -> None:
    frames = film(6)
    value = calibrated_shared(frames, FPS).value
    assert SHARED_RATES[0] <= value < SHARED.value
    assert loss(frames, value) < loss(frames, SHARED.value) - 0.02


@pytest.mark.parametrize("grain", [0, 6])
def test_a_personal_quantiser_is_one_of_the_ladder(grain: float) -> None:
    assert calibrated(film(grain), FPS) in QUANTISERS
