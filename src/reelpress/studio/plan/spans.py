"""Which runs of frames depend on data, on which layers, and on which rows of macroblocks.

A span is encoded as closed GOPs of its own, so every boundary costs an IDR picture: spans of a few frames
join a neighbour, long ones are cut so that a later version of a template keeps what it did not change.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from reelpress.studio.plan.model import Band, Span
from reelpress.studio.plan.touches import Touch

MACROBLOCK_PX = 16
MIN_SPAN_S = 0.4  # shorter spans join a neighbour: an IDR costs more than their frames
MAX_SPAN_S = 8.0  # x264's own GOPs are 250 pictures at most
MAX_SHARED_S = 5.0  # paid for once, so an IDR costs little there, and a new version keeps more
GUARD_ROWS = (3, 1)  # above and below a band, encoded and thrown away
NEAR_ROWS = 8  # bands closer than this are one
MAX_BAND_SHARE = 0.62  # of the rows, guards included; above it the whole picture costs less


@dataclass(frozen=True, slots=True)
class _Run:
    """Frames `first..last`; `cut`: the boundary before it must stay (another part begins)."""

    first: int
    last: int
    layers: frozenset[str]
    cut: bool = False

    @property
    def frames(self) -> int:
        return self.last - self.first + 1


def spans_of(
    touches: Sequence[Sequence[Touch]],
    starts: Iterable[int],
    order: Sequence[str],
    height: int,
    fps: Fraction,
) -> tuple[Span, ...]:
    """`touches` by output frame, `starts`: first frames of parts, `order`: names of layers, bottom to top."""
    runs = _joined(_runs(touches, frozenset(starts)), max(2, round(MIN_SPAN_S * fps)))
    pieces = [piece for run in runs for piece in _pieces(run, fps)]
    return tuple(_span(piece, touches, order, height) for piece in pieces)


def rows_in(height: int) -> int:
    """Rows of macroblocks in a picture."""
    return -(-height // MACROBLOCK_PX)


def columns_in(width: int) -> int:
    """Columns of macroblocks in a picture."""
    return rows_in(width)


def _runs(touches: Sequence[Sequence[Touch]], starts: frozenset[int]) -> list[_Run]:
    runs: list[_Run] = []
    for number, touched in enumerate(touches):
        layers = frozenset(touch.layer for touch in touched)
        if runs and runs[-1].layers == layers and number not in starts:
            runs[-1] = replace(runs[-1], last=number)
        else:
            runs.append(_Run(number, number, layers, cut=number in starts))
    return runs


def _joined(runs: Sequence[_Run], least: int) -> list[_Run]:
    """Short runs joined to the neighbour they share most with, inside a part."""
    settled = list(runs)
    while True:
        short = [(run.frames, at) for at, run in enumerate(settled) if run.frames < least]
        partner = next(
            ((at, other) for _, at in sorted(short) if (other := _partner(settled, at)) is not None), None
        )
        if partner is None:
            return settled
        low, high = sorted(partner)
        one, two = settled[low], settled[high]
        settled[low : high + 1] = [_Run(one.first, two.last, one.layers | two.layers, one.cut)]


def _partner(runs: Sequence[_Run], at: int) -> int | None:
    """A lone personal run between shared ones stays as it is: joining would make more frames personal."""
    run = runs[at]
    beside = [at - 1] if at and not run.cut else []
    if at + 1 < len(runs) and not runs[at + 1].cut:
        beside.append(at + 1)
    if run.layers and run.frames > 1:
        beside = [other for other in beside if runs[other].layers]
    if not beside:
        return None
    return max(
        beside, key=lambda other: (bool(runs[other].layers), len(runs[other].layers & run.layers), -other)
    )


def _pieces(run: _Run, fps: Fraction) -> list[_Run]:
    longest = MAX_SPAN_S if run.layers else MAX_SHARED_S
    count = -(-run.frames // max(2, int(longest * fps)))
    edges = [run.first + round(run.frames * piece / count) for piece in range(count + 1)]
    return [replace(run, first=first, last=following - 1) for first, following in pairwise(edges)]


def _span(run: _Run, touches: Sequence[Sequence[Touch]], order: Sequence[str], height: int) -> Span:
    """A piece of a run may see fewer layers than the run, or none."""
    touched = [touch for number in range(run.first, run.last + 1) for touch in touches[number]]
    seen = {touch.layer for touch in touched}
    layers = tuple(name for name in order if name in seen)
    if not layers:
        return Span("shared", run.first, run.last, (), 0.0)
    total = rows_in(height)
    bands = _bands(touched, order)
    share = sum(band.rows for band in bands) / total
    encoded = sum(guarded_rows(band, height) for band in bands)
    kind = "band" if encoded <= MAX_BAND_SHARE * total else "full"
    return Span(kind, run.first, run.last, layers, round(share, 4), bands if kind == "band" else ())


def guarded_rows(band: Band, height: int) -> int:
    """Rows of macroblocks of a band and its guards, which stand where it has a neighbour."""
    above, below = GUARD_ROWS
    return band.rows + above * (band.first > 0) + below * (band.last < rows_in(height) - 1)


def _bands(touches: Iterable[Touch], order: Sequence[str]) -> tuple[Band, ...]:
    """Rows of macroblocks that layers touch, those near each other as one, top to bottom."""
    rows: dict[str, tuple[int, int]] = {}
    for touch in touches:
        first, last = touch.rect.top // MACROBLOCK_PX, (touch.rect.bottom - 1) // MACROBLOCK_PX
        known = rows.get(touch.layer, (first, last))
        rows[touch.layer] = (min(known[0], first), max(known[1], last))
    bands: list[Band] = []
    for layer, (first, last) in sorted(rows.items(), key=lambda item: (item[1], order.index(item[0]))):
        if bands and first <= bands[-1].last + NEAR_ROWS:
            names = {*bands[-1].layers, layer}
            shown = tuple(name for name in order if name in names)
            bands[-1] = Band(bands[-1].first, max(bands[-1].last, last), shown)
        else:
            bands.append(Band(first, last, (layer,)))
    return tuple(bands)
