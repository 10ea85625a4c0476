"""What joining costs: each piece as its encoder saw it beside the same piece in the joined picture."""

from collections.abc import Iterable, Sequence

import numpy as np

from reelpress.studio.render.blocks import block_errors, most_behind_db
from reelpress.studio.render.planes import Frame, Plane

MOST_LOST_DB = 3.0  # of a 16x16 block of luma, over half a second


def lost_db(
    joined: Iterable[Frame], alone: Iterable[Sequence[Frame]], wanted: Iterable[Frame], window: int
) -> float:
    """PSNR of luma that the worst 16x16 block loses over `window` pictures by being joined.

    `joined`: pictures as a player decodes them; `alone`: for each, its pieces top to bottom, decoded by
    themselves and without guards; `wanted`: what was encoded.
    """
    return most_behind_db(
        (
            (block_errors(picture.y, frame.y), block_errors(_stacked(pieces), frame.y))
            for picture, pieces, frame in zip(joined, alone, wanted, strict=True)
        ),
        window,
    )


def _stacked(pieces: Sequence[Frame]) -> Plane:
    return np.concatenate([piece.y for piece in pieces])
