"""What is heard of a part: its audible clips in order, wherever they stand in the tree of pictures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reelpress.studio.plan.model import PlanPart
from reelpress.studio.scene.geometry import active, scalar_at
from reelpress.studio.scene.ops import Gain, Group, Node, Ramp, VideoSource


@dataclass(frozen=True, slots=True)
class Level:
    """Effects that set a level; `shift` takes the part's position to the effects' own."""

    effects: tuple[Gain | Ramp, ...]
    shift: float

    def at(self, position: float) -> float:
        factor = 1.0
        for effect in self.effects:
            own = position + self.shift
            if not active(effect, own):
                continue
            if isinstance(effect, Gain):
                factor *= 10 ** (scalar_at(effect.level, own - effect.first, 0.0) / 20)
            else:
                factor *= max(0.0, scalar_at(effect.factor, own - effect.first))
        return factor


@dataclass(frozen=True, slots=True)
class Voice:
    """A clip that is heard over `first .. first + frames` of the part; its file starts `offset` frames in.

    `layer` names it where a request brings the clip; then `resource` is its sample, or empty.
    """

    resource: str
    first: float
    frames: float
    offset: float
    levels: tuple[Level, ...]
    layer: str = ""


def personal_s(parts: Sequence[PlanPart]) -> float:
    """Seconds over which a request's clips can be heard; at once twice, counted twice."""
    return sum(
        voice.frames * part.fps_den / part.fps_num
        for part in parts
        for voice in voices_of(part)
        if voice.layer
    )


def voices_of(part: PlanPart) -> Iterator[Voice]:
    """All that is heard, each for more than no time."""
    yield from _voices(part.root, 0.0, 0.0, float(part.root.frames), ())


def _voices(
    node: Node, shift: float, first: float, last: float, levels: tuple[Level, ...]
) -> Iterator[Voice]:
    """`shift` takes the part's position to the position the node's `start` counts in."""
    first, last = max(first, node.start - shift), min(last, node.start + node.frames - shift)
    if first >= last:
        return
    inner = shift - node.start + node.offset
    level = Level(tuple(effect for effect in node.effects if isinstance(effect, Gain | Ramp)), inner)
    levels = (*levels, level) if level.effects else levels
    if isinstance(node, Group):
        for child in node.children:
            yield from _voices(child, inner, first, last, levels)
    elif node.sound and isinstance(node.source, VideoSource) and node.source.sound:
        source = node.source
        yield Voice(source.resource, first, last - first, first + inner, levels, source.layer)
