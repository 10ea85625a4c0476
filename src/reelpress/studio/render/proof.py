"""What joining costs: each piece as its encoder saw it beside the same piece in the joined picture."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from reelpress.studio.plan.spans import MACROBLOCK_PX
from reelpress.studio.render.planes import Frame, Plane

MOST_LOST_DB = 3.0  # of a 16x16 block of luma, over half a second
_UNSEEN_MSE = 1.0  # an error of one level is seen by nobody

_Errors = NDArray[np.float64]


def lost_db(
    joined: Iterable[Frame], alone: Iterable[Sequence[Frame]], wanted: Iterable[Frame], window: int
) -> float:
    """PSNR of luma that the worst 16x16 block loses over `window` pictures by being joined.

    `joined`: pictures as a player decodes them; `alone`: for each, its pieces top to bottom, decoded by
    themselves and without guards; `wanted`: what was encoded.
    """
    return max(
        float(10 * np.log10(np.maximum(together, _UNSEEN_MSE) / np.maximum(apart, _UNSEEN_MSE)).max())
        for together, apart in _means(_errors(joined, alone, wanted), window)
    )


def _errors(
    joined: Iterable[Frame], alone: Iterable[Sequence[Frame]], wanted: Iterable[Frame]
) -> Iterator[tuple[_Errors, _Errors]]:
    for picture, pieces, frame in zip(joined, alone, wanted, strict=True):
        apart = np.concatenate([piece.y for piece in pieces])
        yield block_errors(picture.y, frame.y), block_errors(apart, frame.y)


def _means(
    errors: Iterator[tuple[_Errors, _Errors]], window: int
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Of both, over pictures `0 .. window - 1` and so on; the last ones may be fewer."""
    together: list[_Errors] = []
    apart: list[_Errors] = []
    for one, other in errors:
        together.append(one)
        apart.append(other)
        if len(together) == window:
            yield np.mean(together, axis=0), np.mean(apart, axis=0)
            together, apart = [], []
    if together:
        yield np.mean(together, axis=0), np.mean(apart, axis=0)


def block_errors(one: Plane, other: Plane) -> _Errors:
    """Mean squared error of every 16x16 block; at the right and lower edge a block may be smaller."""
    error = one.astype(np.float32) - other
    error *= error
    rows, columns = _starts(one.shape[0]), _starts(one.shape[1])
    sums = np.add.reduceat(np.add.reduceat(error, rows, axis=0), columns, axis=1)
    return sums / np.outer(_sizes(rows, one.shape[0]), _sizes(columns, one.shape[1]))


def _starts(side: int) -> NDArray[np.int64]:
    return np.arange(0, side, MACROBLOCK_PX, dtype=np.int64)


def _sizes(starts: NDArray[np.int64], side: int) -> NDArray[np.int64]:
    return np.diff(np.append(starts, side))
