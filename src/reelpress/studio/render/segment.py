"""Segments: the encoded pictures (or slices, or sound frames) of one stretch for one set of values."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from reelpress.studio.render.house import NalUnits
from reelpress.studio.render.mp4.h264 import avcc_sample, is_idr

_MAGIC = b"RPS2"
_HEAD = struct.Struct("<4sII")
Counts = NDArray[np.uint32]


class SegmentFault(ValueError):
    """Bytes that are no segment, or not a whole one."""


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """`sizes`: bytes of each sample, `keys`: numbers of the IDR samples, `data`: the samples in order.

    A sample is what this segment gives to one picture, NAL units with lengths of four bytes; or an AAC frame.
    Of a customer's own sound, `keys` are the numbers of the frames its samples take the place of.
    """

    sizes: Counts
    keys: Counts
    data: bytes

    @classmethod
    def of_pictures(cls, pictures: Sequence[NalUnits]) -> Self:
        samples = [avcc_sample(units) for units in pictures]
        keys = [number for number, units in enumerate(pictures) if is_idr(units)]
        return cls.of_samples(samples, keys)

    @classmethod
    def of_samples(cls, samples: Sequence[bytes], keys: Sequence[int] = ()) -> Self:
        return cls(
            np.array([len(s) for s in samples], np.uint32), np.array(keys, np.uint32), b"".join(samples)
        )

    @property
    def index_bytes(self) -> int:
        """Where the first sample begins in `encode()`."""
        return _HEAD.size + 4 * (len(self.sizes) + len(self.keys))

    def samples(self) -> list[bytes]:
        ends = np.cumsum(self.sizes, dtype=np.int64).tolist()
        return [self.data[end - size : end] for end, size in zip(ends, self.sizes.tolist(), strict=True)]

    def encode(self) -> bytes:
        head = _HEAD.pack(_MAGIC, len(self.sizes), len(self.keys))
        return head + self.sizes.astype("<u4").tobytes() + self.keys.astype("<u4").tobytes() + self.data

    @classmethod
    def decode(cls, stored: bytes) -> Self:
        """Raises SegmentFault."""
        if len(stored) < _HEAD.size:
            raise SegmentFault("too short for a segment")
        magic, samples, keys = _HEAD.unpack_from(stored)
        begin = _HEAD.size + 4 * (samples + keys)
        if magic != _MAGIC or len(stored) < begin:
            raise SegmentFault("not a segment")
        table = np.frombuffer(stored, "<u4", samples + keys, _HEAD.size).astype(np.uint32)
        if begin + int(table[:samples].sum(dtype=np.int64)) != len(stored):
            raise SegmentFault("not a whole segment")
        return cls(table[:samples], table[samples:], stored[begin:])

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises SegmentFault, OSError."""
        return cls.decode(path.read_bytes())
