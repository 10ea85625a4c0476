"""Which pixels of which output frame can depend on data, before any value is known.

The composer redraws exactly these rectangles for a customer and the spans are made of them, so both ask here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from reelpress.studio.plan.model import OutputSpec, PlanPart
from reelpress.studio.plan.rects import Rect
from reelpress.studio.scene.geometry import contain, map_box, marks
from reelpress.studio.scene.ops import Node


@dataclass(frozen=True, slots=True)
class Touch:
    """A layer and the even pixels of the output it can change in one frame."""

    layer: str
    rect: Rect


def position_of(part: PlanPart, output: OutputSpec, number: int) -> float:
    """The part's own position (in frames of its own rate) that output frame `number` shows."""
    fps = output.fps_num / output.fps_den
    position = (number - part.first) / fps * (part.fps_num / part.fps_den)
    return min(round(position, 6), part.root.frames - 1)


def touches_at(part: PlanPart, output: OutputSpec, number: int) -> tuple[Touch, ...]:
    """All layers that can be seen in output frame `number`, bottom to top; a layer may occur twice."""
    return tuple(touches_of(part, output, part.root, position_of(part, output, number)))


def touches_of(part: PlanPart, output: OutputSpec, node: Node, position: float) -> Iterator[Touch]:
    """The same for one node at its parent's position."""
    view = contain(part.width, part.height, (output.width, output.height))
    for mark in marks(node, position, (part.width, part.height)):
        if mark.layer:
            rect = Rect.around(map_box(view, mark.box), output.width, output.height)
            if not rect.empty:
                yield Touch(mark.layer, rect)
