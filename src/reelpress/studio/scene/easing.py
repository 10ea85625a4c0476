"""How a keyframe's value turns into the next one's: the easing curves and splines of MLT 7.22.

Formulas as in MLT's `mlt_animation.c` (Penner's easings; Catmull-Rom splines after Barry and Goldman).
"""

import math
from collections.abc import Callable, Sequence
from typing import get_args

from reelpress.studio.scene.ops import Curve, Eased, Key

_FAR = 10_000.0  # frames; where a spline's missing neighbour lies, so that the curve ends level


def curve_marks() -> dict[str, Curve]:
    """The character before `=` and what it asks for: MLT's letters go through the eased curves in order."""
    letters = "abcdefghijklmnopqrstuvwxyzABCD"
    eased: tuple[Eased, ...] = get_args(Eased)
    plain: dict[str, Curve] = {
        "": "linear",
        "|": "hold",
        "!": "hold",
        "~": "smooth",
        "$": "natural",
        "-": "tight",
    }
    return plain | dict(zip(letters, eased, strict=True))


def between(keys: Sequence[Key], index: int, position: float) -> tuple[float, ...]:
    """Values at a position from key `index` up to the following one, which is there."""
    key, following = keys[index], keys[index + 1]
    if key.curve == "hold":
        return key.values
    progress = (position - key.frame) / (following.frame - key.frame)
    if key.curve in {"smooth", "natural"}:
        before, after = keys[max(0, index - 1)], keys[min(len(keys) - 1, index + 2)]
        spline = _catmull_rom if key.curve == "smooth" else _natural
        around = (before, key, following, after)
        frames = tuple(float(one.frame) for one in around)
        return tuple(
            spline(frames, values, progress) for values in zip(*(one.values for one in around), strict=True)
        )
    share = eased(key.curve, progress)
    return tuple(a + (b - a) * share for a, b in zip(key.values, following.values, strict=True))


def eased(curve: Curve, t: float) -> float:
    """The share of the way that is done when the share `t` of the time is over. Not for splines."""
    if curve == "linear":
        return t
    if curve == "tight":
        return t * t * (3 - 2 * t)
    family, _, way = curve.partition("_")
    rise = _RISES[family]
    if way == "in":
        return rise(t)
    if way == "out":
        return 1 - rise(1 - t)
    return rise(2 * t) / 2 if t < 0.5 else 1 - rise(2 - 2 * t) / 2


def _catmull_rom(_: Sequence[float], values: Sequence[float], t: float) -> float:
    """The uniform spline: it may overshoot."""
    y0, y1, y2, y3 = values
    return _hermite(y1, y2, (y2 - y0) / 2, (y3 - y1) / 2, t)


def _natural(frames: Sequence[float], values: Sequence[float], t: float) -> float:
    """The centripetal spline, level at every peak."""
    x0, x1, x2, x3 = frames
    y0, y1, y2, y3 = values
    x0 = x0 - _FAR if x0 == x1 else x0
    x3 = x3 + _FAR if x3 == x2 else x3
    across = math.sqrt(math.hypot(x2 - x1, y2 - y1))
    start = end = 0.0
    if y0 > y1 > y2 or y0 < y1 < y2:
        before = math.sqrt(math.hypot(x1 - x0, y1 - y0))
        start = y2 - y1 + across * ((y1 - y0) / before - (y2 - y0) / (before + across))
    if y1 > y2 > y3 or y1 < y2 < y3:
        after = math.sqrt(math.hypot(x3 - x2, y3 - y2))
        end = y2 - y1 + across * ((y3 - y2) / after - (y3 - y1) / (across + after))
    return _hermite(y1, y2, start, end, t)


def _hermite(y1: float, y2: float, start: float, end: float, t: float) -> float:
    """The cubic from y1 to y2 with these slopes at its ends."""
    return ((2 * (y1 - y2) + start + end) * t + 3 * (y2 - y1) - 2 * start - end) * t * t + start * t + y1


def _fall(t: float) -> float:
    """A ball let fall: four parabolas."""
    if t < 4 / 11:
        return 121 * t * t / 16
    if t < 8 / 11:
        return 363 / 40 * t * t - 99 / 10 * t + 17 / 5
    if t < 9 / 10:
        return 4356 / 361 * t * t - 35442 / 1805 * t + 16061 / 1805
    return 54 / 5 * t * t - 513 / 25 * t + 268 / 25


def _elastic(t: float) -> float:
    return math.sin(13 * math.pi / 2 * t) * math.exp2(10 * (t - 1))


# The `in` form of each family; the others mirror it.
_RISES: dict[str, Callable[[float], float]] = {
    "sinusoidal": lambda t: 1 - math.cos(t * math.pi / 2),
    "quadratic": lambda t: t * t,
    "cubic": lambda t: t * t * t,
    "quartic": lambda t: t * t * t * t,
    "quintic": lambda t: t * t * t * t * t,
    "exponential": lambda t: math.exp2(10 * t - 10) if 0 < t < 1 else t,
    "circular": lambda t: 1 - math.sqrt(max(0.0, 1 - t * t)),
    "back": lambda t: t * t * t - t * math.sin(t * math.pi),
    "elastic": _elastic,
    "bounce": lambda t: 1 - _fall(1 - t),
}
