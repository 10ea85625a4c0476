"""MLT's animation strings: `0=0 0 1280 720 1;25~=...;|`, and the values they give at a position."""

import re
from bisect import bisect_right
from collections.abc import Callable
from fractions import Fraction

from reelpress.studio.scene.ops import Curve, Key, Keys
from reelpress.studio.scene.timecode import parse_time

_KEY = re.compile(r"^\s*([0-9:.,;+-]+)\s*([^0-9=:\s.+-]?)=(.*)$", re.DOTALL)
_CURVES: dict[str, Curve] = {
    "": "linear",
    "|": "hold",
    "!": "hold",
    "~": "smooth",
    "$": "smooth",
    "-": "smooth",
}
_RECT_SEPARATORS = re.compile(r"[\s,:/x]+")
ParseValue = Callable[[str], tuple[float, ...]]


def parse_number_keys(text: str, fps: Fraction, length: int) -> Keys:
    """Keys of one number each; a plain number is one key. Raises ValueError."""
    return _parse(text, fps, length, lambda value: (_number(value),))


def parse_rect_keys(text: str, fps: Fraction, length: int, width: int, height: int) -> Keys:
    """Keys of x, y, width, height in pixels and opacity 0..1; percents are of the canvas.

    Raises ValueError.
    """
    return _parse(text, fps, length, lambda value: parse_rect(value, width, height))


def parse_rect(text: str, width: int, height: int) -> tuple[float, ...]:
    parts = [part for part in _RECT_SEPARATORS.split(text.strip()) if part]
    if not 4 <= len(parts) <= 5:
        raise ValueError(f"{text!r} is not a rectangle 'x y width height [opacity]'")
    scales = (width, height, width, height, 1)
    numbers = [
        _number(part[:-1]) / 100 * scale if part.endswith("%") else _number(part)
        for part, scale in zip(parts, scales, strict=False)
    ]
    return (*numbers, 1.0) if len(numbers) == 4 else tuple(numbers)


def value_at(keys: Keys, position: float) -> tuple[float, ...]:
    """Values at a position in frames; before the first and after the last key those keys' values hold."""
    index = bisect_right(keys, position, key=lambda key: key.frame) - 1
    if index < 0:
        return keys[0].values
    key = keys[index]
    if index == len(keys) - 1 or key.curve == "hold":
        return key.values
    following = keys[index + 1]
    progress = (position - key.frame) / (following.frame - key.frame)
    if key.curve == "linear":
        return tuple(a + (b - a) * progress for a, b in zip(key.values, following.values, strict=True))
    before = keys[max(0, index - 1)]
    after = keys[min(len(keys) - 1, index + 2)]
    return tuple(
        _catmull_rom(*points, progress)
        for points in zip(before.values, key.values, following.values, after.values, strict=True)
    )


def _parse(text: str, fps: Fraction, length: int, parse_value: ParseValue) -> Keys:
    if "=" not in text:
        return (Key(0, parse_value(text.strip().rstrip(";"))),)
    keys: dict[int, Key] = {}
    for part in (piece for piece in text.split(";") if piece.strip()):
        match = _KEY.match(part)
        if match is None:
            raise ValueError(f"{part.strip()!r} is not a keyframe 'time=value'")
        moment, mark, value = match.groups()
        if mark not in _CURVES:
            raise ValueError(f"the keyframe kind {mark!r} in {part.strip()!r} is not supported")
        frame = parse_time(moment, fps)
        if frame < 0:
            frame += length
        keys[frame] = Key(frame, parse_value(value.strip().strip('"')), _CURVES[mark])
    if not keys:
        raise ValueError("an animation without keyframes")
    return tuple(keys[frame] for frame in sorted(keys))


def _number(text: str) -> float:
    value = float(text.strip())
    if not -1e7 < value < 1e7:
        raise ValueError(f"{text.strip()!r} is out of range")
    return value


def _catmull_rom(y0: float, y1: float, y2: float, y3: float, t: float) -> float:
    """MLT 7's smooth interpolation (mlt_animation.c): Catmull-Rom with tension 0.5."""
    a0 = -0.5 * y0 + 1.5 * y1 - 1.5 * y2 + 0.5 * y3
    a1 = y0 - 2.5 * y1 + 2 * y2 - 0.5 * y3
    a2 = -0.5 * y0 + 0.5 * y2
    return a0 * t**3 + a1 * t**2 + a2 * t + y1
