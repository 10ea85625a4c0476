"""Which runs of frames depend on data, and on which layers."""

from collections.abc import Sequence
from itertools import pairwise

from reelpress.studio.plan.model import PlanLayer, Span


def spans_of(layers: Sequence[PlanLayer], frames: int, height: int) -> tuple[Span, ...]:
    """Split 0..frames-1 wherever the set of visible data layers changes."""
    edges = {0, frames}
    for layer in layers:
        for stretch in layer.ranges:
            edges |= {stretch.first, stretch.last + 1}
    ordered = sorted(edges)
    return tuple(_span(first, following - 1, layers, height) for first, following in pairwise(ordered))


def _span(first: int, last: int, layers: Sequence[PlanLayer], height: int) -> Span:
    touching = [
        layer for layer in layers if any(run.first <= first and last <= run.last for run in layer.ranges)
    ]
    rows = sorted((layer.box.y, layer.box.y + layer.box.height) for layer in touching)
    covered, reach = 0.0, 0.0
    for top, bottom in rows:
        covered += max(0.0, bottom - max(top, reach))
        reach = max(reach, bottom)
    kind = "full" if touching else "shared"
    return Span(kind, first, last, tuple(layer.name for layer in touching), round(covered / height, 4))
