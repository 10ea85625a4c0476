"""A video as a list of pieces of segments: assembled when it is read, so that it costs only its own bytes.

`Joined.encode()` is stored in place of the file; sources are segments by key. Pure data.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
_TABLE = np.dtype("<u4")


class Source(msgspec.Struct, frozen=True, array_like=True):
    """A stored segment: its key, its bytes, and whether its content depends on the customer's values."""

    key: str
    bytes: int
    own: bool


class _Stored(msgspec.Struct, frozen=True, array_like=True):
    total: int
    etag: str
    head: bytes
    sources: tuple[Source, ...]
    extents: bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes [start, end) of a source's stored object."""

    source: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """`head`, then `extents` (rows of source, first byte in the source, length) in file order.

    `etag` is a digest of all that is joined: equal tags are equal bytes.
    """

    head: bytes
    sources: tuple[Source, ...]
    extents: Numbers
    total: int
    etag: str

    def encode(self) -> bytes:
        table = self.extents.astype(_TABLE).tobytes()
        return msgspec.msgpack.encode(_Stored(self.total, self.etag, self.head, self.sources, table))

    @classmethod
    def decode(cls, stored: bytes) -> "Joined":
        """Raises msgspec.ValidationError, ValueError."""
        said = msgspec.msgpack.decode(stored, type=_Stored)
        extents = np.frombuffer(said.extents, _TABLE).reshape(-1, 3).astype(np.int64)
        return cls(said.head, said.sources, extents, said.total, said.etag)

    def pieces(self, start: int, end: int) -> tuple[bytes, list[Piece]]:
        """What makes up bytes [start, end) of the file: a stretch of the head, then pieces in order."""
        head = self.head[start:end]
        begin, stop = start - len(self.head), end - len(self.head)
        if stop <= 0:
            return head, []
        ends = np.cumsum(self.extents[:, 2])
        first = int(np.searchsorted(ends, max(begin, 0), side="right"))
        last = int(np.searchsorted(ends, stop, side="left"))
        pieces: list[Piece] = []
        for row in range(first, min(last, len(ends) - 1) + 1):
            source, offset, length = self.extents[row].tolist()
            lead = int(ends[row]) - length
            low, high = max(begin - lead, 0), min(stop - lead, length)
            pieces.append(Piece(source, offset + low, offset + high))
        return head, pieces

    def naming(self, names: Mapping[str, str]) -> "Joined":
        """The same, its sources named otherwise."""
        sources = tuple(Source(names[source.key], source.bytes, source.own) for source in self.sources)
        return Joined(self.head, sources, self.extents, self.total, self.etag)

    @property
    def own_bytes(self) -> int:
        """Bytes stored for this customer alone: her segments, and this list itself."""
        return sum(source.bytes for source in self.sources if source.own) + len(self.encode())


def spans_of(pieces: list[Piece]) -> dict[int, tuple[int, int]]:
    """Source -> the one range that holds all its pieces; pieces of one source follow each other closely."""
    spans: dict[int, tuple[int, int]] = {}
    for piece in pieces:
        low, high = spans.get(piece.source, (piece.start, piece.end))
        spans[piece.source] = (min(low, piece.start), max(high, piece.end))
    return spans


def assembled(pieces: list[Piece], fetched: Mapping[int, tuple[int, bytes]]) -> Iterator[bytes]:
    """The bytes of pieces out of what was fetched: source -> (its first byte, the bytes)."""
    for piece in pieces:
        base, data = fetched[piece.source]
        yield data[piece.start - base : piece.end - base]


def tag_of(head: bytes, sources: tuple[Source, ...]) -> str:
    """Keys name content, and the head names every size: a strong tag without reading the bytes."""
    said = hashlib.blake2b(head, digest_size=16)
    for source in sources:
        said.update(source.key.encode())
    return said.hexdigest()
