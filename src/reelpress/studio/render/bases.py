"""Frames that are the same for everyone, composed once and kept as raw planes on local disk.

They are read into a frame of the caller's, not mapped: mapped pages would count as the worker's memory.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from reelpress.studio.render.planes import Frame, blank


@dataclass(frozen=True, slots=True)
class Bases:
    """`count` frames of width x height (yuv420p) in one file, opened for reading."""

    descriptor: int
    count: int
    width: int
    height: int

    @classmethod
    def open(cls, path: Path, width: int, height: int) -> "Bases":
        """The file may be removed meanwhile; the frames stay readable until `close`."""
        descriptor = os.open(path, os.O_RDONLY)
        return cls(descriptor, os.fstat(descriptor).st_size // _bytes(width, height), width, height)

    def read(self, number: int, into: Frame) -> None:
        """Frame `number` of the stretch, counted from 0."""
        size = _bytes(self.width, self.height)
        got = os.preadv(self.descriptor, [into.data.data.cast("B")], number * size)
        if got != size:
            raise OSError(f"base frame {number} is cut short: {got} of {size} bytes")

    def frames(self, first: int = 0, count: int | None = None) -> Iterator[Frame]:
        """Frames in order, each in the same memory: use one before asking for the next."""
        frame = blank(self.width, self.height)
        for number in range(first, self.count if count is None else first + count):
            self.read(number, frame)
            yield frame

    def close(self) -> None:
        os.close(self.descriptor)


def write_bases(path: Path, frames: Iterable[Frame]) -> None:
    with path.open("wb") as file:
        for frame in frames:
            file.write(np.ascontiguousarray(frame.data).data)


def frames_bytes(count: int, width: int, height: int) -> int:
    """What `write_bases` writes of so many frames."""
    return count * _bytes(width, height)


def _bytes(width: int, height: int) -> int:
    return width * height * 3 // 2
