"""How the GOPs of a personal span are coded: measured once, at publication, on its base frames."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import msgspec
import numpy as np

from reelpress.studio.plan.model import Span
from reelpress.studio.render.gops import Gop, gops_of
from reelpress.studio.render.house import PERSONAL, Coding
from reelpress.studio.render.planes import Frame
from reelpress.studio.render.quality import (
    SAMPLE_FRAMES,
    Curve,
    compared,
    quantisers,
    straight_scores,
    texture_of,
)

# Levels of luma that a picture differs on average from the one before it.
CUT, BUSY = 20.0, 3.5
_SPARSE = 8  # every n-th pixel, both ways, tells that

BaseFrames = Callable[[int, int], Iterator[Frame]]  # first output frame and count -> frames without values


class Manner(msgspec.Struct, frozen=True):
    """Of one GOP. `cuts` and `busy` are numbers of its pictures, see `house.Coding`."""

    quantiser: float
    cuts: tuple[int, ...] = ()
    busy: tuple[int, ...] = ()

    def of(self, coding: Coding) -> Coding:
        return replace(coding, value=self.quantiser, cuts=self.cuts, busy=self.busy)


def measured(frames: BaseFrames, fps: Fraction, span: Span) -> tuple[str, tuple[Manner, ...]]:
    """Which of PERSONAL suits a span, and the manner of each of its GOPs."""
    gops = gops_of(span.frames, fps)
    changes = [_changes(frames(span.first + gop.first, gop.count)) for gop in gops]
    samples = [_samples(*pair) for pair in zip(gops, changes, strict=True)]
    places = {place for spread in samples for sample in spread for place in sample}
    straight = straight_scores(lambda: frames(span.first, span.frames), fps, places)

    def pictures(sample: range) -> list[Frame]:
        return [frame.copy() for frame in frames(span.first + sample.start, len(sample))]

    def curve(sample: range) -> Curve:
        wanted = [straight[sample[at]] for at in compared(len(sample))]
        return Curve.of(pictures(sample), fps, PERSONAL[texture], wanted)

    texture = texture_of(pictures(samples[0][-1]), fps)
    found = quantisers([[curve(sample) for sample in spread] for spread in samples])
    return texture, tuple(_manner(*pair) for pair in zip(found, changes, strict=True))


def _manner(quantiser: float, changes: list[float]) -> Manner:
    numbered = list(enumerate(changes))
    return Manner(
        quantiser,
        tuple(number for number, change in numbered if change > CUT),
        tuple(number for number, change in numbered if BUSY < change <= CUT),
    )


def _changes(frames: Iterator[Frame]) -> list[float]:
    """How much each picture differs from the one before it; the first not at all."""
    seen = [frame.y[::_SPARSE, ::_SPARSE].astype(np.int16) for frame in frames]
    return [0.0, *(float(np.abs(after - before).mean()) for before, after in pairwise(seen))]


def _samples(gop: Gop, changes: list[float]) -> list[range]:
    """The start of a GOP, and what follows the greatest change in it, which may be a cut."""
    count = min(SAMPLE_FRAMES, gop.count)
    starts = {gop.first}
    if gop.count > 2 * count:
        starts.add(gop.first + min(int(np.argmax(changes)), gop.count - count))
    return [range(start, start + count) for start in sorted(starts)]
