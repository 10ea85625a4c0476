"""The sound of a plan: every audible clip, through the levels of its groups, summed at 48 kHz."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reelpress.studio.plan.mapping import Resolved, image_key
from reelpress.studio.plan.model import Plan, PlanPart
from reelpress.studio.plan.voices import Voice, voices_of
from reelpress.studio.render.media_in import SAMPLE_RATE, read_sound
from reelpress.studio.render.model import RenderFault

Samples = NDArray[np.float32]
_CEILING = 0.98  # full scale less a little, because AAC overshoots


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """Samples and where in the video the first of them is heard, in samples."""

    start: int
    samples: Samples

    @property
    def end(self) -> int:
        return self.start + self.samples.shape[1]


def is_heard(plan: Plan) -> bool:
    """Whether anything in the plan has sound, the clips of a request included."""
    return any(True for part in plan.parts for _ in voices_of(part))


def mix(plan: Plan, files: Mapping[str, Path], resolved: Resolved | None = None) -> Samples | None:
    """2 x n samples in -1..1 with the clips of `resolved`, or None when nothing in the plan is heard."""
    if not is_heard(plan):
        return None
    total = shared_sum(plan, files)
    for heard in own_sounds(plan, resolved, files) if resolved else ():
        total[:, heard.start : heard.end] += heard.samples
    return limited(total)


def shared_sum(plan: Plan, files: Mapping[str, Path]) -> Samples:
    """What everyone hears, before it is limited."""
    total = np.zeros((2, samples_of(plan)), np.float32)
    for part in plan.parts:
        for voice in voices_of(part):
            if not voice.layer:
                heard = _heard(plan, part, voice, voice.resource, files)
                total[:, heard.start : heard.end] += heard.samples
    return total


def own_sounds(plan: Plan, resolved: Resolved, files: Mapping[str, Path]) -> Iterator[Heard]:
    """What the clips of a request, or their samples, add to it."""
    for part in plan.parts:
        for voice in voices_of(part):
            file = resolved.file_of(voice.layer) if voice.layer else None
            name = image_key(file.field) if file and file.value else voice.resource
            if voice.layer and name:
                yield _heard(plan, part, voice, name, files)


def samples_of(plan: Plan) -> int:
    """How many samples the whole video has."""
    return round(plan.duration_s * SAMPLE_RATE)


def limited(total: Samples) -> Samples:
    """No louder than the ceiling; a stretch is limited as the whole is."""
    return np.clip(total, -_CEILING, _CEILING)


def _heard(plan: Plan, part: PlanPart, voice: Voice, name: str, files: Mapping[str, Path]) -> Heard:
    path = files.get(name)
    if path is None:
        raise RenderFault("the file is missing.", name)
    rate = part.fps_num / part.fps_den
    start = round((part.first / float(plan.fps) + voice.first / rate) * SAMPLE_RATE)
    samples = read_sound(path, name, voice.offset / rate, voice.frames / rate)
    samples = samples[:, : max(0, samples_of(plan) - start)]
    if voice.levels:
        samples = samples * _envelope(voice, rate, samples.shape[1])
    return Heard(start, samples)


def _envelope(voice: Voice, rate: float, length: int) -> Samples:
    """Levels once a frame, straight lines between, as melt ramps them."""
    steps = np.arange(int(np.ceil(voice.frames)) + 1)
    factors = [float(np.prod([level.at(voice.first + step) for level in voice.levels])) for step in steps]
    return np.interp(np.arange(length) / SAMPLE_RATE * rate, steps, factors).astype(np.float32)
