"""What joining costs: each piece as its encoder saw it beside the same piece in the joined picture."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from reelpress.studio.render.blocks import Errors, behind_db, block_errors
from reelpress.studio.render.planes import Frame, Plane

MOST_LOST_DB = 3.0  # of a 16x16 block of luma, over half a second


@dataclass(frozen=True, slots=True, eq=False)
class Lost:
    """By 16x16 block of luma: PSNR lost over half a second at worst, in dB, and the mean squared error that
    was added to a single picture at worst.
    """

    db: Errors
    sudden: Errors

    @property
    def worst_db(self) -> float:
        return float(self.db.max())

    def with_worst_of(self, other: "Lost") -> "Lost":
        return Lost(np.maximum(self.db, other.db), np.maximum(self.sudden, other.sudden))


def lost(
    joined: Iterable[Frame], alone: Iterable[Sequence[Frame]], wanted: Iterable[Frame], window: int
) -> Lost:
    """What every block loses by being joined, judged over `window` pictures.

    `joined`: pictures as a player decodes them; `alone`: for each, its pieces top to bottom, decoded by
    themselves and without guards; `wanted`: what was encoded.
    """
    sudden = np.zeros((1, 1))

    def errors() -> Iterator[tuple[Errors, Errors]]:
        nonlocal sudden
        for picture, pieces, frame in zip(joined, alone, wanted, strict=True):
            pair = block_errors(picture.y, frame.y), block_errors(_stacked(pieces), frame.y)
            sudden = np.maximum(sudden, pair[0] - pair[1])
            yield pair

    db = behind_db(errors(), window)
    return Lost(db, sudden)


def _stacked(pieces: Sequence[Frame]) -> Plane:
    return np.concatenate([piece.y for piece in pieces])
