"""Boxes of MP4 and QuickTime (ISO/IEC 14496-12): find one, change bytes of it, put another in its place."""

from __future__ import annotations

import struct
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """Offsets in the file: of the header, of the content, and of what follows."""

    start: int
    body: int
    end: int


def find(data: bytes, path: str) -> Box:
    """The first box at `path`, as `moov/trak/mdia`; `trak#1` is the second of its kind."""
    box = Box(0, 0, len(data))
    for step in path.split("/"):
        kind, _, number = step.partition("#")
        found = [one for one in _children(data, box) if data[one.start + 4 : one.start + 8] == kind.encode()]
        box = found[int(number or 0)]
    return box


def changed(data: bytes, path: str, at: int, content: bytes) -> bytes:
    """`content` written over the box's own bytes, `at` bytes into them."""
    place = find(data, path).body + at
    return data[:place] + content + data[place + len(content) :]


def resized(data: bytes, path: str, size: int) -> bytes:
    """The same box under a size that is not its own."""
    place = find(data, path).start
    return data[:place] + struct.pack(">I", size) + data[place + 4 :]


def renamed(data: bytes, path: str, kind: bytes) -> bytes:
    place = find(data, path).start + 4
    return data[:place] + kind + data[place + 4 :]


def replaced(data: bytes, path: str, content: bytes) -> bytes:
    """Another box in its place, with the sizes of all boxes around it corrected."""
    box = find(data, path)
    growth = len(content) - (box.end - box.start)
    result = data[: box.start] + content + data[box.end :]
    steps = path.split("/")
    for depth in range(1, len(steps)):
        outer = find(data, "/".join(steps[:depth]))
        size = outer.end - outer.start + growth
        result = result[: outer.start] + struct.pack(">I", size) + result[outer.start + 4 :]
    return result


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def numbers(*values: int) -> bytes:
    """As 32-bit words."""
    return b"".join(struct.pack(">I", value & 0xFFFFFFFF) for value in values)


def _children(data: bytes, box: Box) -> list[Box]:
    found: list[Box] = []
    place = box.body
    while place + 8 <= box.end:
        size = struct.unpack_from(">I", data, place)[0]
        found.append(Box(place, place + 8, place + size))
        place += max(size, 8)
    return found
