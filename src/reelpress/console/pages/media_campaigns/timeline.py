"""A plan's parts and layers as lanes along the time line of a page. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reelpress.studio.plan import Plan
from reelpress.studio.plan.model import FrameRange

LENGTH = 1000.0  # units of a lane's drawing, over the whole video


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of the video: from `start_s` to `end_s`, drawn from `x` over `width` of a lane."""

    start_s: float
    end_s: float
    x: float
    width: float
    middle_s: float


@dataclass(frozen=True, slots=True)
class Lane:
    """`kind`: part, text, image or video."""

    name: str
    kind: str
    bars: tuple[Bar, ...]

    @property
    def middles(self) -> str:
        """Where a click on its name leads, in seconds, one after the other."""
        return " ".join(f"{bar.middle_s:.6f}" for bar in self.bars)


def part_lanes(plan: Plan) -> tuple[Lane, ...]:
    """The parts, where there are several."""
    if len(plan.parts) < 2:
        return ()
    return tuple(
        Lane(f"Part {number}: {part.name}", "part", (bar_of(plan, part.first, part.first + part.frames - 1),))
        for number, part in enumerate(plan.parts, 1)
    )


def layer_lanes(plan: Plan) -> tuple[Lane, ...]:
    """The layers by when they come in sight."""
    lanes = [Lane(layer.name, layer.kind, _bars(plan, layer.ranges)) for layer in plan.layers]
    return tuple(sorted(lanes, key=lambda lane: lane.bars[0].x if lane.bars else LENGTH))


def bar_of(plan: Plan, first: int, last: int) -> Bar:
    """Output frames, both inclusive."""
    rate, whole = float(plan.fps), LENGTH / plan.frames
    return Bar(
        first / rate,
        (last + 1) / rate,
        round(first * whole, 2),
        round(max((last + 1 - first) * whole, 2.0), 2),
        (first + last) // 2 / rate,
    )


def _bars(plan: Plan, ranges: Iterable[FrameRange]) -> tuple[Bar, ...]:
    return tuple(bar_of(plan, one.first, one.last) for one in ranges)
