"""Errors of 16x16 blocks of luma, over as long as a defect has to stand to be seen."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from reelpress.studio.plan.spans import MACROBLOCK_PX
from reelpress.studio.render.planes import Plane

# Of luma, two levels: the least that is seen is three (Chou and Li, "A perceptually tuned subband image coder
# based on the measure of just-noticeable-distortion profile", 1995). An error below counts as this much.
UNSEEN_MSE = 4.0
ROUNDING_MSE = 1.0  # one level

Errors = NDArray[np.float64]


def window_of(fps: Fraction) -> int:
    """Half a second, in pictures."""
    return max(1, round(fps / 2))


def most_behind_db(pairs: Iterable[tuple[Errors, Errors]], window: int, floor: float = UNSEEN_MSE) -> float:
    """PSNR by which the first of a pair is behind the second, of the worst block over `window` pictures.

    An error below `floor` counts as that much.
    """
    return float(behind_db(pairs, window, floor).max())


def behind_db(pairs: Iterable[tuple[Errors, Errors]], window: int, floor: float = UNSEEN_MSE) -> Errors:
    """The same of every block, in its worst `window` pictures; the last window may be shorter."""
    return reduce(np.maximum, (_behind_db(*means, floor) for means in _means(pairs, window)))


def block_errors(one: Plane, other: Plane) -> Errors:
    """Mean squared error of every 16x16 block; at the right and lower edge a block may be smaller."""
    error = one.astype(np.float32) - other
    error *= error
    rows, columns = _starts(one.shape[0]), _starts(one.shape[1])
    sums = np.add.reduceat(np.add.reduceat(error, rows, axis=0), columns, axis=1)
    return sums / np.outer(_sizes(rows, one.shape[0]), _sizes(columns, one.shape[1]))


def _behind_db(one: Errors, other: Errors, floor: float) -> Errors:
    ratio: Errors = np.maximum(one, floor) / np.maximum(other, floor)
    return 10 * np.log10(ratio)


def _means(pairs: Iterable[tuple[Errors, Errors]], window: int) -> Iterator[tuple[Errors, Errors]]:
    held: list[tuple[Errors, Errors]] = []
    for pair in pairs:
        held.append(pair)
        if len(held) == window:
            yield _mean(held)
            held = []
    if held:
        yield _mean(held)


def _mean(pairs: Sequence[tuple[Errors, Errors]]) -> tuple[Errors, Errors]:
    one, other = zip(*pairs, strict=True)
    return np.mean(one, axis=0), np.mean(other, axis=0)


def _starts(side: int) -> NDArray[np.int64]:
    return np.arange(0, side, MACROBLOCK_PX, dtype=np.int64)


def _sizes(starts: NDArray[np.int64], side: int) -> NDArray[np.float64]:
    return np.diff(np.append(starts, side)).astype(np.float64)
