"""How like two pictures are, and how coarsely a span may be coded to be as good as a straight encode."""

import platform
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from numpy.typing import NDArray

from reelpress.studio.render.blocks import Errors, block_errors, most_behind_db, window_of
from reelpress.studio.render.house import CLEAN, SHARED, Coded, Coding, NalUnits, encode
from reelpress.studio.render.mp4.h264 import annex_b
from reelpress.studio.render.planes import Frame, Plane

# What stands still shows a coarser one beside the straight encode, whose macroblock tree refines it.
_STEPS = 4  # of a quantiser
QUANTISERS = tuple(19 + step / _STEPS for step in range(9 * _STEPS + 1))
_WHOLE = QUANTISERS[::_STEPS]
_MOST_FINER = 3  # a single bad frame is not worth more: over grain a step is a fifth of the bytes
# Film grain needs the finer ones, and there half a step is a third of the bytes.
SHARED_RATES = (16, 18, 20, 21, 22, *(22.25 + step / 4 for step in range(7)), SHARED.value)
SAMPLE_FRAMES = 24  # of a span are enough to choose by
_EVERY = 3  # of them is compared
STRAIGHT_PRESET, STRAIGHT_CRF = "veryfast", 23
# A kit must not differ between two runs or machines. In x264 (core 165) what else lies in memory decides
# where B pictures stand and, in its code for AVX-512, how far the macroblock tree reaches; no x86-64 of the
# last fifteen years is without SSE4.2.
_X86 = platform.machine().lower() in {"x86_64", "amd64"}
_REPEATABLE = "b-adapt=0:asm=SSE4.2" if _X86 else "b-adapt=0"
# SSIM that a span may lose against the straight encode, on average; the bar for a whole file is 0.003.
_LOSS = 0.0014
_WORST_LOSS = 0.0025  # the same of its worst frame
_SHARED_LOSS = 0.0
# A customer's text moves other blocks' errors by a decibel; the bar is 6 dB.
_MOST_BEHIND_DB = 5.0
_FINER = (0, 0.25, 0.5, 0.75, 1, 1.25, 1.5)  # quantisers, tried in turn
# Five quantisers more halve the bytes of film (1.5 to 1.9 times as few); of noise they leave an eighth.
_FINE, _COARSE, _GRAIN = 24, 29, 4.0
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
_BLOCK = 4

Float = NDArray[np.float32]


def ssim(one: Plane, other: Plane) -> float:
    """Mean structural similarity of two luma planes, over 8x8 windows every 4 pixels as FFmpeg's filter.

    Wang et al., "Image quality assessment: from error visibility to structural similarity" (2004).
    """
    a, b = one.astype(np.float32), other.astype(np.float32)
    sums = [_windows(plane) for plane in (a, b, a * a + b * b, a * b)]
    mean_a, mean_b, squares, product = (total / 64 for total in sums)
    variances = squares - mean_a**2 - mean_b**2
    covariance = product - mean_a * mean_b
    luminance = (2 * mean_a * mean_b + _C1) / (mean_a**2 + mean_b**2 + _C1)
    return float((luminance * (2 * covariance + _C2) / (variances + _C2)).mean())


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
    """SSIM of a sample, mean and worst frame: of the straight encode, and of a coding at all QUANTISERS."""

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
            tried[value] = _scores(frames, _coded(frames, fps, coding.at(value)))
            return float(np.mean(tried[value])) >= wanted

        found = _coarsest(_WHOLE, good)
        for beside in (found, min(found, _WHOLE[-2]) + 1, min(found, _WHOLE[-1] - 1)):
            if beside not in tried:
                good(beside)
        return cls(wanted, min(straight), _along(tried, np.mean), _along(tried, np.min))


def compared(count: int) -> range:
    """Which frames of a sample of `count` are compared."""
    return range(0, count, _EVERY)


@dataclass(frozen=True, slots=True)
class Yardstick:
    """A straight encode of a whole span: SSIM of the frames that were wanted, errors of every frame's blocks.

    A sample encoded by itself would look better: rate control has seen nothing yet.
    """

    scores: Mapping[int, float]
    errors: Sequence[Errors]

    @classmethod
    def of(cls, frames: Callable[[], Iterable[Frame]], fps: Fraction, wanted: Collection[int]) -> "Yardstick":
        """Frames are counted from 0."""
        scores: dict[int, float] = {}
        errors: list[Errors] = []
        for number, (one, other) in enumerate(zip(frames(), _straight(frames(), fps), strict=True)):
            errors.append(block_errors(other.y, one.y))
            if number in wanted:
                scores[number] = ssim(one.y, other.y)
        return cls(scores, errors)


