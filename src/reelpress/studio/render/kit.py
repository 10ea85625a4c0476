"""What a personal span needs and no customer decides: made once per span and machine, kept in the cache.

A kit says how the span is encoded (manners, bands and their guards, or whole pictures) and where its base
frames lie. All of it follows from the span's content, so every machine makes the same kit.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import msgspec

from reelpress.studio.plan.digest import digest
from reelpress.studio.plan.model import Span
from reelpress.studio.render.bands import Piece, Splicer, Strip, contrasting, pieces_of
from reelpress.studio.render.bases import Bases, frames_bytes, write_bases
from reelpress.studio.render.blocks import window_of
from reelpress.studio.render.cache import Cache
from reelpress.studio.render.gops import Gop, gops_of, side_by_side
from reelpress.studio.render.guards import GUARDS
from reelpress.studio.render.house import BUILD, PERSONAL, SHARED, Coded, Coding, NalUnits, house_sets
from reelpress.studio.render.manners import BaseFrames, Manner, measured
from reelpress.studio.render.mp4.h264 import avcc_units
from reelpress.studio.render.planes import Frame
from reelpress.studio.render.proof import MOST_LOST_DB, lost_db
from reelpress.studio.render.quality import decoded
from reelpress.studio.render.segment import Segment
from reelpress.studio.render.slices import frame_number_bits

_GENERATION = 17  # rises when equal input gives other bytes
RULES = digest(BUILD, repr((SHARED, PERSONAL)), _GENERATION)
_SHOWN = (None, 16, 235)  # in bands while the join is proven: the film itself, black, white
_WHOLE = -1  # in place of a guard: whole pictures are encoded


@dataclass(frozen=True, slots=True)
class Kit:
    """`picture` is the digest of the span's content; `texture` names its coding among PERSONAL, which each of
    its GOPs has in its own manner; `guard` one of GUARDS. Without `pieces`, whole pictures are encoded.
    """

    span: Span
    picture: str
    texture: str
    manners: tuple[Manner, ...]
    guard: int
    pieces: tuple[Piece, ...]

    @property
    def bands(self) -> tuple[Piece, ...]:
        return tuple(piece for piece in self.pieces if piece.band >= 0)

    def key(self, what: str, piece: Piece) -> str:
        said = (self.span.bands, self.texture, self.manners, self.guard, piece.first, piece.last)
        return digest(what, self.picture, *said, RULES)


class _Choice(msgspec.Struct, frozen=True):
    """What is stored of a kit."""

    texture: str
    manners: tuple[Manner, ...]
    guard: int


class Kits:
    """Kits of one plan's spans."""

    def __init__(self, cache: Cache, size: tuple[int, int], fps: Fraction, frames: BaseFrames) -> None:
        self._cache = cache
        self._size = size
        self._fps = fps
        self._frames = frames
        self.sps, self.pps = house_sets(*size, fps)
        self.splicer = Splicer(*size, fps, frame_number_bits(self.sps))

    def of(self, span: Span, picture: str) -> Kit:
        """The kit of a personal span, made where it is not known."""

        def make(path: Path) -> None:
            path.write_bytes(msgspec.json.encode(self._choose(span, picture)))

        stored = self._cache.file(digest("kit", picture, span.bands, RULES), make, _says_a_choice)
        choice = msgspec.json.decode(stored.read_bytes(), type=_Choice)
        return self._kit(span, picture, choice)

    def bases(self, span: Span, picture: str) -> Bases:
        """Whole base frames of a span; the caller closes them."""
        return self.stored(
            digest("base", picture),
            lambda: self._frames(span.first, span.frames),
            span.frames,
            self._size[1],
        )

    def kept(self, kit: Kit, piece: Piece) -> Segment:
        """Kept rows of a band span, the same for everyone."""

        def make() -> Segment:
            bases = self.bases(kit.span, kit.picture)
            try:
                return self._slices(piece, self._between_guards(kit, piece, bases.frames))
            finally:
                bases.close()

        return self._cache.segment(kit.key("kept", piece), make)

    def strips(self, kit: Kit, piece: Piece) -> Bases:
        """A band's base rows between its guards; the caller closes them."""
        strip = Strip(piece, self._size[1])

        def guarded() -> Iterator[Frame]:
            bases = self.bases(kit.span, kit.picture)
            try:
                for frame in bases.frames():
                    yield strip.guarded(frame, GUARDS[kit.guard])
            finally:
                bases.close()

        return self.stored(kit.key("strip", piece), guarded, kit.span.frames, strip.height)

    def band(self, kit: Kit, piece: Piece, strips: Callable[[Gop], Iterator[Frame]]) -> Segment:
        """A band for one customer; `strips` gives its rows with her values, guards included, by GOP."""
        return self._slices(piece, self._runs(kit, self._encoder(kit, piece, strips)))

    def whole(self, kit: Kit, encode: Callable[[Gop, Coding], Coded]) -> Segment:
        """Whole pictures of a span, by GOP."""
        runs = self._runs(kit, encode)
        return Segment.of_pictures([units for run in runs for units in run.pictures])

    def gops(self, span: Span) -> list[Gop]:
        return gops_of(span.frames, self._fps)

    def stored(self, key: str, frames: Callable[[], Iterable[Frame]], count: int, height: int) -> Bases:
        """`count` raw frames of a key, `height` rows each, made by the first who asks."""
        size = frames_bytes(count, self._size[0], height)
        path = self._cache.file(
            key, lambda path: write_bases(path, frames()), lambda path: path.stat().st_size == size
        )
        return Bases.open(path, self._size[0], height)

    def _kit(self, span: Span, picture: str, choice: _Choice) -> Kit:
        pieces = () if choice.guard == _WHOLE else pieces_of(span.bands, self._size[1])
        return Kit(span, picture, choice.texture, choice.manners, choice.guard, pieces or ())

    def _choose(self, span: Span, picture: str) -> _Choice:
        texture, manners = measured(self._frames, self._fps, span)
        if span.kind == "band":
            bases = self.bases(span, picture)
            try:
                for guard in range(len(GUARDS)):
                    choice = _Choice(texture, manners, guard)
                    if self._proven(self._kit(span, picture, choice), bases):
                        return choice
            finally:
                bases.close()
        return _Choice(texture, manners, _WHOLE)

    def _proven(self, kit: Kit, bases: Bases) -> bool:
        """Whether no block loses much by the join, whatever stands in bands. Kept rows are stored then."""
        kept = [
            [] if piece.band >= 0 else self._between_guards(kit, piece, bases.frames) for piece in kit.pieces
        ]
        if not kit.pieces or any(self._lost_db(kit, kept, bases, level) > MOST_LOST_DB for level in _SHOWN):
            return False
        for piece, runs in zip(kit.pieces, kept, strict=True):
            if runs:
                self._cache.segment(
                    kit.key("kept", piece), lambda piece=piece, runs=runs: self._slices(piece, runs)
                )
        return True

    def _lost_db(self, kit: Kit, kept: Sequence[list[Coded]], bases: Bases, level: int | None) -> float:
        def shown(first: int, count: int) -> Iterator[Frame]:
            frames = bases.frames(first, count)
            if level is None:
                return frames
            return (contrasting(frame, kit.span.bands, level) for frame in frames)

        stack = [
            (piece, runs or self._between_guards(kit, piece, shown))
            for piece, runs in zip(kit.pieces, kept, strict=True)
        ]
        alone = zip(*(self._alone(piece, runs) for piece, runs in stack), strict=True)
        samples = [self._slices(piece, runs).samples() for piece, runs in stack]
        pictures: Iterator[NalUnits] = (avcc_units(b"".join(parts)) for parts in zip(*samples, strict=True))
        joined = decoded(pictures, self.sps, self.pps)
        return lost_db(joined, alone, shown(0, kit.span.frames), window_of(self._fps))

    def _between_guards(
        self, kit: Kit, piece: Piece, shown: Callable[[int, int], Iterator[Frame]]
    ) -> list[Coded]:
        """A piece of the frames shown, by GOP."""
        strip, guard = Strip(piece, self._size[1]), GUARDS[kit.guard]

        def strips(gop: Gop) -> Iterator[Frame]:
            return (strip.guarded(frame, guard) for frame in shown(gop.first, gop.count))

        return self._runs(kit, self._encoder(kit, piece, strips))

    def _encoder(
        self, kit: Kit, piece: Piece, strips: Callable[[Gop], Iterator[Frame]]
    ) -> Callable[[Gop, Coding], Coded]:
        guard = GUARDS[kit.guard]
        return lambda gop, coding: self.splicer.encode(piece, strips(gop), guard, coding)

    def _runs(self, kit: Kit, encode: Callable[[Gop, Coding], Coded]) -> list[Coded]:
        """The GOPs of a span, each encoded in its own manner."""
        coding = PERSONAL[kit.texture]
        manners = zip(self.gops(kit.span), kit.manners, strict=True)
        codings = {gop: manner.of(coding) for gop, manner in manners}
        return side_by_side(list(codings), lambda gop: encode(gop, codings[gop]))

    def _slices(self, piece: Piece, runs: Iterable[Coded]) -> Segment:
        return Segment.of_pictures([units for run in runs for units in self.splicer.slices(piece, run)])

    def _alone(self, piece: Piece, runs: Iterable[Coded]) -> Iterator[Frame]:
        """A piece as its encoder saw it."""
        strip = Strip(piece, self._size[1])
        for run in runs:
            yield from map(strip.inner, decoded(run.pictures, run.sps, run.pps))


def _says_a_choice(path: Path) -> bool:
    try:
        msgspec.json.decode(path.read_bytes(), type=_Choice)
    except msgspec.DecodeError:
        return False
    return True
