"""Band spans: only the rows that data touches are encoded for a customer; the rest of a picture is kept.

A picture is made of pieces stacked top to bottom: kept rows (encoded once for everyone) and bands (encoded
per customer), each from an encoder of its own, joined by rewriting slice headers. Around each piece stand
guard rows, which are encoded as slices of their own and thrown away.

What keeps the joined stream true to what the encoders saw:
- Between a band's text and its edge lie `margin` rows of macroblocks that show the same picture to everyone.
  Kept rows may refer to those; beyond them their guard is noise that motion search does not choose.
- A band's guard is the kept rows as they decode, and its vectors are too short to leave the guard
  (`mvrange=32`, and 3 pixels of interpolation, in 48 pixels), so whatever it refers to is there.
- Players do not filter across the edges of pieces (disable_deblocking_filter_idc 2); encoders do, between
  rows that are nearly alike.
`proven` decodes the join with two contrasting bands: the kept rows may differ by no more than coding noise.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from reelpress.studio.plan.model import Band
from reelpress.studio.plan.spans import MACROBLOCK_PX, rows_in
from reelpress.studio.render.house import SHORT_VECTORS, Coding, NalUnits, encode
from reelpress.studio.render.planes import Frame, Plane, blank
from reelpress.studio.render.slices import moved

SLICE_ROWS = (3, 4, 5, 6)  # of a band; what fits its height best
MAX_MARGIN = 3  # rows; motion vectors of 32 pixels cannot pass them
_KEPT_PRESET = "medium"  # paid once
_KEPT_GUARD_ROWS = 8  # above kept rows, which are then cut into slices of as many rows
_BRIGHT, _DARK, _NOISE = 200, 16, 36  # guard levels: far from what stands at the edge, and never still


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows of macroblocks `first..last` (inclusive) of the picture; `band`: its number, -1 for kept rows.

    A band is cut into slices of `slice_rows`, and has as many guard rows on each side.
    """

    first: int
    last: int
    band: int = -1
    slice_rows: int = 0

    @property
    def rows(self) -> int:
        return self.last - self.first + 1


def pieces_of(bands: Sequence[Band], margin: int, height: int) -> tuple[Piece, ...] | None:
    """The picture top to bottom; bands grown by the margin and to whole slices. None where they meet."""
    total = rows_in(height)
    pieces: list[Piece] = []
    following = 0
    for number, band in enumerate(bands):
        first, last = max(0, band.first - margin), min(total - 1, band.last + margin)
        slice_rows = min(SLICE_ROWS, key=lambda rows: (-(last - first + 1) % rows, rows))
        if first < slice_rows:
            first = 0
        if last < total - 1:
            last = min(total - 1, last + -(last - first + 1) % slice_rows)
        if first < following:
            return None
        if first > following:
            pieces.append(Piece(following, first - 1))
        pieces.append(Piece(first, last, number, slice_rows))
        following = last + 1
    if following < total:
        pieces.append(Piece(following, total - 1))
    return tuple(pieces)


@dataclass(frozen=True, slots=True)
class Strip:
    """A band with its guards, in rows of macroblocks of the picture: what is encoded for a customer."""

    piece: Piece
    above: int
    below: int
    picture_height: int

    @classmethod
    def around(cls, piece: Piece, picture_height: int) -> "Strip":
        total = rows_in(picture_height)
        above = piece.slice_rows if piece.first else 0
        below = min(piece.slice_rows, total - 1 - piece.last)
        return cls(piece, above, below, picture_height)

    @property
    def top_px(self) -> int:
        return (self.piece.first - self.above) * MACROBLOCK_PX

    @property
    def bottom_px(self) -> int:
        return min((self.piece.last + 1 + self.below) * MACROBLOCK_PX, self.picture_height)

    @property
    def height(self) -> int:
        return self.bottom_px - self.top_px

    def cut(self, frame: Frame) -> Frame:
        return frame.crop(0, self.top_px, frame.width, self.bottom_px)

    def guarded(self, own: Frame, joined: Frame) -> Frame:
        """The band's own rows between the kept rows as they decode."""
        strip = self.cut(own)
        if self.above:
            strip.paste(joined.crop(0, self.top_px, own.width, self.piece.first * MACROBLOCK_PX), 0, 0)
        if self.below:
            edge = (self.piece.last + 1) * MACROBLOCK_PX
            strip.paste(joined.crop(0, edge, own.width, self.bottom_px), 0, edge - self.top_px)
        return strip


