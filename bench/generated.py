"""A natural-looking clip made by arithmetic: textures with depth, pans, hand shake, soft light, grain, cuts.

Every pixel follows from the seeds below, so that two machines measure on the same footage.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT, FPS = 1920, 1080, 30
SHOT_FRAMES = 300
SOUND_RATE = 48_000
_TILE = (1152, 2048)  # textures repeat after so many rows and columns
_GRAIN_TILES = 8

Real = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shot:
    """One take. `pan` and `shake` in pixels a frame; `level`, `contrast` and `grain` in 8-bit steps.

    `texture` is the share of fine detail in the contrast.
    """

    seed: int
    pan: tuple[float, float]
    shake: float
    level: float
    contrast: float
    texture: float
    grain: float


# A calm bright one, a dark still one, a busy fast one, and one in between.
SHOTS = (
    Shot(11, (1.3, 0.2), 0.3, 128, 34, 0.18, 1.0),
    Shot(12, (0.2, 0.0), 0.1, 46, 16, 0.14, 1.3),
    Shot(13, (6.7, 1.1), 0.9, 118, 46, 0.40, 1.2),
    Shot(14, (-2.6, 0.7), 0.6, 104, 38, 0.30, 1.5),
)


def clip() -> Iterator[bytes]:
    """Every frame of all shots in order: yuv420p, bt709 limited, planes one after the other."""
    for shot in SHOTS:
        yield from _Take(shot).frames()


def sound(seconds: float) -> NDArray[np.int16]:
    """A soft chord that swells, with a little noise: samples x 2 channels at 48 kHz."""
    rng = np.random.default_rng(5)
    time = np.arange(round(seconds * SOUND_RATE)) / SOUND_RATE
    tones = sum(
        np.sin(2 * np.pi * pitch * time) * (0.6 + 0.4 * np.sin(2 * np.pi * time / swell))
        for pitch, swell in ((220.0, 7.0), (277.2, 5.0), (329.6, 3.0))
    )
    noise = rng.standard_normal((time.size, 2)) * 0.02
    return ((tones[:, None] * 0.12 + noise) * 20_000).clip(-32_768, 32_767).astype(np.int16)


class _Take:
    """One shot being filmed: a far and a near layer that move at different speeds."""

    def __init__(self, shot: Shot) -> None:
        self._shot = shot
        rng = np.random.default_rng(shot.seed)
        self._far = _padded(shot.level + shot.contrast * _surface(rng, *_TILE, shot.texture))
        self._near = _padded(0.8 * shot.level + 1.2 * shot.contrast * _surface(rng, *_TILE, shot.texture))
        self._mask = _padded(np.clip(_noise(rng, *_TILE, 2.4) * 60 - 40, 0, 1))
        half = (_TILE[0] // 2, _TILE[1] // 2)
        self._chroma = [_padded(128 + 9 * _shapes(_noise(rng, *half, 2.2))) for _ in range(2)]
        self._grain = rng.standard_normal((_GRAIN_TILES, HEIGHT, WIDTH)).astype(np.float32) * shot.grain
        self._walk = np.cumsum(rng.standard_normal((SHOT_FRAMES, 2)) * shot.shake, axis=0)
        rows, columns = np.linspace(-1, 1, HEIGHT)[:, None], np.linspace(-1, 1, WIDTH)[None, :]
        self._vignette = (1.06 - 0.12 * (rows**2 + columns**2)).astype(np.float32)
        self._rng = rng

    def frames(self) -> Iterator[bytes]:
        for number in range(SHOT_FRAMES):
            shake_x, shake_y = self._walk[number]
            x, y = self._shot.pan[0] * number + shake_x, self._shot.pan[1] * number + shake_y
            near = _crop(self._near, 1.8 * x, 1.8 * y, HEIGHT, WIDTH)
            mask = _crop(self._mask, 1.8 * x, 1.8 * y, HEIGHT, WIDTH)
            luma = _crop(self._far, x, y, HEIGHT, WIDTH)
            luma += (near - luma) * mask
            luma *= self._vignette * np.float32(1 + 0.05 * np.sin(number / 40))
            luma += self._grain[self._rng.integers(_GRAIN_TILES)]
            planes = [_bytes(luma)]
            for plane in self._chroma:
                planes.append(_bytes(_crop(plane, x / 2, y / 2, HEIGHT // 2, WIDTH // 2)))
            yield b"".join(planes)


def _surface(rng: np.random.Generator, rows: int, columns: int, texture: float) -> Real:
    """Flat shapes with clear edges, soft light over them, and fine detail."""
    shapes, light = _shapes(_noise(rng, rows, columns, 2.0)), _noise(rng, rows, columns, 2.4)
    return (0.7 - texture) * shapes + 0.3 * light + texture * _noise(rng, rows, columns, 1.2)


def _shapes(smooth: Real) -> Real:
    """Steps where `smooth` rises, a few pixels wide, as between things in a picture."""
    scaled = smooth * 2
    floor = np.floor(scaled)
    return (floor + np.clip((scaled - floor - 0.5) * 14 + 0.5, 0, 1)) / 2


def _noise(rng: np.random.Generator, rows: int, columns: int, smoothness: float) -> Real:
    """Noise whose spectrum falls with that power; repeats without a seam; mean 0, deviation 1."""
    rates = np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None, :])
    rates[0, 0] = np.inf
    spectrum = np.fft.rfft2(rng.standard_normal((rows, columns))) / rates**smoothness
    made = np.fft.irfft2(spectrum, s=(rows, columns))
    return (made / made.std()).astype(np.float32)


def _padded(tile: Real) -> Real:
    """The tile beside itself, so that any window starting within it can be cut out."""
    return np.tile(tile, (2, 2)).astype(np.float32)


def _crop(tile: Real, x: float, y: float, height: int, width: int) -> Real:
    """A window at a place between pixels."""
    left, top = x % (tile.shape[1] // 2), y % (tile.shape[0] // 2)
    column, row = int(left), int(top)
    across, down = np.float32(left - column), np.float32(top - row)
    window = tile[row : row + height + 1, column : column + width + 1]
    mixed = window[:, :-1] + (window[:, 1:] - window[:, :-1]) * across
    return mixed[:-1] + (mixed[1:] - mixed[:-1]) * down


def _bytes(plane: Real) -> bytes:
    return np.clip(plane, 16, 235).astype(np.uint8).tobytes()
