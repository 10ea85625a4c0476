"""Whether the pieces of a span, each encoded between its guards, can be joined: tried at publication.

A picture is joined with the film, black and white in its bands. Where a block loses much, the guard beside
it is drawn anew and its piece encoded once more.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import reduce

import numpy as np

from reelpress.studio.plan.model import Band
from reelpress.studio.plan.spans import columns_in, rows_in
from reelpress.studio.render.bands import Piece, Splicer, contrasting
from reelpress.studio.render.blocks import window_of
from reelpress.studio.render.guards import Guards
from reelpress.studio.render.house import Coded, house_sets
from reelpress.studio.render.planes import Frame
from reelpress.studio.render.proof import MOST_LOST_DB, Lost, lost
from reelpress.studio.render.quality import decoded

_SHOWN = (None, 16, 235)  # in bands: the film itself, black, white
_TRIES = 5
_HOPELESS = 0.3  # of the columns at a piece's edges: too much crosses them
_NEAR, _AROUND = 8, 2  # columns: how far from a block its cause may be, and what is drawn anew beside that
_CAUSE_MSE = 25.0  # in a block at the edge, added to a single picture

Shown = Callable[[int, int], Iterator[Frame]]  # first frame and count
Encode = Callable[[Piece, Guards, Shown], list[Coded]]
Columns = set[int]


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
        self._coded: dict[tuple[Piece, int | None], tuple[Guards, list[Coded]]] = {}

    def guards(self) -> tuple[Guards, ...] | None:
        """Guards between which every piece can be encoded and joined; None where none were found."""
        guards = [Guards.first(self._splicer.width) for _ in self._pieces]
        for _ in range(_TRIES):
            found = reduce(Lost.with_worst_of, (self._lost(guards, level) for level in _SHOWN))
            if found.worst_db <= MOST_LOST_DB:
                return tuple(guards)
            causes = [causes_of(found, piece) for piece in self._pieces]
            if any(self._hopeless(*pair) for pair in zip(self._pieces, causes, strict=True)):
                return None
            guards = [guard.anew(*columns) for guard, columns in zip(guards, causes, strict=True)]
        return None

    def kept(self, guards: Sequence[Guards]) -> Iterator[tuple[Piece, list[Coded]]]:
        """Kept rows between these guards."""
        for piece, guard in zip(self._pieces, guards, strict=True):
            if piece.band < 0:
                yield piece, self._runs(piece, guard, None)

    def _hopeless(self, piece: Piece, causes: tuple[Columns, Columns]) -> bool:
        rows = rows_in(self._splicer.height)
        edges = (piece.first > 0) + (piece.last < rows - 1)
        return sum(map(len, causes)) > _HOPELESS * edges * columns_in(self._splicer.width)

    def _lost(self, guards: Sequence[Guards], level: int | None) -> Lost:
        """What joining costs with a level of grey, or nothing, in the bands."""
        splicer = self._splicer
        stack = [
            (piece, self._runs(piece, guard, level if piece.band >= 0 else None))
            for piece, guard in zip(self._pieces, guards, strict=True)
        ]
        sps, pps = house_sets(splicer.width, splicer.height, splicer.fps)
        joined = decoded(splicer.joined(stack), sps, pps)
        alone = zip(*(splicer.alone(piece, runs) for piece, runs in stack), strict=True)
        return lost(joined, alone, self._shown(level)(0, self._count), window_of(splicer.fps))

    def _runs(self, piece: Piece, guard: Guards, level: int | None) -> list[Coded]:
        """As encoded the last time, if that was between the same guards."""
        known = self._coded.get((piece, level))
        if known is None or known[0] != guard:
            known = self._coded[piece, level] = guard, self._encode(piece, guard, self._shown(level))
        return known[1]

    def _shown(self, level: int | None) -> Shown:
        if level is None:
            return self._frames
        return lambda first, count: (
            contrasting(frame, self._bands, level) for frame in self._frames(first, count)
        )


def causes_of(found: Lost, piece: Piece) -> tuple[Columns, Columns]:
    """Columns of the guards above and below a piece to which blocks that lose too much may have referred.

    The loss moves with the film and lasts; its cause stands at the edge and is sudden.
    """
    columns = found.db.shape[1]
    above, below = Columns(), Columns()
    edges = [(piece.first, above)] if piece.first else []
    edges += [(piece.last, below)] if piece.last < len(found.db) - 1 else []
    for row, column in np.argwhere(found.db[piece.first : piece.last + 1] > MOST_LOST_DB).tolist():
        edge, causes = min(edges, key=lambda edge: abs(edge[0] - piece.first - row))
        near = _around(column, _NEAR, columns)
        sudden = [at for at in near if found.sudden[edge, at] > _CAUSE_MSE]
        for at in (column, *sudden):
            causes.update(_around(at, _AROUND, columns))
    return above, below


def _around(column: int, reach: int, columns: int) -> range:
    return range(max(0, column - reach), min(columns, column + reach + 1))