@dataclass(frozen=True, slots=True)
class Splicer:
    """Encodes pieces of pictures of one size and rate and moves their slices to where they belong."""

    width: int
    height: int
    fps: Fraction
    number_bits: int

    def band(self, strip: Strip, frames: Iterator[Frame], coding: Coding) -> list[NalUnits]:
        """Slices of the band's rows for every picture; `frames` are strips, guards included."""
        size = strip.piece.slice_rows
        sliced = coding.with_extra(f"{SHORT_VECTORS}:slice-max-mbs={size * self._columns}")
        coded = encode(frames, self.fps, sliced)
        skipped = 1 if strip.above else 0
        kept = -(-strip.piece.rows // size)
        rows = [strip.piece.first + size * number for number in range(kept)]
        return [self._moved(units[skipped : skipped + kept], rows) for units in coded.pictures]

    def kept(self, piece: Piece, frames: Iterator[Frame], margin: int, coding: Coding) -> list[NalUnits]:
        """Slices of kept rows for every picture; `frames` are whole pictures."""
        total = rows_in(self.height)
        below = margin + 1 if piece.last < total - 1 else 0
        slice_rows = piece.rows
        if piece.first:
            slice_rows = _slice_rows(piece.rows, margin, whole=bool(below))
        above = slice_rows if piece.first else 0
        sliced = kept_coding(coding).with_extra(f"slice-max-mbs={slice_rows * self._columns}")
        if margin == MAX_MARGIN:
            sliced = sliced.with_extra(SHORT_VECTORS)
        guarded = (self._guarded(piece, frame, margin, above, below, n) for n, frame in enumerate(frames))
        coded = encode(guarded, self.fps, sliced)
        rows = list(range(piece.first, piece.last + 1, slice_rows))
        skipped = 1 if above else 0
        return [self._moved(units[skipped : skipped + len(rows)], rows) for units in coded.pictures]

    @property
    def _columns(self) -> int:
        return rows_in(self.width)

    def _moved(self, units: Sequence[bytes], rows: Sequence[int]) -> NalUnits:
        return [
            moved(unit, self.number_bits, row * self._columns, first_of_piece=number == 0)
            for number, (unit, row) in enumerate(zip(units, rows, strict=True))
        ]

    def _guarded(self, piece: Piece, frame: Frame, margin: int, above: int, below: int, number: int) -> Frame:
        """Kept rows, beside them the margin as it is, then noise."""
        top = piece.first * MACROBLOCK_PX
        bottom = min((piece.last + 1) * MACROBLOCK_PX, self.height)
        extent = (above * MACROBLOCK_PX, below * MACROBLOCK_PX)
        natural = margin * MACROBLOCK_PX
        low, high = top - (natural if above else 0), bottom + (natural if below else 0)
        out = blank(self.width, extent[0] + bottom - top + extent[1])
        middle = frame.crop(0, low, self.width, high)
        at = extent[0] - (top - low)
        out.paste(middle, 0, at)
        noise = np.random.default_rng(number)
        _fill(out, 0, at, middle.y[0], middle, 0, noise)
        end = at + middle.height
        _fill(out, end, out.height, middle.y[-1], middle, -1, noise)
        return out


def kept_coding(coding: Coding) -> Coding:
    """How kept rows are coded beside bands of this coding: as finely, more slowly."""
    return replace(coding, preset=_KEPT_PRESET, threads=1)


def contrasting(frame: Frame, bands: Sequence[Band], level: int) -> Frame:
    """The frame with everything that data can touch at one level of grey."""
    out = frame.copy()
    for band in bands:
        rows = slice(band.first * MACROBLOCK_PX, (band.last + 1) * MACROBLOCK_PX)
        half = slice(rows.start // 2, rows.stop // 2)
        out.y[rows], out.u[half], out.v[half] = level, 128, 128
    return out


def _slice_rows(rows: int, margin: int, *, whole: bool) -> int:
    """Rows of a slice of kept rows below a guard as high; `whole`: the slices must end where the rows do."""
    least = max(margin + 1, 4)
    if not whole:
        return max(least, _KEPT_GUARD_ROWS)
    return next(size for size in range(min(least, rows), rows + 1) if rows % size == 0)


def _fill(
    out: Frame, start: int, end: int, edge: Plane, middle: Frame, row: int, noise: np.random.Generator
) -> None:
    """Levels that contrast with the picture's edge, block by block; beside it they never rest."""
    if start >= end:
        return
    means = edge[: len(edge) // MACROBLOCK_PX * MACROBLOCK_PX].reshape(-1, MACROBLOCK_PX).mean(1)
    dark = np.repeat(means < 128, MACROBLOCK_PX)
    dark = np.concatenate([dark, np.full(out.width - len(dark), dark[-1] if len(dark) else True)])
    out.y[start:end] = np.where(dark, _BRIGHT, _DARK).astype(np.uint8)
    restless = slice(start, start + MACROBLOCK_PX) if row < 0 else slice(end - MACROBLOCK_PX, end)
    out.y[restless] += noise.integers(0, _NOISE, (MACROBLOCK_PX, out.width), dtype=np.uint8)
    half = slice(start // 2, end // 2)
    out.u[half] = np.where(middle.u[row] < 128, 200, 56).astype(np.uint8)
    out.v[half] = np.where(middle.v[row] < 128, 200, 56).astype(np.uint8)
