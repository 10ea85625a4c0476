"""MLT's animation strings: `0=0 0 1280 720 1;25~=...;|`, and the values they give at a position."""

import re
from bisect import bisect_right
from collections.abc import Callable
from fractions import Fraction

from reelpress.studio.scene.easing import between, curve_marks
from reelpress.studio.scene.ops import Curve, Key, Keys
from reelpress.studio.scene.timecode import parse_time

_KEY = re.compile(r"\s*([+-]?\d[\d:.,]*)\s*([^\d=:.,\s])?\s*=(.*)", re.DOTALL)
_PIECE = re.compile(r'(?:[^;"]|"[^"]*"|")+')  # a semicolon inside quotes divides nothing
_CURVES = curve_marks()
_RECT_SEPARATORS = re.compile(r"[\s,:/x]+")
ParseValue = Callable[[str], tuple[float, ...]]


def parse_number_keys(text: str, fps: Fraction, length: int) -> Keys:
    """Keys of one number each, percents as shares of 1; a plain number is one key. Raises ValueError."""
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
        _number(part) * (scale if part.endswith("%") else 1)
        for part, scale in zip(parts, scales, strict=False)
    ]
    return (*numbers, 1.0) if len(numbers) == 4 else tuple(numbers)


def value_at(keys: Keys, position: float) -> tuple[float, ...]:
    """Values at a position in frames; before the first and after the last key those keys' values hold."""
    index = bisect_right(keys, position, key=lambda key: key.frame) - 1
    if index < 0:
        return keys[0].values
    if index == len(keys) - 1:
        return keys[index].values
    return between(keys, index, position)


def _parse(text: str, fps: Fraction, length: int, parse_value: ParseValue) -> Keys:
    if "=" not in text:
        return (Key(0, parse_value(_unquoted(text.strip().rstrip(";")))),)
    keys: dict[int, Key] = {}
    curve: Curve = "hold"  # MLT's own, for a value without a time before any keyframe with one
    for piece in (found.strip() for found in _PIECE.findall(text)):
        if not piece:
            continue
        frame, value = 0, piece
        if "=" in piece:
            match = _KEY.fullmatch(piece)
            if match is None:
                raise ValueError(f"{piece!r} is not a keyframe 'time=value'")
            moment, mark, value = match.groups(default="")
            if mark not in _CURVES:
                raise ValueError(f"the keyframe kind {mark!r} in {piece!r} is not supported")
            curve = _CURVES[mark]
            frame = parse_time(moment, fps)
            frame = frame + length if frame < 0 else frame
        keys[frame] = Key(frame, parse_value(_unquoted(value)), curve)
    if not keys:
        raise ValueError("an animation without keyframes")
    return tuple(keys[frame] for frame in sorted(keys))


def _unquoted(text: str) -> str:
    return text.strip().removeprefix('"').removesuffix('"').strip()


def _number(text: str) -> float:
    bare = text.strip()
    value = float(bare[:-1]) / 100 if bare.endswith("%") else float(bare)
    if not -1e7 < value < 1e7:
        raise ValueError(f"{text.strip()!r} is out of range")
    return value
