"""Every layer in every frame: where it can be seen and how strongly. What-ifs change these and span anew."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from reelpress.studio.plan.model import Plan, PlanPart, Span
from reelpress.studio.plan.rects import Rect
from reelpress.studio.plan.spans import MACROBLOCK_PX, spans_of
from reelpress.studio.plan.touches import Touch, position_of
from reelpress.studio.scene.geometry import contain, map_box, marks


@dataclass(frozen=True, slots=True)
class Sight(Touch):
    """A touch and how strongly it is seen (opacity, 0 to 1)."""

    opacity: float = 1.0

    @property
    def rows(self) -> tuple[int, int]:
        """Rows of macroblocks, both inclusive."""
        return self.rect.top // MACROBLOCK_PX, (self.rect.bottom - 1) // MACROBLOCK_PX

    def at(self, rect: Rect) -> "Sight":
        return Sight(self.layer, rect, self.opacity)

    @property
    def macroblocks(self) -> float:
        return (self.rect.right - self.rect.left) * (self.rect.bottom - self.rect.top) / MACROBLOCK_PX**2


Sights = Sequence[Sequence[Sight]]  # by output frame, bottom to top
Change = Callable[[int, Sight], Sight | None]  # frame number and sight -> what it becomes; None: unseen


def sights_of(plan: Plan) -> Sights:
    """All frames of the plan; they touch what `touches_at` says."""
    return [
        tuple(_seen(plan, part, number)) if plan.layers else ()
        for part in plan.parts
        for number in range(part.first, part.first + part.frames)
    ]


def changed(sights: Sights, layers: frozenset[str], change: Change) -> Sights:
    """The sights with `change` applied to some layers."""
    return [
        tuple(
            kept
            for sight in frame
            if (kept := change(number, sight) if sight.layer in layers else sight) is not None
        )
        for number, frame in enumerate(sights)
    ]


def spanned(plan: Plan, sights: Sights) -> tuple[Span, ...]:
    """The spans the plan would have with these sights."""
    order = [layer.name for layer in plan.layers]
    return spans_of(sights, [part.first for part in plan.parts], order, plan.output.height, plan.fps)


def moved(sight: Sight, down_px: int) -> Sight:
    rect = sight.rect
    return sight.at(Rect(rect.left, rect.top + down_px, rect.right, rect.bottom + down_px))


def _seen(plan: Plan, part: PlanPart, number: int) -> Iterator[Sight]:
    output = plan.output
    view = contain(part.width, part.height, (output.width, output.height))
    position = position_of(part, output, number)
    for mark in marks(part.root, position, (part.width, part.height)):
        if mark.layer:
            rect = Rect.around(map_box(view, mark.box), output.width, output.height)
            if not rect.empty:
                yield Sight(mark.layer, rect, mark.opacity)
