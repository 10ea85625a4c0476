"""How coarsely a personal span may be coded to be as good as a straight encode."""

import platform
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from numpy.typing import NDArray

from reelpress.studio.render.blocks import (
    ROUNDING_MSE,
    UNSEEN_MSE,
    Errors,
    block_errors,
    most_behind_db,
    window_of,
)
from reelpress.studio.render.house import CLEAN, Coded, Coding, NalUnits, encode
from reelpress.studio.render.mp4.h264 import annex_b
from reelpress.studio.render.planes import Frame
from reelpress.studio.render.similarity import ssim

# What stands still shows a coarser one beside the straight encode, whose macroblock tree refines it.
_STEPS = 4  # of a quantiser
_FINEST = 19
QUANTISERS = tuple(_FINEST + step / _STEPS for step in range(13 * _STEPS + 1))
_MOST_FINER = 3  # a single bad frame is not worth more: over grain a step is a fifth of the bytes
SAMPLE_FRAMES = 24  # of a span are enough to choose by
_EVERY = 3  # of them is compared
STRAIGHT_PRESET, STRAIGHT_CRF = "veryfast", 23
# A kit must not differ between two runs or machines. In x264 (core 165) what else lies in memory decides
# where B pictures stand and, in its code for AVX-512, how far the macroblock tree reaches; no x86-64 of the
# last fifteen years is without SSE4.2.
_X86 = platform.machine().lower() in {"x86_64", "amd64"}
_REPEATABLE = "b-adapt=0:asm=SSE4.2" if _X86 else "b-adapt=0"
_STRAIGHT = Coding(
    STRAIGHT_PRESET, "crf", STRAIGHT_CRF, f"bframes=3:{_REPEATABLE}:psy=1:weightp=1:stitchable=0"
)
# SSIM that a span may lose against the straight encode, on average; the bar for a whole file is 0.003.
LOSS = 0.002
WORST_LOSS = 0.0025  # the same of its worst frame, which another customer's text moves
# Mean SSIM of a straight encode: of film 0.986, of drawings 0.991 to 0.999.
DRAWN_SSIM = 0.99
# Another customer's text moves blocks' errors by a decibel; the bar is 6 dB.
_MOST_SEEN_DB, _MOST_LOST_DB = 5.5, 4.5
_MOST_BYTES = 1.05  # of a straight encode's; the bar for a whole file is 1.10
_CHEAP_BYTES_PER_S = 40_000  # of a GOP; saving some of that is not worth a letter's edge
_FINER = (0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 2.5)  # quantisers, tried in turn
_FINER_CHEAPLY = (0, 0.5, 1, 1.5, 2, 2.5)  # where a GOP is cheap, a quarter is not worth an encode
# Five quantisers more halve the bytes of film (1.5 to 1.9 times as few); of noise they leave an eighth.
_FINE, _COARSE, _GRAIN = 24, 29, 4.0

Frames = Callable[[], Iterable[Frame]]


def decoded(pictures: Iterable[NalUnits], sps: bytes, pps: bytes) -> Iterator[Frame]:
    """Pictures of one stream. Raises av.error.FFmpegError for anything a strict decoder refuses."""
    context: Any = VideoCodecContext.create("h264", "r")  # its Packet type is open, see `house`
    context.thread_count = 1
    context.options = {"err_detect": "explode", "flags": "+low_delay"}
    head = [sps, pps]
    for units in pictures:
        for frame in context.decode(av.Packet(annex_b([*head, *units]))):
            yield Frame(np.asarray(frame.to_ndarray(), np.uint8), frame.width, frame.height)
        head = []
    for frame in context.decode(None):
        yield Frame(np.asarray(frame.to_ndarray(), np.uint8), frame.width, frame.height)


