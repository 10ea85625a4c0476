"""Band spans: only the rows that data touches are encoded for a customer; the rest of a picture is kept.

A picture is made of pieces stacked top to bottom: kept rows (encoded once for everyone) and bands (encoded
per customer), each from an encoder of its own, joined by rewriting slice headers. A piece is encoded between
guards (see `guards`), which are slices of their own and thrown away. Players do not filter across the edges
of pieces (disable_deblocking_filter_idc 2), encoders only where a guard is as dark or bright as the film
(ITU-T H.264, 8.7.2.2). What the join costs all the same is seen at publication (see `trial`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from reelpress.studio.plan.model import Band
from reelpress.studio.plan.spans import MACROBLOCK_PX, columns_in, rows_in
from reelpress.studio.render.guards import Guards
from reelpress.studio.render.house import Coded, Coding, NalUnits, encode
from reelpress.studio.render.planes import Frame, blank
from reelpress.studio.render.quality import decoded
from reelpress.studio.render.slices import moved

SLICE_ROWS = (3, 4, 5, 6)  # of a band; what fits its height best
_KEPT_PRESET = "medium"  # paid once
_KEPT_SLICE_ROWS = (4, 8)  # below a guard: at least, and where the rows need not end with a slice


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows of macroblocks `first..last` (inclusive) of the picture; `band`: its number, -1 for kept rows.

    It is cut into slices of `slice_rows`.
    """

    first: int
    last: int
    band: int
    slice_rows: int

    @property
    def rows(self) -> int:
        return self.last - self.first + 1


def pieces_of(bands: Sequence[Band], height: int) -> tuple[Piece, ...] | None:
    """The picture top to bottom; bands grown to whole slices. None where they meet."""
    total = rows_in(height)
    pieces: list[Piece] = []
    following = 0
    for number, band in enumerate(bands):
        slice_rows = min(SLICE_ROWS, key=lambda rows: (-band.rows % rows, rows))
        first, last = band.first, band.last
        if first < slice_rows:
            first = 0
        if last < total - 1:
            last = min(total - 1, last + -(last - first + 1) % slice_rows)
        if first < following:
            return None
        if first > following:
            pieces.append(_kept(following, first - 1, total))
        pieces.append(Piece(first, last, number, slice_rows))
        following = last + 1
    if following < total:
        pieces.append(_kept(following, total - 1, total))
    return tuple(pieces)


@dataclass(frozen=True, slots=True)
class Strip:
    """A piece with its guards, in rows of macroblocks of the picture: what is encoded of it.

    The guard above is a slice of the piece's, as x264 cuts slices of one size.
    """

    piece: Piece
    picture_height: int

    @property
    def above(self) -> int:
        return self.piece.slice_rows if self.piece.first else 0

    @property
    def below(self) -> int:
        return 1 if self.piece.last < rows_in(self.picture_height) - 1 else 0

    @property
    def own_px(self) -> int:
        """The piece's own height; the picture may end within its last row."""
        end = min((self.piece.last + 1) * MACROBLOCK_PX, self.picture_height)
        return end - self.piece.first * MACROBLOCK_PX

    @property
    def height(self) -> int:
        return (self.above + self.below) * MACROBLOCK_PX + self.own_px

    @property
    def top_px(self) -> int:
        """The row of the picture at which the strip's first one stands; above the picture, it is below 0."""
        return (self.piece.first - self.above) * MACROBLOCK_PX

    def own(self, frame: Frame) -> Frame:
        """The piece's rows of a whole picture."""
        first = self.piece.first * MACROBLOCK_PX
        return frame.crop(0, first, frame.width, first + self.own_px)

    def inner(self, strip: Frame) -> Frame:
        """The piece's rows of a strip."""
        first = self.above * MACROBLOCK_PX
        return strip.crop(0, first, strip.width, first + self.own_px)

    def guarded(self, frame: Frame, guards: Guards) -> Frame:
        """The piece's rows of a whole picture between guards."""
        strip = blank(frame.width, self.height)
        edge = self.above * MACROBLOCK_PX
        strip.paste(self.own(frame), 0, edge)
        guards.fill(strip, edge, edge + self.own_px)
        return strip


@dataclass(frozen=True, slots=True)
class Splicer:
    """Encodes pieces of pictures of one size and rate and moves their slices to where they belong."""

    width: int
    height: int
    fps: Fraction
    number_bits: int

    def encode(self, piece: Piece, strips: Iterator[Frame], coding: Coding) -> Coded:
        """Strips of one GOP; kept rows as finely as bands, more slowly."""
        how = kept_coding(coding) if piece.band < 0 else coding
        return encode(strips, self.fps, how.with_extra(f"slice-max-mbs={piece.slice_rows * self._columns}"))

    def slices(self, piece: Piece, runs: Iterable[Coded]) -> list[NalUnits]:
        """The piece's own slices of every picture of its GOPs, moved to its rows."""
        skipped = 1 if piece.first else 0
        rows = range(piece.first, piece.last + 1, piece.slice_rows)
        pictures = (units for run in runs for units in run.pictures)
        return [self._moved(units[skipped : skipped + len(rows)], rows) for units in pictures]

    def joined(self, stack: Sequence[tuple[Piece, Sequence[Coded]]]) -> Iterator[NalUnits]:
        """Whole pictures of pieces given top to bottom, each with its GOPs."""
        for pieces in zip(*(self.slices(piece, runs) for piece, runs in stack), strict=True):
            yield [unit for units in pieces for unit in units]

    def alone(self, piece: Piece, runs: Iterable[Coded]) -> Iterator[Frame]:
        """A piece as its encoder saw it."""
        strip = Strip(piece, self.height)
        for run in runs:
            yield from map(strip.inner, decoded(run.pictures, run.sps, run.pps))

    @property
    def _columns(self) -> int:
        return columns_in(self.width)

    def _moved(self, units: Sequence[bytes], rows: Sequence[int]) -> NalUnits:
        return [
            moved(unit, self.number_bits, row * self._columns, first_of_piece=number == 0)
            for number, (unit, row) in enumerate(zip(units, rows, strict=True))
        ]


def kept_coding(coding: Coding) -> Coding:
    """How kept rows are coded beside bands of this coding: as finely, more slowly."""
    return replace(coding, preset=_KEPT_PRESET, threads=1)


def _kept(first: int, last: int, total: int) -> Piece:
    """Below a guard in slices, which must end where the rows do unless the picture ends there."""
    rows = last - first + 1
    least, usual = _KEPT_SLICE_ROWS
    if not first:
        slice_rows = rows
    elif last == total - 1:
        slice_rows = usual
    else:
        slice_rows = next(size for size in range(min(least, rows), rows + 1) if rows % size == 0)
    return Piece(first, last, -1, slice_rows)
