"""How the GOPs of a personal span are coded: measured once, at publication, on its base frames."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import msgspec
import numpy as np

from reelpress.studio.plan.model import Span
from reelpress.studio.render.gops import Gop, gops_of
from reelpress.studio.render.house import PERSONAL, Coding
from reelpress.studio.render.planes import Frame
from reelpress.studio.render.quality import (
    SAMPLE_FRAMES,
    Curve,
    Yardstick,
    as_fine_as_needed,
    compared,
    quantisers,
    texture_of,
)

# Levels of luma that a picture differs on average from the one before it.
CUT, BUSY = 20.0, 3.5
# A fade makes a whole picture lighter or darker, its blocks intra: levels, and share of all that changes.
FADE, _ONE_WAY = 0.2, 0.5
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
    straight = Yardstick.of(lambda: frames(span.first, span.frames), fps)

    def pictures(sample: range) -> list[Frame]:
        return [frame.copy() for frame in frames(span.first + sample.start, len(sample))]

    def curve(sample: range) -> Curve:
        wanted = [straight.scores[sample[at]] for at in compared(len(sample))]
        return Curve.of(pictures(sample), fps, PERSONAL[texture], wanted)

    texture = texture_of(pictures(samples[0][-1]), fps, straight.scores)
    found = quantisers([[curve(sample) for sample in spread] for spread in samples])
    manners = [_manner(*pair) for pair in zip(found, changes, strict=True)]

    def finer(gop: Gop, manner: Manner) -> Manner:
        value = as_fine_as_needed(
            lambda: frames(span.first + gop.first, gop.count),
            fps,
            straight.part(gop.first, gop.count),
            straight.least,
            lambda value: msgspec.structs.replace(manner, quantiser=value).of(PERSONAL[texture]),
            manner.quantiser,
        )
        return msgspec.structs.replace(manner, quantiser=value)

    return texture, tuple(finer(*pair) for pair in zip(gops, manners, strict=True))


class _Change(NamedTuple):
    """Of a picture from the one before it, mean levels of luma: in size, and with their signs."""

    size: float = 0.0
    lighter: float = 0.0

    @property
    def cut(self) -> bool:
        return self.size > CUT

    @property
    def busy(self) -> bool:
        fades = abs(self.lighter) > max(FADE, _ONE_WAY * self.size)
        return not self.cut and (fades or self.size > BUSY)


def _manner(quantiser: float, changes: list[_Change]) -> Manner:
    numbered = list(enumerate(changes))
    return Manner(
        quantiser,
        tuple(number for number, change in numbered if change.cut),
        tuple(number for number, change in numbered if change.busy),
    )


def _changes(frames: Iterator[Frame]) -> list[_Change]:
    """How each picture differs from the one before it; the first not at all."""
    seen = (frame.y[::_SPARSE, ::_SPARSE].astype(np.int16) for frame in frames)
    steps = (after - before for before, after in pairwise(seen))
    return [_Change(), *(_Change(float(np.abs(step).mean()), float(step.mean())) for step in steps)]


def _samples(gop: Gop, changes: list[_Change]) -> list[range]:
    """The start of a GOP, and what follows the greatest change in it, which may be a cut."""
    count = min(SAMPLE_FRAMES, gop.count)
    starts = {gop.first}
    if gop.count > 2 * count:
        starts.add(gop.first + min(int(np.argmax([change.size for change in changes])), gop.count - count))
    return [range(start, start + count) for start in sorted(starts)]
