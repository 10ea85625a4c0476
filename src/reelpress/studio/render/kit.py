"""What a personal span needs and no customer decides: made once per span and machine, kept in the cache.

A kit says how the span is encoded (manners, bands and their margin, or whole pictures) and where its base
frames lie. All of it follows from the span's content, so every machine makes the same kit.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np

from reelpress.studio.plan.digest import digest
from reelpress.studio.plan.model import Span
from reelpress.studio.plan.spans import MACROBLOCK_PX
from reelpress.studio.render.bands import MAX_MARGIN, Piece, Splicer, Strip, contrasting, pieces_of
from reelpress.studio.render.bases import Bases, frames_bytes, write_bases
from reelpress.studio.render.cache import Cache
from reelpress.studio.render.gops import Gop, gops_of, side_by_side
from reelpress.studio.render.house import BUILD, PERSONAL, SHARED, Coding, NalUnits, house_sets
from reelpress.studio.render.manners import BaseFrames, Manner, measured
from reelpress.studio.render.mp4.h264 import avcc_units
from reelpress.studio.render.planes import Frame
from reelpress.studio.render.quality import decoded
from reelpress.studio.render.segment import Segment
from reelpress.studio.render.slices import frame_number_bits

_GENERATION = 16  # rises when equal input gives other bytes
RULES = digest(BUILD, repr((SHARED, PERSONAL)), _GENERATION)
MAX_DRIFT = 6.0  # levels, root mean square of a block of kept rows, between a black and a white band
_CONTRAST = (16, 235)


@dataclass(frozen=True, slots=True)
class Kit:
    """`picture` is the digest of the span's content; `texture` names its coding among PERSONAL, which each of
    its GOPs has in its own manner.

    Without `pieces`, whole pictures are encoded.
    """

    span: Span
    picture: str
    texture: str
    manners: tuple[Manner, ...]
    margin: int
    pieces: tuple[Piece, ...]

    @property
    def bands(self) -> tuple[Piece, ...]:
        return tuple(piece for piece in self.pieces if piece.band >= 0)

    def key(self, what: str, piece: Piece) -> str:
        said = (self.span.bands, self.texture, self.manners, self.margin, piece.first, piece.last)
        return digest(what, self.picture, *said, RULES)


class _Choice(msgspec.Struct, frozen=True):
    """What is stored of a kit; a margin below 0 stands for whole pictures."""

    texture: str
    manners: tuple[Manner, ...]
    margin: int


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
                return self.coded(
                    kit,
                    lambda gop, coding: self.splicer.kept(
                        piece, bases.frames(gop.first, gop.count), kit.margin, coding
                    ),
                )
            finally:
                bases.close()

        return self._cache.segment(kit.key("kept", piece), make)

    def strips(self, kit: Kit, piece: Piece) -> Bases:
        """A band's base rows between its guards; the caller closes them."""
        strip = Strip.around(piece, self._size[1])
        return self.stored(
            kit.key("strip", piece), lambda: self._guarded(kit, strip), kit.span.frames, strip.height
        )

    def band(self, kit: Kit, piece: Piece, strips: Callable[[Gop], Iterator[Frame]]) -> Segment:
        """A band for one customer; `strips` gives its rows with her values, guards included, by GOP."""
        strip = Strip.around(piece, self._size[1])
        return self.coded(kit, lambda gop, coding: self.splicer.band(strip, strips(gop), coding))

    def coded(self, kit: Kit, encode: Callable[[Gop, Coding], list[NalUnits]]) -> Segment:
        """The GOPs of a span, each encoded in its own manner."""
        coding = PERSONAL[kit.texture]
        manners = zip(self.gops(kit.span), kit.manners, strict=True)
        codings = {gop: manner.of(coding) for gop, manner in manners}
        return Segment.of_pictures(side_by_side(list(codings), lambda gop: encode(gop, codings[gop])))

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
        pieces = pieces_of(span.bands, choice.margin, self._size[1]) if choice.margin >= 0 else None
        return Kit(span, picture, choice.texture, choice.manners, choice.margin, pieces or ())

    def _choose(self, span: Span, picture: str) -> _Choice:
        texture, manners = measured(self._frames, self._fps, span)
        whole = _Choice(texture, manners, -1)
        if span.kind != "band":
            return whole
        bases = self.bases(span, picture)
        try:
            for margin in range(MAX_MARGIN + 1):
                choice = _Choice(texture, manners, margin)
                kit = self._kit(span, picture, choice)
                if kit.bands and self._proven(kit, bases):
                    return choice
            return whole
        finally:
            bases.close()

    def _proven(self, kit: Kit, bases: Bases) -> bool:
        """Whether kept rows decode alike beside a black and a white band."""

        def beside(level: int) -> Iterator[Frame]:
            def contrasted(strip: Strip, gop: Gop) -> Iterator[Frame]:
                for frame in bases.frames(gop.first, gop.count):
                    yield strip.cut(contrasting(frame, kit.span.bands, level))

            return self._decoded(kit, contrasted)

        dark, bright = (beside(level) for level in _CONTRAST)
        kept = [piece for piece in kit.pieces if piece.band < 0]
        return all(_drift(*pair, kept) <= MAX_DRIFT for pair in zip(dark, bright, strict=True))

    def _guarded(self, kit: Kit, strip: Strip) -> Iterator[Frame]:
        """Base strips whose guards are the kept rows as a player decodes them."""
        bases = self.bases(kit.span, kit.picture)

        def plain(strip: Strip, gop: Gop) -> Iterator[Frame]:
            return map(strip.cut, bases.frames(gop.first, gop.count))

        try:
            for own, joined in zip(bases.frames(), self._decoded(kit, plain), strict=True):
                yield strip.guarded(own, joined)
        finally:
            bases.close()

    def _decoded(self, kit: Kit, rows: Callable[[Strip, Gop], Iterator[Frame]]) -> Iterator[Frame]:
        """The joined pictures of a band span as a player sees them, its bands encoded from `rows`."""
        parts: list[list[bytes]] = []
        for piece in kit.pieces:
            if piece.band < 0:
                parts.append(self.kept(kit, piece).samples())
            else:
                strip = Strip.around(piece, self._size[1])
                parts.append(self.band(kit, piece, lambda gop, strip=strip: rows(strip, gop)).samples())
        pictures: Iterator[NalUnits] = (avcc_units(b"".join(stack)) for stack in zip(*parts, strict=True))
        return decoded(pictures, self.sps, self.pps)


def _says_a_choice(path: Path) -> bool:
    try:
        msgspec.json.decode(path.read_bytes(), type=_Choice)
    except msgspec.DecodeError:
        return False
    return True


def _drift(one: Frame, other: Frame, kept: Sequence[Piece]) -> float:
    """The largest root mean square difference of a 16x16 block of luma in kept rows, in levels."""
    worst = 0.0
    for piece in kept:
        rows = slice(piece.first * MACROBLOCK_PX, (piece.last + 1) * MACROBLOCK_PX)
        apart = one.y[rows].astype(np.float32) - other.y[rows]
        height, width = (side // MACROBLOCK_PX for side in apart.shape)
        blocks = (apart**2)[: height * MACROBLOCK_PX, : width * MACROBLOCK_PX]
        shape = (height, MACROBLOCK_PX, width, MACROBLOCK_PX)
        worst = max(worst, float(blocks.reshape(shape).mean((1, 3)).max(initial=0.0)))
    return worst**0.5
