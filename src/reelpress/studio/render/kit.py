"""What a personal span needs and no customer decides: made once per span and machine, kept in the cache.

A kit says how the span is encoded (manners, bands and their guards, or whole pictures) and where its base
frames lie. All of it follows from the span's content, so every machine makes the same kit.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

import msgspec

from reelpress.studio.plan.digest import digest
from reelpress.studio.plan.model import Span
from reelpress.studio.render.bands import Piece, Splicer, Strip, pieces_of
from reelpress.studio.render.bases import Bases, frames_bytes, write_bases
from reelpress.studio.render.cache import Cache
from reelpress.studio.render.gops import Gop, gops_of, side_by_side
from reelpress.studio.render.guards import Guards
from reelpress.studio.render.house import BUILD, PERSONAL, SHARED, Coded, Coding, house_sets
from reelpress.studio.render.manners import BaseFrames, Manner, measured
from reelpress.studio.render.planes import Frame
from reelpress.studio.render.segment import Segment
from reelpress.studio.render.slices import frame_number_bits
from reelpress.studio.render.trial import Shown, Trial

_GENERATION = 27  # rises when equal input gives other bytes
RULES = digest(BUILD, repr((SHARED, PERSONAL)), _GENERATION)


@dataclass(frozen=True, slots=True)
class Kit:
    """`picture` is the digest of the span's content; `texture` names its coding among PERSONAL, which each of
    its GOPs has in its own manner. Each of its `pieces` has its own `guards`; without pieces, whole pictures
    are encoded.
    """

    span: Span
    picture: str
    texture: str
    manners: tuple[Manner, ...]
    pieces: tuple[Piece, ...]
    guards: tuple[Guards, ...]

    @property
    def bands(self) -> tuple[Piece, ...]:
        return tuple(piece for piece in self.pieces if piece.band >= 0)

    def key(self, what: str, piece: Piece) -> str:
        said = (self.span.bands, self.texture, self.manners, self.between(piece), piece.first, piece.last)
        return digest(what, self.picture, *said, RULES)

    def between(self, piece: Piece) -> Guards:
        """The guards of one of its pieces."""
        return self.guards[self.pieces.index(piece)]


class _Choice(msgspec.Struct, frozen=True):
    """What is stored of a kit; without guards, whole pictures are encoded."""

    texture: str
    manners: tuple[Manner, ...]
    guards: tuple[Guards, ...]


@dataclass(frozen=True, slots=True)
class Specimens:
    """Frames with values that nobody brought, by which manners are measured, and what decides those values.

    Text is most of what a personal span is, for its blocks as for its bytes: measured without any, a GOP's
    quantiser was too fine for film, and letters were behind all the same.
    """

    frames: BaseFrames
    said: Callable[[Span], object]


class Kits:
    """Kits of one plan's spans. `frames` are without values."""

    def __init__(
        self, cache: Cache, size: tuple[int, int], fps: Fraction, frames: BaseFrames, specimens: Specimens
    ) -> None:
        self._cache = cache
        self._size = size
        self._fps = fps
        self._frames = frames
        self._specimens = specimens
        self.sps, self.pps = house_sets(*size, fps)
        self.splicer = Splicer(*size, fps, frame_number_bits(self.sps))

    def of(self, span: Span, picture: str) -> Kit:
        """The kit of a personal span, made where it is not known."""

        def make(path: Path) -> None:
            path.write_bytes(msgspec.json.encode(self._choose(span, picture)))

        key = digest("kit", picture, span.bands, self._specimens.said(span), RULES)
        stored = self._cache.file(key, make, _says_a_choice)
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
                return self._slices(piece, self._between(kit, piece, kit.between(piece), bases.frames))
            finally:
                bases.close()

        return self._cache.segment(kit.key("kept", piece), make)

    def strips(self, kit: Kit, piece: Piece) -> Bases:
        """A band's base rows between its guards; the caller closes them."""
        strip, guards = Strip(piece, self._size[1]), kit.between(piece)

        def guarded() -> Iterator[Frame]:
            bases = self.bases(kit.span, kit.picture)
            try:
                for frame in bases.frames():
                    yield strip.guarded(frame, guards)
            finally:
                bases.close()

        return self.stored(kit.key("strip", piece), guarded, kit.span.frames, strip.height)

    def band(self, kit: Kit, piece: Piece, strips: Callable[[Gop], Iterator[Frame]]) -> Segment:
        """A band for one customer; `strips` gives its rows with her values, guards included, by GOP."""
        encode = partial(self.splicer.encode, piece)
        return self._slices(piece, self._runs(kit, lambda gop, coding: encode(strips(gop), coding)))

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
        pieces = pieces_of(span.bands, self._size[1]) if choice.guards else None
        return Kit(span, picture, choice.texture, choice.manners, pieces or (), choice.guards)

    def _choose(self, span: Span, picture: str) -> _Choice:
        texture, manners = measured(self._specimens.frames, self._fps, span)
        whole = _Choice(texture, manners, ())
        pieces = pieces_of(span.bands, self._size[1]) if span.kind == "band" else None
        if pieces is None:
            return whole
        bases = self.bases(span, picture)
        try:
            encode = partial(self._between, self._kit(span, picture, whole))
            trial = Trial(pieces, span.bands, self.splicer, bases.frames, span.frames, encode)
            guards = trial.guards()
            if guards is None:
                return whole
            choice = _Choice(texture, manners, guards)
            self._keep(self._kit(span, picture, choice), trial)
        finally:
            bases.close()
        return choice

    def _keep(self, kit: Kit, trial: Trial) -> None:
        """Store the kept rows of a trial that held."""
        for piece, runs in trial.kept(kit.guards):
            self._cache.segment(kit.key("kept", piece), partial(self._slices, piece, runs))

    def _between(self, kit: Kit, piece: Piece, guards: Guards, shown: Shown) -> list[Coded]:
        """A piece of the frames shown between guards, by GOP."""
        strip = Strip(piece, self._size[1])

        def encode(gop: Gop, coding: Coding) -> Coded:
            strips = (strip.guarded(frame, guards) for frame in shown(gop.first, gop.count))
            return self.splicer.encode(piece, strips, coding)

        return self._runs(kit, encode)

    def _runs(self, kit: Kit, encode: Callable[[Gop, Coding], Coded]) -> list[Coded]:
        """The GOPs of a span, each encoded in its own manner."""
        coding = PERSONAL[kit.texture]
        manners = zip(self.gops(kit.span), kit.manners, strict=True)
        codings = {gop: manner.of(coding) for gop, manner in manners}
        return side_by_side(list(codings), lambda gop: encode(gop, codings[gop]))

    def _slices(self, piece: Piece, runs: Iterable[Coded]) -> Segment:
        return Segment.of_pictures(self.splicer.slices(piece, runs))


def _says_a_choice(path: Path) -> bool:
    try:
        msgspec.json.decode(path.read_bytes(), type=_Choice)
    except msgspec.DecodeError:
        return False
    return True
