"""MLT's 22 built-in maps for wipes, made by formula as MLT makes them, and the masks they give.

A map says for each pixel at which share of the way (0 to 65535) the new picture appears there.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from reelpress.studio.render.skia_door import Picture
from reelpress.studio.scene.ops import Wipe

FULL = 65_535
Map = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Pattern:
    """`bands` of rows one after the other (0: every row), every second `turned` round.

    `slanted` starts each row later; `quarter` shows the upper left quarter of a map of twice the size.
    """

    kind: Literal["bar", "circle", "box", "clock"] = "bar"
    bands: int = 1
    turned: bool = False
    slanted: bool = False
    quarter: bool = False
    rotated: bool = False
    flipped: bool = False
    upside_down: bool = False
    mirror: Literal["", "across", "down", "diagonal"] = ""


_PATTERNS = {
    1: _Pattern(),
    2: _Pattern(bands=0),
    3: _Pattern(mirror="across"),
    4: _Pattern(bands=0, mirror="down"),
    5: _Pattern(slanted=True, mirror="diagonal"),
    6: _Pattern(slanted=True, mirror="diagonal", flipped=True),
    7: _Pattern(slanted=True, quarter=True),
    8: _Pattern(slanted=True, quarter=True, flipped=True),
    9: _Pattern(bands=12),
    10: _Pattern(bands=12, rotated=True),
    11: _Pattern(bands=12, turned=True),
    12: _Pattern(bands=12, turned=True, mirror="down"),
    13: _Pattern(bands=12, turned=True, rotated=True, upside_down=True),
    14: _Pattern(bands=12, turned=True, rotated=True, mirror="down"),
    15: _Pattern(slanted=True, mirror="across"),
    16: _Pattern("circle"),
    17: _Pattern("circle", bands=2, turned=True),
    18: _Pattern("box"),
    19: _Pattern("box", quarter=True),
    20: _Pattern("box", quarter=True, flipped=True),
    21: _Pattern("box", quarter=True, bands=2),
    22: _Pattern("clock"),
}


def wipe_mask(wipe: Wipe, share: float, size: tuple[int, int]) -> Picture:
    """How much of the new picture is seen in each pixel, as the picture's coverage."""
    edge = max(0.0, wipe.softness) * FULL
    way = share * (FULL + 1) * (1 + max(0.0, wipe.softness)) - wipe_map(wipe.map, *size)
    seen = np.clip(way / edge, 0, 1) if edge >= 1 else (way >= 0).astype(np.float64)
    seen = seen * seen * (3 - 2 * seen)
    coverage = np.round((1 - seen if wipe.invert else seen) * 255).astype(np.uint8)
    return Picture(np.repeat(coverage[..., None], 4, axis=2))


@lru_cache(maxsize=4)
def wipe_map(number: int, width: int, height: int) -> Map:
    pattern = _PATTERNS[number]
    wide, high = (2 * width, 2 * height) if pattern.quarter else (width, height)
    wide, high = (high, wide) if pattern.rotated else (wide, high)
    drawn = _clock(wide, high) if pattern.kind == "clock" else _banded(pattern, wide, high)
    drawn = drawn % (FULL + 1)
    if pattern.quarter:
        drawn = drawn[:height, :width]
    if pattern.mirror == "diagonal" or (pattern.slanted and pattern.mirror == "across"):
        drawn = _mirrored_diagonally(drawn)
    drawn = drawn[:, ::-1] if pattern.flipped else drawn
    drawn = drawn[::-1] if pattern.upside_down else drawn
    if pattern.mirror == "across":
        half = drawn[:, : (drawn.shape[1] + 1) // 2]
        drawn = np.hstack([half, half[:, ::-1]])[:, : drawn.shape[1]]
    if pattern.mirror == "down":
        half = drawn[: (drawn.shape[0] + 1) // 2]
        drawn = np.vstack([half, half[::-1, ::-1]])[: drawn.shape[0]]
    return np.rot90(drawn, -1) if pattern.rotated else drawn


def _banded(pattern: _Pattern, width: int, height: int) -> Map:
    bands = pattern.bands or height
    rows, reach = height // bands, FULL // bands
    if pattern.mirror in {"across", "down"} and not pattern.slanted:
        reach *= 2
    across, down = np.arange(width), np.arange(rows)[:, None]
    if pattern.kind == "circle":
        distance = np.hypot(across - width // 2, down - rows // 2)
        shape = distance / np.hypot(width // 2, rows / 2)
    elif pattern.kind == "box":
        distance = np.maximum(np.abs(across - width // 2), np.abs(down * width / rows - width // 2))
        shape = distance / (width // 2)
    else:
        shape = np.broadcast_to(across / width, (rows, width))
    late = down * (FULL + 1) / rows if pattern.slanted else 0.0
    drawn = np.vstack(
        [
            (band + 1) * reach - reach * shape + late
            if pattern.turned and band % 2
            else band * reach + reach * shape + late
            for band in range(bands)
        ]
    )
    return np.pad(drawn, ((0, height - len(drawn)), (0, 0)), mode="edge")


def _clock(width: int, height: int) -> Map:
    """Once round, from the left over the top."""
    down = np.arange(height)[:, None] - height // 2
    across = np.where(down < 0, np.arange(width) - width // 2, width // 2 - np.arange(width))
    turned = FULL / 4 * across / (np.hypot(across, down) + 1)
    return np.where(down < 0, turned, FULL // 2 + turned)


def _mirrored_diagonally(drawn: Map) -> Map:
    """The half under the rising diagonal repeats the half above it."""
    height, width = drawn.shape
    repeated, drawn = drawn[::-1, ::-1], drawn.copy()
    for row in range(height):
        ends = width * (height - row) // height
        drawn[height - 1 - row, width - ends :] = repeated[height - 1 - row, width - ends :]
    return drawn
