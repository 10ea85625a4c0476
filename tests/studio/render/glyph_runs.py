"""The glyphs a shaped line draws, read from a recording of its drawing calls.

The paragraph has no glyph-level interface in Python, but what it draws can be recorded and the recording
serialised. Layout of the parts read here: Skia's `SkPicture`, `SkTextBlob` and `SkFont` serialisations.
"""

import struct
from dataclasses import dataclass
from functools import cache
from typing import Any

import skia

from reelpress.studio.render.fonts import bundled_files
from reelpress.studio.render.skia_door import Line

_DRAW_TEXT_BLOB = 45
_PER_GLYPH = {0: 0, 1: 1, 2: 2}  # scalars for each glyph: default, horizontal, full positioning
_TYPEFACE_BIT, _SKEW_BIT, _SCALE_BIT, _BYTE_SIZE_BIT = 1 << 28, 1 << 29, 1 << 30, 1 << 31


@dataclass(frozen=True)
class Glyph:
    """`x` and `y` in px from the line's left and its baseline (on a whole pixel); `file` is a file name."""

    file: str
    id: int
    x: float
    y: float


def glyphs_of(line: Line) -> list[Glyph]:
    """In drawing order, from left to right run by run."""
    recorder = skia.PictureRecorder()
    canvas = recorder.beginRecording(skia.Rect(0, 0, 100_000, 1_000))
    line.paragraph.paint(canvas, 0, 0)
    data = bytes(recorder.finishRecordingAsPicture().serialize())
    draws, faces, blobs = _draws(data), _faces(data), _blobs(data)
    return [
        Glyph(faces[face], glyph, x + dx, y + dy - round(line.baseline))
        for blob, x, y in draws
        for face, glyph, dx, dy in blobs[blob]
    ]


def _draws(data: bytes) -> list[tuple[int, float, float]]:
    """Blob index (from 0), x and y of each text drawn."""
    at = data.index(b"daer")
    (size,) = struct.unpack_from("<I", data, at + 4)
    position, end = at + 8, at + 8 + size
    found: list[tuple[int, float, float]] = []
    while position < end:
        (head,) = struct.unpack_from("<I", data, position)
        if head >> 24 == _DRAW_TEXT_BLOB:
            _, blob, x, y = struct.unpack_from("<IIff", data, position + 4)
            found.append((blob - 1, x, y))
        position += head & 0xFFFFFF
    return found


def _faces(data: bytes) -> list[str]:
    """File names in the order in which the recording refers to them; it holds the files' bytes."""
    places = [(data.find(content), name) for name, content in _contents().items()]
    return [name for place, name in sorted(places) if place >= 0]


@cache
def _contents() -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in bundled_files()}


def _blobs(data: bytes) -> list[list[tuple[int, int, float, float]]]:
    at = data.rindex(b"bolb")
    reader = _Reader(data, at + 8)
    (count,) = struct.unpack_from("<I", data, at + 4)
    return [_blob(reader) for _ in range(count)]


def _blob(reader: "_Reader") -> list[tuple[int, int, float, float]]:
    reader.take("<4f")  # bounds
    glyphs: list[tuple[int, int, float, float]] = []
    while count := reader.take("<I")[0]:
        (positioning,) = reader.take("<I")
        extended = (positioning >> 8) & 0xFF
        if extended:
            reader.take("<I")
        left, top = reader.take("<2f")
        face = _font(reader)
        ids = struct.unpack(f"<{count}H", reader.array())
        scalars = _PER_GLYPH[positioning & 0xFF]
        places = struct.unpack(f"<{count * scalars}f", reader.array())
        if extended:
            reader.array(), reader.array()
        for index, glyph in enumerate(ids):
            x = places[index * scalars]
            y = places[index * scalars + 1] if scalars == 2 else 0.0
            glyphs.append((face - 1, glyph, left + x, top + y))
    return glyphs


def _font(reader: "_Reader") -> int:
    """The index (from 1) of the font's typeface."""
    (packed,) = reader.take("<I")
    for bit in (_SCALE_BIT, _SKEW_BIT):
        if packed & bit:
            raise AssertionError("text is never stretched or slanted")
    if not packed & _BYTE_SIZE_BIT:
        reader.take("<f")
    assert packed & _TYPEFACE_BIT
    return reader.take("<I")[0]


class _Reader:
    def __init__(self, data: bytes, position: int) -> None:
        self._data, self._position = data, position

    def take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(form, self._data, self._position)
        self._position += struct.calcsize(form)
        return values

    def array(self) -> bytes:
        """A counted array of bytes, padded to four."""
        (length,) = self.take("<I")
        start = self._position
        self._position += (length + 3) & ~3
        return self._data[start : start + length]
