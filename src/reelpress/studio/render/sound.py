"""The sound of a plan: every audible clip, through the levels of its groups, summed at 48 kHz."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reelpress.studio.plan.model import Plan, PlanPart
from reelpress.studio.render.media_in import SAMPLE_RATE, read_sound
from reelpress.studio.render.model import RenderFault
from reelpress.studio.scene.geometry import active, scalar_at
from reelpress.studio.scene.ops import Effect, Gain, Group, Node, Ramp, VideoSource

Samples = NDArray[np.float32]
_CEILING = 0.98  # full scale less a little, because AAC overshoots


@dataclass(frozen=True, slots=True)
class _Level:
    """Effects that set a level; `shift` takes the part's position to the effects' own."""

    effects: tuple[Effect, ...]
    shift: float

    def at(self, position: float) -> float:
        factor = 1.0
        for effect in self.effects:
            own = position + self.shift
            if not active(effect, own):
                continue
            if isinstance(effect, Gain):
                factor *= 10 ** (scalar_at(effect.level, own - effect.first, 0.0) / 20)
            elif isinstance(effect, Ramp):
                factor *= max(0.0, scalar_at(effect.factor, own - effect.first))
        return factor


@dataclass(frozen=True, slots=True)
class _Voice:
    """A clip that is heard over `first .. first + frames` of the part; its file starts `offset` frames in."""

    resource: str
    first: float
    frames: float
    offset: float
    levels: tuple[_Level, ...]


def is_heard(plan: Plan) -> bool:
    """Whether anything in the plan has sound."""
    return any(voice.frames > 0 for part in plan.parts for voice in _voices_of(part))


def mix(plan: Plan, files: Mapping[str, Path]) -> Samples | None:
    """2 x n samples in -1..1, or None when nothing in the plan is heard."""
    voices = [(part, voice) for part in plan.parts for voice in _voices_of(part)]
    heard = [(part, voice) for part, voice in voices if voice.frames > 0]
    if not heard:
        return None
    total = np.zeros((2, round(plan.duration_s * SAMPLE_RATE)), np.float32)
    for part, voice in heard:
        _add(plan, part, voice, files, total)
    peak = float(np.abs(total).max()) if total.size else 0.0
    return np.clip(total, -_CEILING, _CEILING) if peak > _CEILING else total


def _voices_of(part: PlanPart) -> Iterator[_Voice]:
    yield from _voices(part.root, 0.0, 0.0, float(part.root.frames), ())


def _voices(
    node: Node, shift: float, first: float, last: float, levels: tuple[_Level, ...]
) -> Iterator[_Voice]:
    """`shift` takes the part's position to the position the node's `start` counts in."""
    first, last = max(first, node.start - shift), min(last, node.start + node.frames - shift)
    if first >= last:
        return
    inner = shift - node.start + node.offset
    level = _Level(tuple(effect for effect in node.effects if isinstance(effect, Gain | Ramp)), inner)
    levels = (*levels, level) if level.effects else levels
    if isinstance(node, Group):
        for child in node.children:
            yield from _voices(child, inner, first, last, levels)
    elif node.sound and isinstance(node.source, VideoSource) and node.source.sound:
        yield _Voice(node.source.resource, first, last - first, first + inner, levels)


def _add(plan: Plan, part: PlanPart, voice: _Voice, files: Mapping[str, Path], total: Samples) -> None:
    path = files.get(voice.resource)
    if path is None:
        raise RenderFault("the file is missing.", voice.resource)
    rate = part.fps_num / part.fps_den
    start = round((part.first / float(plan.fps) + voice.first / rate) * SAMPLE_RATE)
    samples = read_sound(path, voice.resource, voice.offset / rate, voice.frames / rate)
    samples = samples[:, : max(0, total.shape[1] - start)]
    if voice.levels:
        samples = samples * _envelope(voice, rate, samples.shape[1])
    total[:, start : start + samples.shape[1]] += samples


def _envelope(voice: _Voice, rate: float, length: int) -> Samples:
    """Levels once a frame, straight lines between, as melt ramps them."""
    steps = np.arange(int(np.ceil(voice.frames)) + 1)
    factors = [float(np.prod([level.at(voice.first + step) for level in voice.levels])) for step in steps]
    return np.interp(np.arange(length) / SAMPLE_RATE * rate, steps, factors).astype(np.float32)
