"""Whole, even pixel rectangles of the output (4:2:0 has one colour sample for two by two pixels)."""

import math
from collections.abc import Iterable, Sequence
from typing import Self

import msgspec

from reelpress.studio.scene.ops import Box

_ON_A_PIXEL = 1e-6
NEAR_PX = 8  # rectangles closer than this are treated as one


class Rect(msgspec.Struct, frozen=True, array_like=True):
    """Edges in pixels; `right` and `bottom` are excluded."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def around(cls, box: Box, width: int, height: int) -> Self:
        """The even pixels a box touches, within the output; edges between pixels get one to spare."""
        left, top = _lower(box.x), _lower(box.y)
        right, bottom = _upper(box.x + box.width), _upper(box.y + box.height)
        return cls._within(
            left - left % 2, top - top % 2, right + right % 2, bottom + bottom % 2, width, height
        )

    @classmethod
    def nearest(cls, box: Box, width: int, height: int) -> Self:
        """The even pixels nearest to a box, within the output."""
        left, top = 2 * round(box.x / 2), 2 * round(box.y / 2)
        right, bottom = 2 * round((box.x + box.width) / 2), 2 * round((box.y + box.height) / 2)
        return cls._within(left, top, right, bottom, width, height)

    @classmethod
    def _within(cls, left: int, top: int, right: int, bottom: int, width: int, height: int) -> Self:
        return cls(max(0, left), max(0, top), min(width, right), min(height, bottom))

    @property
    def empty(self) -> bool:
        return self.left >= self.right or self.top >= self.bottom

    def near(self, other: "Rect") -> bool:
        return (
            self.left < other.right + NEAR_PX
            and other.left < self.right + NEAR_PX
            and self.top < other.bottom + NEAR_PX
            and other.top < self.bottom + NEAR_PX
        )

    def join(self, other: "Rect") -> "Rect":
        return Rect(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


def _lower(edge: float) -> int:
    return round(edge) if abs(edge - round(edge)) < _ON_A_PIXEL else math.floor(edge) - 1


def _upper(edge: float) -> int:
    return round(edge) if abs(edge - round(edge)) < _ON_A_PIXEL else math.ceil(edge) + 1


def apart(rects: Iterable[Rect]) -> tuple[Rect, ...]:
    """Rectangles that come near each other joined, until none does."""
    found: list[Rect] = []
    for rect in rects:
        found = _with(found, rect)
    return tuple(found)


def _with(rects: Sequence[Rect], rect: Rect) -> list[Rect]:
    others: list[Rect] = []
    for other in rects:
        if rect.near(other):
            rect = rect.join(other)
        else:
            others.append(other)
    return [*others, rect] if len(others) == len(rects) else _with(others, rect)
