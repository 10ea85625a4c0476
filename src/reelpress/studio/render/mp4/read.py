"""Any MP4 file's boxes as data, read without trusting a single count or size in them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reelpress.studio.render.mp4.boxes import Table

_ENTRY_BYTES = {"stts": 8, "stsc": 12, "stss": 4, "stsz": 4, "stco": 4, "co64": 8}
_MOST_UNIFORM = 10_000_000  # samples of one size, which cost a liar no bytes


class BoxFault(ValueError):
    """What cannot be read, as a sentence."""


@dataclass(frozen=True, slots=True)
class Box:
    """`at`, `body_at` and `end`: bytes of the file; `body` ends early where only the head is known."""

    kind: str
    at: int
    body_at: int
    end: int
    body: bytes

    def number(self, start: int, size: int) -> int:
        """The unsigned number at that byte of the body."""
        if start + size > len(self.body):
            raise BoxFault(f"The box {self.kind} at byte {self.at} is cut short.")
        return int.from_bytes(self.body[start : start + size], "big")

    def children(self, skip: int = 0) -> list["Box"]:
        """The boxes in the body, after `skip` bytes of fields."""
        return list(_boxes(self.body[skip:], self.body_at + skip, self.end))

    def child(self, kind: str) -> "Box":
        """Raises BoxFault unless there is exactly one."""
        found = [box for box in self.children() if box.kind == kind]
        if len(found) != 1:
            raise BoxFault(f"There are {len(found)} boxes {kind} in {self.kind} at byte {self.at}, not one.")
        return found[0]

    def has(self, kind: str) -> bool:
        return any(box.kind == kind for box in self.children())


@dataclass(frozen=True, slots=True)
class Edit:
    """`duration` in the movie's ticks, `media_time` in the track's (-1: an empty edit), `rate` in 16.16."""

    duration: int
    media_time: int
    rate: int


@dataclass(frozen=True, slots=True, eq=False)
class ReadTrack:
    """Durations: `duration` in the movie's ticks (`tkhd`), `media_duration` in its own (`mdhd`).

    `runs`: rows of (samples, ticks each); `key_samples`: from 1, None where all are; `offsets` and `sizes` in
    bytes of each sample; `width` and `height` in pixels.
    """

    number: int
    enabled: bool
    handler: str
    duration: int
    width: float
    height: float
    scale: int
    media_duration: int
    edits: tuple[Edit, ...]
    entries: tuple[Box, ...]
    self_contained: bool
    runs: Table
    composition_offsets: bool
    key_samples: Table | None
    offsets: Table
    sizes: Table


@dataclass(frozen=True, slots=True, eq=False)
class ReadMovie:
    scale: int
    duration: int
    tracks: tuple[ReadTrack, ...]


def top_boxes(data: bytes, total: int | None = None) -> list[Box]:
    """The boxes of a file of `total` bytes, of which at least all before the media is in `data`."""
    return list(_boxes(data, 0, len(data) if total is None else total))


def read_movie(moov: Box) -> ReadMovie:
    """Raises BoxFault, also for tables that contradict each other."""
    header = moov.child("mvhd")
    long = header.number(0, 1) == 1
    scale, duration = header.number(20 if long else 12, 4), _duration(header, 24 if long else 16)
    tracks = tuple(_track(box) for box in moov.children() if box.kind == "trak")
    return ReadMovie(scale, duration, tracks)


def _boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    at = start
    while at < end:
        field = data[at - start : at - start + 16]
        if len(field) < 8:
            raise BoxFault(f"A box at byte {at} is cut short.")
        size, kind, head = int.from_bytes(field[:4], "big"), field[4:8].decode("latin-1"), 8
        if size == 1:
            size, head = int.from_bytes(field[8:], "big"), 16
        size = size or end - at
        if size < head or at + size > end:
            raise BoxFault(f"The box {kind!r} at byte {at} claims {size} bytes where {end - at} are left.")
        yield Box(kind, at, at + head, at + size, data[at - start + head : at - start + size])
        at += size


def _duration(box: Box, start: int) -> int:
    return box.number(start, 8 if box.number(0, 1) == 1 else 4)


def _track(trak: Box) -> ReadTrack:
    header, media = trak.child("tkhd"), trak.child("mdia")
    long = header.number(0, 1) == 1
    times = media.child("mdhd")
    information = media.child("minf")
    table = information.child("stbl")
    sizes = _sizes(table.child("stsz"))
    return ReadTrack(
        number=header.number(20 if long else 12, 4),
        enabled=bool(header.number(3, 1) & 1),
        handler=media.child("hdlr").body[8:12].decode("latin-1"),
        duration=_duration(header, 28 if long else 20),
        width=header.number(88 if long else 76, 4) / 65_536,
        height=header.number(92 if long else 80, 4) / 65_536,
        scale=times.number(20 if times.number(0, 1) == 1 else 12, 4),
        media_duration=_duration(times, 24 if times.number(0, 1) == 1 else 16),
        edits=tuple(_edits(trak)),
        entries=tuple(table.child("stsd").children(8)),
        self_contained=_self_contained(information.child("dinf").child("dref")),
        runs=_rows(table.child("stts")),
        composition_offsets=table.has("ctts"),
        key_samples=_rows(table.child("stss"))[:, 0] if table.has("stss") else None,
        offsets=_sample_offsets(table, sizes),
        sizes=sizes,
    )


def _edits(trak: Box) -> Iterator[Edit]:
    if not trak.has("edts"):
        return
    edits = trak.child("edts").child("elst")
    word = 8 if edits.number(0, 1) == 1 else 4
    step = 2 * word + 4
    for at in range(8, 8 + step * _counted(edits, 4, step), step):
        media_time = edits.number(at + word, word)
        if media_time >> 8 * word - 1:
            media_time -= 1 << 8 * word
        yield Edit(edits.number(at, word), media_time, edits.number(at + 2 * word, 4))


def _self_contained(references: Box) -> bool:
    return [(box.kind, box.number(0, 4)) for box in references.children(8)] == [("url ", 1)]


def _counted(box: Box, at: int, step: int) -> int:
    """The count at that byte; raises BoxFault where so many entries do not fill the box exactly."""
    count = box.number(at, 4)
    if at + 4 + count * step != len(box.body):
        raise BoxFault(f"The box {box.kind} at byte {box.at} does not have the size of its {count} entries.")
    return count


def _rows(box: Box, at: int = 4) -> Table:
    width = _ENTRY_BYTES[box.kind]
    count = _counted(box, at, width)
    kind = ">u8" if box.kind == "co64" else ">u4"
    columns = max(1, width // np.dtype(kind).itemsize)
    numbers: NDArray[np.unsignedinteger] = np.frombuffer(box.body, kind, count * columns, at + 4)
    return numbers.astype(np.int64).reshape(count, columns)


def _sizes(box: Box) -> Table:
    uniform = box.number(4, 4)
    if not uniform:
        return _rows(box, 8)[:, 0]
    count = box.number(8, 4)
    if count > _MOST_UNIFORM:
        raise BoxFault(f"The box stsz at byte {box.at} claims {count} samples.")
    return np.full(count, uniform, np.int64)


def _sample_offsets(table: Box, sizes: Table) -> Table:
    """From the chunks' offsets, their counts of samples and the samples' sizes (8.7.4)."""
    chunks = _rows(table.child("co64" if table.has("co64") else "stco"))[:, 0]
    runs = _rows(table.child("stsc"))
    begins, per_chunk = runs[:, 0] - 1, runs[:, 1]
    rising = len(begins) and begins[0] == 0 and bool((np.diff(begins) > 0).all())
    if not rising or begins[-1] >= len(chunks):
        raise BoxFault("The chunks of a track (stsc) are not numbered from 1 upwards within its offsets.")
    if (runs[:, 2] != 1).any():
        raise BoxFault("A track's chunks refer to a sample entry that it does not have.")
    counts = np.repeat(per_chunk, np.diff(begins, append=len(chunks)))
    if counts.min() < 1 or int(counts.sum()) != len(sizes):
        raise BoxFault(f"A track's chunks hold {int(counts.sum())} samples, its sizes are {len(sizes)}.")
    before = np.cumsum(sizes) - sizes
    firsts = np.cumsum(counts) - counts
    return before + np.repeat(chunks - before[firsts], counts)