@dataclass(frozen=True, slots=True)
class Curve:
    """SSIM of a sample, mean and worst frame: of the straight encode, and of a coding.

    Of that at all QUANTISERS up to its coarsest.
    """

    straight_mean: float
    straight_worst: float
    means: tuple[float, ...]
    worsts: tuple[float, ...]

    @classmethod
    def of(cls, frames: Sequence[Frame], fps: Fraction, coding: Coding, straight: Sequence[float]) -> "Curve":
        """`straight` has the straight encode's SSIM of the frames that are compared, see `compared`.

        Exact beside the quantiser that is as good as that; further away on a line between those tried.
        """
        wanted = float(np.mean(straight))
        tried: dict[float, list[float]] = {}

        def good(value: float) -> bool:
            tried[value] = _scores(frames, coded_frames(frames, fps, coding.at(value)))
            return float(np.mean(tried[value])) >= wanted

        whole = range(_FINEST, coding.coarsest + 1)
        found = coarsest(whole, good)
        for beside in (found, min(found, whole[-2]) + 1, min(found, whole[-1] - 1)):
            if beside not in tried:
                good(beside)
        values = QUANTISERS[: QUANTISERS.index(coding.coarsest) + 1]
        return cls(wanted, min(straight), _along(values, tried, np.mean), _along(values, tried, np.min))


def compared(count: int) -> range:
    """Which frames of a sample of `count` are compared."""
    return range(0, count, _EVERY)


@dataclass(frozen=True, slots=True)
class Yardstick:
    """A straight encode of a whole span: of every frame its SSIM and the errors of its blocks.

    A sample encoded by itself would look better: rate control has seen nothing yet.
    """

    scores: Sequence[float]
    errors: Sequence[Errors]
    sizes: Sequence[int]  # bytes, in the order of coding

    @classmethod
    def of(cls, frames: Frames, fps: Fraction) -> "Yardstick":
        coded = encode(frames(), fps, _STRAIGHT)
        shown = decoded(coded.pictures, coded.sps, coded.pps)
        pairs = [
            (ssim(one.y, other.y), block_errors(other.y, one.y))
            for one, other in zip(frames(), shown, strict=True)
        ]
        return cls([score for score, _ in pairs], [errors for _, errors in pairs], sizes_of(coded))

    @property
    def least(self) -> float:
        """SSIM that no frame of the span may be below."""
        return min(self.scores) - WORST_LOSS

    def part(self, first: int, count: int) -> "Yardstick":
        some = slice(first, first + count)
        return Yardstick(self.scores[some], self.errors[some], self.sizes[some])


@dataclass(frozen=True, slots=True)
class _Tried:
    """A GOP at a quantiser beside the straight encode: what its worst block and its worst frame lose."""

    value: float
    bytes: int
    lost_db: float
    seen_db: float
    short: float  # SSIM

    @property
    def good(self) -> bool:
        return self.seen_db <= _MOST_SEEN_DB and not self.short

    @classmethod
    def of(
        cls,
        value: float,
        coded: Coded,
        frames: Iterable[Frame],
        fps: Fraction,
        straight: Yardstick,
        least: float,
    ) -> "_Tried":
        scores: list[float] = []
        errors: list[Errors] = []
        for one, frame in zip(decoded(coded.pictures, coded.sps, coded.pps), frames, strict=True):
            scores.append(ssim(one.y, frame.y))
            errors.append(block_errors(one.y, frame.y))
        lost_db, seen_db = (
            most_behind_db(zip(errors, straight.errors, strict=True), window_of(fps), floor)
            for floor in (ROUNDING_MSE, UNSEEN_MSE)
        )
        return cls(value, sum(sizes_of(coded)), lost_db, seen_db, max(least - min(scores), 0.0))


def as_fine_as_needed(
    frames: Frames,
    fps: Fraction,
    straight: Yardstick,
    least: float,
    coding: Callable[[float], Coding],
    quantiser: float,
) -> float:
    """The quantiser of a GOP, or a finer one at which no block is far behind the straight encode's.

    Nor is a frame's SSIM below `least` there. Where none is good enough, the one that comes nearest, in
    blocks before frames. Blocks whose loss nobody sees are worth a finer one as long as the GOP is cheap or
    has at most `_MOST_BYTES` of the straight encode's.
    """
    cheap, usual = _CHEAP_BYTES_PER_S * len(straight.sizes) / fps, sum(straight.sizes)
    budget = max(_MOST_BYTES * usual, cheap)
    steps = _FINER_CHEAPLY if usual <= cheap else _FINER
    tried: list[_Tried] = []
    for value in dict.fromkeys(max(QUANTISERS[0], quantiser - finer) for finer in steps):
        one = _Tried.of(value, encode(frames(), fps, coding(value)), frames(), fps, straight, least)
        if one.good and one.lost_db <= _MOST_LOST_DB:
            return value
        if any(other.good for other in tried) and one.bytes > budget:
            break
        tried.append(one)
    good = [one for one in tried if one.good]
    if good:
        return min(good, key=lambda one: one.lost_db).value
    return min(tried, key=lambda one: (max(one.seen_db, _MOST_SEEN_DB), one.short)).value


