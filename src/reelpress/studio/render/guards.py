"""Guards: what stands above and below a piece of a picture while it is encoded, in place of its neighbours.

No film looks like them, so that what a vector finds there is of little use: what a player has in their place
is another piece, and whatever refers to it comes out wrong. Where something crosses the edge, a block may
refer to a row of them all the same, but not to every pattern: there the guard is drawn anew.
"""

from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from reelpress.studio.plan.spans import MACROBLOCK_PX
from reelpress.studio.render.planes import Frame, blank

_DARK, _BRIGHT = 0, 255  # levels of luma, beyond what film has; chroma stays between the other two
_WEAK, _STRONG = 70, 180

Lots = tuple[int, ...]


class Guards(msgspec.Struct, frozen=True):
    """Of a piece, by column of macroblocks: 0 for dots, one bright in four of a row; or a noise's number."""

    above: Lots
    below: Lots

    def fill(self, strip: Frame, first: int, end: int) -> None:
        """All rows but `first .. end - 1`, the same every time."""
        if first:
            strip.paste(_drawn(self.above, first, strip.width), 0, 0)
        if end < strip.height:
            strip.paste(_drawn(self.below, strip.height - end, strip.width), 0, end)


@lru_cache(maxsize=16)
def _drawn(lots: Lots, rows: int, width: int) -> Frame:
    guard = blank(width, rows)
    for column, lot in enumerate(lots):
        left, right = column * MACROBLOCK_PX, min((column + 1) * MACROBLOCK_PX, width)
        noise = np.random.default_rng((lot, column))
        guard.y[:, left:right] = np.where(_bright(rows, right - left, lot, noise), _BRIGHT, _DARK)
        for plane in (guard.u, guard.v):
            tint = plane[:, left // 2 : right // 2]
            tint[:] = noise.integers(_WEAK, _STRONG, tint.shape, dtype=np.uint8)
    # A vector may go further out, where x264 repeats the outermost pixels.
    guard.y[:, [0, -1]] = np.where(np.arange(rows) % 2 == 0, _BRIGHT, _DARK)[:, None]
    return guard


def _bright(rows: int, columns: int, lot: int, noise: np.random.Generator) -> NDArray[np.bool_]:
    if lot:
        return noise.integers(0, 2, (rows, columns)) == 1
    row, column = np.ogrid[:rows, :columns]
    dots: NDArray[np.bool_] = (row + column) % 4 == 0
    return dots
