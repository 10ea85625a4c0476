"""How a span that is the same for everyone is coded: encoded once, and measured whole."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from reelpress.studio.render.house import SHARED, Coded, encode
from reelpress.studio.render.planes import Frame
from reelpress.studio.render.quality import (
    LOSS,
    Frames,
    Yardstick,
    coarsest,
    coded_frames,
    decoded,
    mean_ssim,
    straight_frames,
)
from reelpress.studio.render.similarity import ssim

# Film grain needs the finer ones, and there an eighth is a tenth of the bytes.
SHARED_RATES = (16, 18, 20, 21, *(22 + step / 8 for step in range(16)), SHARED.value)
_MOST_FINER = 4  # rates, tried in turn


def coded_shared(frames: Frames, fps: Fraction, sample: Sequence[Frame]) -> Coded:
    """A shared span, at the coarsest rate at which it is about as good as a straight encode.

    `sample` says where to begin. Where the coarsest loses nothing, as over film, that is the end as well: in
    no film measured did the whole say otherwise, and a straight encode is spared. Else the whole span may
    lose `LOSS` on average, and a frame be `WORST_LOSS` below the straight encode's worst; where no rate tried
    is so good, the finest of them is taken.
    """
    begun = calibrated_shared(sample, fps)
    if begun == SHARED_RATES[-1]:
        return encode(frames(), fps, SHARED.at(begun))
    straight = Yardstick.of(frames, fps)
    wanted, least = float(np.mean(straight.scores)) - LOSS, straight.least

    def good(coded: Coded) -> bool:
        shown = decoded(coded.pictures, coded.sps, coded.pps)
        scores = [ssim(one.y, other.y) for one, other in zip(shown, frames(), strict=True)]
        return float(np.mean(scores)) >= wanted and min(scores) >= least

    place = SHARED_RATES.index(begun)
    rates = SHARED_RATES[max(0, place - _MOST_FINER) : place + 1]
    coded = encode(frames(), fps, SHARED.at(rates[-1]))
    for rate in reversed(rates[:-1]):
        if good(coded):
            break
        coded = encode(frames(), fps, SHARED.at(rate))
    return coded


def calibrated_shared(frames: Sequence[Frame], fps: Fraction) -> float:
    """The coarsest rate of SHARED at which a sample loses nothing beside a straight encode."""
    wanted = mean_ssim(frames, straight_frames(frames, fps))
    return coarsest(
        SHARED_RATES, lambda value: mean_ssim(frames, coded_frames(frames, fps, SHARED.at(value))) >= wanted
    )
