"""Spans cut into closed groups of pictures that are encoded side by side."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import TypeVar

from reelpress.studio.render.house import LONGEST_S

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Gop:
    """Frames `first .. first + count - 1` of a span."""

    first: int
    count: int


def gops_of(frames: int, fps: Fraction) -> list[Gop]:
    """GOPs of nearly equal length; the same for the same span everywhere."""
    count = max(1, -(-frames // max(1, int(LONGEST_S * fps))))
    edges = [round(frames * number / count) for number in range(count + 1)]
    return [Gop(first, following - first) for first, following in pairwise(edges)]


def side_by_side(gops: Sequence[Gop], encode: Callable[[Gop], T]) -> list[T]:
    """Encode every GOP, as many at once as there are cores; what comes of them in order.

    FFmpeg, numpy and Skia work without the interpreter's lock, so threads are enough.
    """
    if len(gops) == 1:
        return [encode(gops[0])]
    return list(_pool().map(encode, gops))


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(len(os.sched_getaffinity(0)), thread_name_prefix="gop")
