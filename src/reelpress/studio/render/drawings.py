"""What is drawn in bands while a join is tried, in place of customers' values."""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial

import numpy as np

from reelpress.studio.plan.model import Band
from reelpress.studio.plan.spans import MACROBLOCK_PX
from reelpress.studio.render.planes import BLACK, GREY, WHITE, Frame, Plane

_PATCH_PX, _PATCHED = (64, 16), (0.7, 0.15, 0.15)  # height and width; share of film, black and white
_PATCH_INSET_ROWS = 1  # what is drawn seldom touches the edge of the rows it may need


def whitened(frame: Frame, bands: Sequence[Band]) -> Frame:
    """The frame with its bands white, everywhere that data can touch."""
    out = frame.copy()
    for band in bands:
        rows = slice(band.first * MACROBLOCK_PX, (band.last + 1) * MACROBLOCK_PX)
        half = slice(rows.start // 2, rows.stop // 2)
        out.y[rows], out.u[half], out.v[half] = WHITE, GREY, GREY
    return out


def patched(frame: Frame, bands: Sequence[Band], seed: int) -> Frame:
    """The frame with patches of black and white in its bands, as a customer may draw there."""
    out = frame.copy()
    for band in bands:
        inset = min(_PATCH_INSET_ROWS, (band.rows - 1) // 2)
        first = (band.first + inset) * MACROBLOCK_PX
        end = min((band.last + 1 - inset) * MACROBLOCK_PX, frame.height)
        half = slice(first // 2, end // 2)
        patches = _patches(seed, end - first, frame.width)
        out.y[first:end] = np.where(patches, patches, out.y[first:end])
        for plane in (out.u, out.v):
            plane[half] = np.where(patches[::2, ::2], GREY, plane[half])
    return out


@lru_cache(maxsize=8)
def _patches(seed: int, rows: int, columns: int) -> Plane:
    """Levels of luma; 0 where there is none."""
    height, width = _PATCH_PX
    lots = np.random.default_rng(seed).choice(
        np.array([0, BLACK, WHITE], np.uint8), (-(-rows // height), -(-columns // width)), p=_PATCHED
    )
    return lots.repeat(height, 0).repeat(width, 1)[:rows, :columns]


DRAWINGS: tuple[Callable[[Frame, Sequence[Band]], Frame], ...] = (
    lambda frame, _: frame,
    partial(patched, seed=1),
    partial(patched, seed=2),
    whitened,
)
