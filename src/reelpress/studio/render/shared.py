"""How a span that is the same for everyone is coded: encoded once, and measured whole where that tells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Self

import numpy as np

from reelpress.studio.render.blocks import ROUNDING_MSE, block_errors, most_behind_db, window_of
from reelpress.studio.render.house import SHARED, Coded, Coding, encode
from reelpress.studio.render.planes import Frame, Plane
from reelpress.studio.render.quality import (
    DRAWN_SSIM,
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
# In drawings x264's deblocking filter or its macroblock tree leave a letter's edge wrong for as long as it
# stands still. Without the filter or at a finer rate it is right; which one, depends on the drawing.
_UNFILTERED = SHARED.with_extra("deblock=-6,-6")
_DRAWINGS = tuple(coding.at(rate) for rate in (24, 23, 22, 21, 20) for coding in (SHARED, _UNFILTERED))
_MOST_BEHIND_DB = 5.5  # of a block; the bar is 6


def coded_shared(frames: Frames, fps: Fraction, sample: Sequence[Frame]) -> Coded:
    """A shared span, at the coarsest rate at which it is about as good as a straight encode.

    `sample` says where to begin, and whether it is drawn. Where film's coarsest loses nothing, that is the
    end: in no film measured did the whole say otherwise, and a straight encode is spared.
    """
    wanted = mean_ssim(sample, straight_frames(sample, fps))
    if wanted >= DRAWN_SSIM:
        return _coded_drawing(_Whole.of(frames, fps))
    begun = calibrated_shared(sample, fps, wanted)
    if begun == SHARED_RATES[-1]:
        return encode(frames(), fps, SHARED.at(begun))
    return _coded_grain(_Whole.of(frames, fps), begun)


@dataclass(frozen=True, slots=True)
class _Whole:
    """A span beside its straight encode."""

    frames: Frames
    fps: Fraction
    straight: Yardstick

    @classmethod
    def of(cls, frames: Frames, fps: Fraction) -> Self:
        return cls(frames, fps, Yardstick.of(frames, fps))

    def coded(self, coding: Coding) -> Coded:
        return encode(self.frames(), self.fps, coding)

    def beside(self, coded: Coded) -> Iterator[tuple[Plane, Plane]]:
        """Luma of every picture, as it is shown and as it was."""
        shown = decoded(coded.pictures, coded.sps, coded.pps)
        return ((one.y, other.y) for one, other in zip(shown, self.frames(), strict=True))

    def good(self, scores: Sequence[float]) -> bool:
        """On average `LOSS` may be lost, and a frame be `WORST_LOSS` below the straight encode's worst."""
        wanted = float(np.mean(self.straight.scores)) - LOSS
        return float(np.mean(scores)) >= wanted and min(scores) >= self.straight.least


def _coded_drawing(span: _Whole) -> Coded:
    """The first of `_DRAWINGS` that is good and has no block far behind, or the one that comes nearest."""
    tried: list[tuple[float, Coded]] = []
    for coding in _DRAWINGS:
        coded = span.coded(coding)
        judged = [(ssim(*pair), block_errors(*pair)) for pair in span.beside(coded)]
        errors = zip((errors for _, errors in judged), span.straight.errors, strict=True)
        behind_db = most_behind_db(errors, window_of(span.fps), ROUNDING_MSE)
        if behind_db <= _MOST_BEHIND_DB and span.good([score for score, _ in judged]):
            return coded
        tried.append((behind_db, coded))
    return min(tried, key=lambda pair: pair[0])[1]


def _coded_grain(span: _Whole, begun: float) -> Coded:
    """The first that is good, at `begun` or a rate a little finer, or else the finest of those."""
    place = SHARED_RATES.index(begun)
    rates = SHARED_RATES[max(0, place - _MOST_FINER) : place + 1]
    coded = span.coded(SHARED.at(rates[-1]))
    for rate in reversed(rates[:-1]):
        if span.good([ssim(*pair) for pair in span.beside(coded)]):
            break
        coded = span.coded(SHARED.at(rate))
    return coded


def calibrated_shared(frames: Sequence[Frame], fps: Fraction, wanted: float) -> float:
    """The coarsest rate of SHARED at which a sample's SSIM is at least `wanted`, a straight encode's."""
    return coarsest(
        SHARED_RATES, lambda value: mean_ssim(frames, coded_frames(frames, fps, SHARED.at(value))) >= wanted
    )