def quantisers(gops: Sequence[Sequence[Curve]]) -> tuple[float, ...]:
    """The coarsest quantisers of a span's GOPs, known by samples, to be as good as a straight encode.

    On average the span loses at most `LOSS`; a GOP with a frame that is `WORST_LOSS` worse than the
    straight encode's worst is coded finer, by at most `_MOST_FINER`.
    """
    wanted = float(np.mean([curve.straight_mean for curves in gops for curve in curves])) - LOSS
    floor = min(curve.straight_worst for curves in gops for curve in curves) - WORST_LOSS
    means = np.mean([curve.means for curves in gops for curve in curves], axis=0)
    common = _last(means >= wanted)
    finest = max(0, common - _MOST_FINER * _STEPS)
    enough = (_last(np.min([curve.worsts for curve in curves], axis=0) >= floor) for curves in gops)
    return tuple(QUANTISERS[min(common, max(finest, place))] for place in enough)


def texture_of(frames: Sequence[Frame], fps: Fraction, straight: Sequence[float]) -> str:
    """Which of PERSONAL suits a span.

    Whether it is drawn, by the SSIM of its straight encode; else a sample tells whether its bytes fall as
    film's or as noise's.
    """
    if np.mean(straight) >= DRAWN_SSIM:
        return "drawn"
    fine, coarse = (_size(encode(frames, fps, CLEAN.at(value))) for value in (_FINE, _COARSE))
    return "grainy" if fine > _GRAIN * coarse else "clean"


def coded_frames(frames: Iterable[Frame], fps: Fraction, coding: Coding) -> Iterator[Frame]:
    coded = encode(frames, fps, coding)
    return decoded(coded.pictures, coded.sps, coded.pps)


def _size(coded: Coded) -> int:
    """Bytes of the pictures after the first, which in a sample weighs more than in a span."""
    return sum(sizes_of(coded)[1:])


def sizes_of(coded: Coded) -> list[int]:
    """Bytes of every picture."""
    return [sum(map(len, units)) for units in coded.pictures]


def _along(
    values: Sequence[float], tried: Mapping[float, Sequence[float]], figure: Callable[[Sequence[float]], Any]
) -> tuple[float, ...]:
    """A figure of the scores for every quantiser; it goes on as between the finest two that were tried."""
    known = sorted(tried)
    scores = [float(figure(tried[value])) for value in known]
    slope = (scores[1] - scores[0]) / (known[1] - known[0])
    found = np.interp(values, known, scores) + slope * np.minimum(np.array(values) - known[0], 0)
    return tuple(float(value) for value in found)


def _last(good: NDArray[np.bool_]) -> int:
    """The last place of the run that begins the list; 0 where there is none."""
    return max(0, int(np.argmin(good)) - 1 if not good.all() else len(good) - 1)


def coarsest(values: Sequence[float], good: Callable[[float], bool]) -> float:
    """The last one that is good, given that quality falls along the list; the first where none is."""
    low, high = 0, len(values) - 1
    if good(values[high]):
        return values[high]
    high -= 1
    while low < high:
        middle = (low + high + 1) // 2
        if good(values[middle]):
            low = middle
        else:
            high = middle - 1
    return values[low]


def straight_frames(frames: Iterable[Frame], fps: Fraction) -> Iterator[Frame]:
    return coded_frames(frames, fps, _STRAIGHT)


def mean_ssim(frames: Sequence[Frame], others: Iterable[Frame]) -> float:
    return float(np.mean(_scores(frames, others)))


def _scores(frames: Sequence[Frame], others: Iterable[Frame]) -> list[float]:
    pairs = list(zip(frames, others, strict=True))[::_EVERY]
    return [ssim(one.y, other.y) for one, other in pairs]
