"""Whether the pieces of a span, each encoded between its guards, can be joined: tried at publication.

A picture is joined as it is, with patches in its bands, as if customers had drawn there, and with white ones.
Where a block loses much, the guard beside it is drawn anew and its piece encoded once more; what is best by
column stays.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Self

import numpy as np
from numpy.typing import NDArray

from reelpress.studio.plan.model import Band
from reelpress.studio.plan.spans import columns_in
from reelpress.studio.render.bands import Piece, Splicer
from reelpress.studio.render.blocks import window_of
from reelpress.studio.render.drawings import DRAWINGS
from reelpress.studio.render.guards import Guards
from reelpress.studio.render.house import Coded, house_sets
from reelpress.studio.render.planes import Frame
from reelpress.studio.render.proof import MOST_LOST_DB, Lost, lost
from reelpress.studio.render.quality import decoded

# Lots; None: those together that were best by column.
_TRIES = (*range(4), None, *range(4, 8), None, *range(8, 12), None)
_ENOUGH = 5  # tries, if guards were found by then
_WANTED_DB = 1.0  # lost: with what customers draw it will be more here and there
_HOPELESS = 0.3, 0.15  # of the columns at an edge, after the first try and later: too much crosses it
_NEAR, _AROUND = 8, 2  # columns: how far from a block its cause may be, and what is drawn anew beside that
_CAUSE_MSE = 25.0  # in a block at the edge, added to a single picture

Shown = Callable[[int, int], Iterator[Frame]]  # first frame and count
Encode = Callable[[Piece, Guards, Shown], list[Coded]]


class Trial:
    """Of one span of `count` frames: `frames` gives them without values, `encode` codes a piece of any."""

    def __init__(
        self,
        pieces: Sequence[Piece],
        bands: Sequence[Band],
        splicer: Splicer,
        frames: Shown,
        count: int,
        encode: Encode,
    ) -> None:
        self._pieces = pieces
        self._bands = bands
        self._splicer = splicer
        self._frames = frames
        self._count = count
        self._encode = encode
        self._coded: dict[tuple[Piece, int], tuple[Guards, list[Coded]]] = {}

    def guards(self) -> tuple[Guards, ...] | None:
        """Guards between which every piece can be encoded and joined; None where none were found."""
        edges = [Edges.unknown(columns_in(self._splicer.width)) for _ in self._pieces]
        proven: list[tuple[float, tuple[Guards, ...]]] = []
        for number, lot in enumerate(_TRIES, start=1):
            tried = edges if lot is None else [edge.anew(lot) for edge in edges]
            guards = tuple(edge.guards for edge in tried)
            found = reduce(
                Lost.with_worst_of, (self._lost(guards, drawing) for drawing in range(len(DRAWINGS)))
            )
            proven.append((found.worst_db, guards))
            seen = [edge.losing(found, piece) for edge, piece in zip(tried, self._pieces, strict=True)]
            edges = [best.bettered(by) for best, by in zip(edges, seen, strict=True)]
            held = min(worst_db for worst_db, _ in proven) <= MOST_LOST_DB
            if found.worst_db <= _WANTED_DB or (held and number >= _ENOUGH):
                break
            if max(edge.share_lost for edge in edges) > _HOPELESS[number > 1]:
                break
        worst_db, best = min(proven, key=lambda pair: pair[0])
        return best if worst_db <= MOST_LOST_DB else None

    def kept(self, guards: Sequence[Guards]) -> Iterator[tuple[Piece, list[Coded]]]:
        """Kept rows between these guards."""
        for piece, guard in zip(self._pieces, guards, strict=True):
            if piece.band < 0:
                yield piece, self._runs(piece, guard, 0)

    def _lost(self, guards: Sequence[Guards], drawing: int) -> Lost:
        """What joining costs with that drawing in the bands."""
        splicer = self._splicer
        stack = [
            (piece, self._runs(piece, guard, drawing if piece.band >= 0 else 0))
            for piece, guard in zip(self._pieces, guards, strict=True)
        ]
        sps, pps = house_sets(splicer.width, splicer.height, splicer.fps)
        joined = decoded(splicer.joined(stack), sps, pps)
        alone = zip(*(splicer.alone(piece, runs) for piece, runs in stack), strict=True)
        return lost(joined, alone, self._shown(drawing)(0, self._count), window_of(splicer.fps))

    def _runs(self, piece: Piece, guard: Guards, drawing: int) -> list[Coded]:
        """As encoded the last time, if that was between the same guards."""
        known = self._coded.get((piece, drawing))
        if known is None or known[0] != guard:
            known = self._coded[piece, drawing] = guard, self._encode(piece, guard, self._shown(drawing))
        return known[1]

    def _shown(self, drawing: int) -> Shown:
        draw = DRAWINGS[drawing]
        return lambda first, count: (draw(frame, self._bands) for frame in self._frames(first, count))


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """The guards of a piece while they are sought: by edge (above, below) and column, lots and dB lost."""

    lots: NDArray[np.int64]
    lost_db: NDArray[np.float64]

    @classmethod
    def unknown(cls, columns: int) -> Self:
        return cls(np.zeros((2, columns), np.int64), np.full((2, columns), np.inf))

    @property
    def guards(self) -> Guards:
        above, below = self.lots.tolist()
        return Guards(tuple(above), tuple(below))

    @property
    def share_lost(self) -> float:
        """Of the columns at one edge, those that lose more than may be lost."""
        return float((self.lost_db > MOST_LOST_DB).mean(axis=1).max())

    def anew(self, lot: int) -> "Edges":
        """Another lot where more is lost than wanted."""
        return Edges(np.where(self.lost_db > _WANTED_DB, lot, self.lots), self.lost_db)

    def bettered(self, other: "Edges") -> "Edges":
        """By column, of the same lots what was seen last, of others the better ones."""
        taken = (other.lots == self.lots) | (other.lost_db <= self.lost_db)
        return Edges(np.where(taken, other.lots, self.lots), np.where(taken, other.lost_db, self.lost_db))

    def losing(self, found: Lost, piece: Piece) -> "Edges":
        """What these lost; a block counts at the columns of the nearer guard to which it may have referred.

        A loss moves with the film and lasts; its cause stands at the edge and is sudden.
        """
        lost_db = np.zeros_like(self.lost_db)
        for row, column in np.argwhere(found.db[piece.first : piece.last + 1] > _WANTED_DB).tolist():
            edge = _nearer_edge(piece, row, len(found.db))
            sudden = found.sudden[(piece.first, piece.last)[edge]]
            near = range(max(0, column - _NEAR), min(len(sudden), column + _NEAR + 1))
            for at in (column, *(at for at in near if sudden[at] > _CAUSE_MSE)):
                around = lost_db[edge, max(0, at - _AROUND) : at + _AROUND + 1]
                np.maximum(around, found.db[piece.first + row, column], out=around)
        return Edges(self.lots, lost_db)


def _nearer_edge(piece: Piece, row: int, rows: int) -> int:
    """0 above, 1 below; where the picture ends there is none. `row` is counted from the piece's first."""
    if not piece.first:
        return 1
    return int(piece.last < rows - 1 and row > piece.last - piece.first - row)
