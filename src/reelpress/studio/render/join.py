"""Segments in order -> one MP4, as a list of pieces or as a file. Nothing is decoded and nothing encoded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from reelpress.studio.render.aac import PRIMING, sound_configuration
from reelpress.studio.render.joined import Joined, Numbers, Source, tag_of
from reelpress.studio.render.media_in import SAMPLE_RATE
from reelpress.studio.render.mp4 import AUDIO, AudioTrack, Layout, VideoTrack, lay_out
from reelpress.studio.render.segment import Counts, Segment


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A segment in its place: its key, and whether its content depends on the customer's values."""

    key: str
    segment: Segment
    own: bool


Stack = Sequence[Part]  # what one stretch of pictures is made of, top to bottom; all have as many samples


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """A whole video in segments; frames of `own_sound` take the place of some of `sound`."""

    size: tuple[int, int]
    fps: Fraction
    sets: tuple[bytes, bytes]
    stacks: Sequence[Stack]
    sound: Part | None
    own_sound: Part | None = None

    @property
    def parts(self) -> list[Part]:
        pictures = (part for stack in self.stacks for part in stack)
        return [*pictures, *filter(None, (self.sound, self.own_sound))]


def join(film: Film) -> Joined:
    """The list of pieces of the whole file."""
    layout = _layout(film)
    sources, extents = _extents(film, layout)
    return Joined(layout.head, sources, extents, layout.total, tag_of(layout.head, sources))


def write_file(film: Film, joined: Joined, path: Path) -> None:
    """The file itself, from segments in memory."""
    with path.open("wb") as file:
        file.writelines(_pieces(film, joined))


def whole(film: Film, joined: Joined) -> bytes:
    """The file's bytes."""
    return b"".join(_pieces(film, joined))


def _pieces(film: Film, joined: Joined) -> Iterator[bytes | memoryview]:
    segments = {part.key: part.segment for part in film.parts}
    held = [segments[source.key] for source in joined.sources]
    data = [memoryview(segment.data) for segment in held]
    bases = [segment.index_bytes for segment in held]
    yield joined.head
    rows: list[tuple[int, int, int]] = joined.extents.tolist()
    for source, offset, length in rows:
        begin = offset - bases[source]
        yield data[source][begin : begin + length]


def _layout(film: Film) -> Layout:
    sizes = [np.sum([part.segment.sizes for part in stack], axis=0) for stack in film.stacks]
    firsts = np.cumsum([0, *(len(stretch) for stretch in sizes)])
    keys = [stack[0].segment.keys + first for stack, first in zip(film.stacks, firsts[:-1], strict=True)]
    width, height = film.size
    video = VideoTrack(
        width, height, film.fps, *film.sets, np.concatenate(sizes), np.concatenate(keys).astype(np.int64)
    )
    if film.sound is None:
        return lay_out(video)
    played = round(Fraction(len(video.sizes)) / film.fps * SAMPLE_RATE)
    held = len(film.sound.segment.sizes) * 1024 - PRIMING
    audio = AudioTrack(
        sound_configuration(), _sound_sizes(film.sound, film.own_sound), PRIMING, min(played, held)
    )
    return lay_out(video, audio)


def _sound_sizes(sound: Part, own: Part | None) -> Counts:
    sizes = sound.segment.sizes.copy()
    if own is not None:
        sizes[own.segment.keys] = own.segment.sizes
    return sizes


def _extents(film: Film, layout: Layout) -> tuple[tuple[Source, ...], Numbers]:
    """Rows of source, first byte in its stored object, length; neighbours of one source as one."""
    numbers: dict[str, int] = {}
    sources: list[Source] = []
    for part in film.parts:
        if part.key not in numbers:
            numbers[part.key] = len(sources)
            whole = part.segment.index_bytes + len(part.segment.data)
            sources.append(Source(part.key, whole, part.own))
    picture_rows, picture_ends = _picture_rows(film, numbers)
    sound = _rows(film.sound, numbers) if film.sound else np.empty((0, 3), np.int64)
    if film.own_sound is not None:
        sound[film.own_sound.segment.keys] = _rows(film.own_sound, numbers)
    pieces: list[Numbers] = []
    for track, first, count in layout.order.stretches():
        if track == AUDIO:
            pieces.append(sound[first : first + count])
        else:
            begin = int(picture_ends[first - 1]) if first else 0
            pieces.append(picture_rows[begin : int(picture_ends[first + count - 1])])
    return tuple(sources), _coalesced(np.concatenate(pieces))


def _picture_rows(film: Film, numbers: dict[str, int]) -> tuple[Numbers, Numbers]:
    """The pieces of all pictures in order, and after which piece each picture ends."""
    rows: list[Numbers] = []
    counts: list[Numbers] = []
    for stack in film.stacks:
        layers = [_rows(part, numbers) for part in stack]
        rows.append(np.stack(layers, axis=1).reshape(-1, 3))
        counts.append(np.full(len(layers[0]), len(stack), np.int64))
    return np.concatenate(rows), np.cumsum(np.concatenate(counts))


def _rows(part: Part, numbers: dict[str, int]) -> Numbers:
    sizes = part.segment.sizes.astype(np.int64)
    offsets = part.segment.index_bytes + np.cumsum(sizes) - sizes
    return np.stack([np.full(len(sizes), numbers[part.key], np.int64), offsets, sizes], axis=1)


def _coalesced(rows: Numbers) -> Numbers:
    begins = np.ones(len(rows), bool)
    same = rows[1:, 0] == rows[:-1, 0]
    begins[1:] = ~(same & (rows[1:, 1] == rows[:-1, 1] + rows[:-1, 2]))
    starts = np.flatnonzero(begins)
    joined = rows[starts].copy()
    joined[:, 2] = np.add.reduceat(rows[:, 2], starts)
    return joined
