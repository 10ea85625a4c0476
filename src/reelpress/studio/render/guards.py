"""Guards: what stands above and below a piece of a picture while it is encoded, in place of its neighbours.

No film looks like them, so that nothing a vector finds there is of use; what a player has in their place is
another piece, and whatever referred to it would come out wrong. Pixels that a fractional vector averages are
read beyond the edge all the same, which whole-pixel vectors never do: for film that moves up or down they are
the better ones, though a sixth more bytes.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from reelpress.studio.render.planes import Frame

_DARK, _BRIGHT = 15, 235  # levels of luma; chroma stays between the other two
_WEAK, _STRONG = 70, 180


@dataclass(frozen=True, slots=True)
class Guard:
    """`dots`: of four pixels in a row one is bright; `noise`: each is bright or dark by lot."""

    pattern: Literal["dots", "noise"]
    seed: int = 0
    whole_vectors: bool = False

    @property
    def extra(self) -> str:
        """What x264 is told."""
        return "subme=0" if self.whole_vectors else ""

    def fill(self, frame: Frame, first: int, end: int) -> None:
        """Rows `first .. end - 1` of a frame, the same every time."""
        noise = np.random.default_rng(self.seed)
        rows, half = end - first, slice(first // 2, end // 2)
        frame.y[first:end] = np.where(self._bright(rows, frame.width, noise), _BRIGHT, _DARK)
        for plane in (frame.u, frame.v):
            plane[half] = noise.integers(_WEAK, _STRONG, plane[half].shape, dtype=np.uint8)

    def _bright(self, rows: int, width: int, noise: np.random.Generator) -> NDArray[np.bool_]:
        row, column = np.ogrid[:rows, :width]
        dots = (row + column) % 4 == 0
        bright = dots if self.pattern == "dots" else noise.integers(0, 2, (rows, width)) == 1
        bright[:, [0, -1]] = row % 2 == 0  # a vector may go further out, where x264 repeats the outermost
        return bright


# In the order they are tried: where one is referred to all the same, which few blocks do, another is not.
GUARDS = (
    Guard("dots"),
    *(Guard("noise", seed) for seed in range(3)),
    Guard("dots", whole_vectors=True),
    Guard("noise", whole_vectors=True),
)