def as_fine_as_blocks_need(
    frames: Callable[[], Iterable[Frame]],
    fps: Fraction,
    straight: Sequence[Errors],
    coding: Callable[[float], Coding],
    quantiser: float,
) -> float:
    """The quantiser of a GOP, or a finer one at which no block is far behind the straight encode's.

    Where some block always is, the one at which it is least so.
    """
    tried: dict[float, float] = {}
    for value in dict.fromkeys(max(QUANTISERS[0], quantiser - finer) for finer in _FINER):
        coded = _coded(frames(), fps, coding(value))
        errors = (block_errors(one.y, frame.y) for one, frame in zip(coded, frames(), strict=True))
        tried[value] = most_behind_db(zip(errors, straight, strict=True), window_of(fps))
        if tried[value] <= _MOST_BEHIND_DB:
            return value
    return min(tried, key=lambda value: tried[value])


def quantisers(gops: Sequence[Sequence[Curve]]) -> tuple[float, ...]:
    """The coarsest quantisers of a span's GOPs, known by samples, to be as good as a straight encode.

    On average the span loses at most `_LOSS`; a GOP with a frame that is `_WORST_LOSS` worse than the
    straight encode's worst is coded finer, by at most `_MOST_FINER`.
    """
    wanted = float(np.mean([curve.straight_mean for curves in gops for curve in curves])) - _LOSS
    floor = min(curve.straight_worst for curves in gops for curve in curves) - _WORST_LOSS
    means = np.mean([curve.means for curves in gops for curve in curves], axis=0)
    common = _last(means >= wanted)
    finest = max(0, common - _MOST_FINER * _STEPS)
    enough = (_last(np.min([curve.worsts for curve in curves], axis=0) >= floor) for curves in gops)
    return tuple(QUANTISERS[min(common, max(finest, place))] for place in enough)


def texture_of(frames: Sequence[Frame], fps: Fraction) -> str:
    """Which of PERSONAL suits a span, by a sample of it: whether its bytes fall as film's or as noise's."""
    fine, coarse = (_size(encode(frames, fps, CLEAN.at(value))) for value in (_FINE, _COARSE))
    return "grainy" if fine > _GRAIN * coarse else "clean"


def calibrated_shared(frames: Sequence[Frame], fps: Fraction) -> float:
    """The rate of SHARED; finer where frames would lose more than `_SHARED_LOSS` beside a straight encode."""
    return _calibrated(frames, fps, SHARED, SHARED_RATES, _SHARED_LOSS)


def _calibrated(
    frames: Sequence[Frame], fps: Fraction, coding: Coding, values: Sequence[float], loss: float
) -> float:
    wanted = _mean_ssim(frames, _straight(frames, fps)) - loss
    return _coarsest(
        values, lambda value: _mean_ssim(frames, _coded(frames, fps, coding.at(value))) >= wanted
    )


def _coded(frames: Iterable[Frame], fps: Fraction, coding: Coding) -> Iterator[Frame]:
    coded = encode(frames, fps, coding)
    return decoded(coded.pictures, coded.sps, coded.pps)


def _size(coded: Coded) -> int:
    """Bytes of the pictures after the first, which in a sample weighs more than in a span."""
    return sum(len(unit) for units in coded.pictures[1:] for unit in units)


def _along(
    tried: Mapping[float, Sequence[float]], figure: Callable[[Sequence[float]], Any]
) -> tuple[float, ...]:
    """A figure of the scores for every quantiser; it goes on as between the finest two that were tried."""
    values = sorted(tried)
    scores = [float(figure(tried[value])) for value in values]
    slope = (scores[1] - scores[0]) / (values[1] - values[0])
    found = np.interp(QUANTISERS, values, scores) + slope * np.minimum(np.array(QUANTISERS) - values[0], 0)
    return tuple(float(value) for value in found)


def _last(good: NDArray[np.bool_]) -> int:
    """The last place of the run that begins the list; 0 where there is none."""
    return max(0, int(np.argmin(good)) - 1 if not good.all() else len(good) - 1)


def _coarsest(values: Sequence[float], good: Callable[[float], bool]) -> float:
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


def _straight(frames: Iterable[Frame], fps: Fraction) -> Iterator[Frame]:
    free = Coding(
        STRAIGHT_PRESET, "crf", STRAIGHT_CRF, f"bframes=3:{_REPEATABLE}:psy=1:weightp=1:stitchable=0"
    )
    return _coded(frames, fps, free)


def _mean_ssim(frames: Sequence[Frame], others: Iterable[Frame]) -> float:
    return float(np.mean(_scores(frames, others)))


def _scores(frames: Sequence[Frame], others: Iterable[Frame]) -> list[float]:
    pairs = list(zip(frames, others, strict=True))[::_EVERY]
    return [ssim(one.y, other.y) for one, other in pairs]


def _windows(plane: Float) -> Float:
    """Sums over 8x8 windows every 4 pixels."""
    height, width = (side // _BLOCK for side in plane.shape)
    blocks = plane[: height * _BLOCK, : width * _BLOCK].reshape(height, _BLOCK, width, _BLOCK).sum((1, 3))
    rows = blocks[:-1] + blocks[1:]
    total: Float = rows[:, :-1] + rows[:, 1:]
    return total
