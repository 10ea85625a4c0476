"""The sound of a plan: every audible clip, through the levels of its groups, summed at 48 kHz."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reelpress.studio.plan.model import Plan, PlanPart
from reelpress.studio.plan.voices import Voice, voices_of
from reelpress.studio.render.media_in import SAMPLE_RATE, read_sound
from reelpress.studio.render.model import RenderFault

Samples = NDArray[np.float32]
_CEILING = 0.98  # full scale less a little, because AAC overshoots


def is_heard(plan: Plan) -> bool:
    """Whether anything in the plan has sound."""
    return any(True for part in plan.parts for _ in voices_of(part))


def mix(plan: Plan, files: Mapping[str, Path]) -> Samples | None:
    """2 x n samples in -1..1, or None when nothing in the plan is heard."""
    heard = [(part, voice) for part in plan.parts for voice in voices_of(part)]
    if not heard:
        return None
    total = np.zeros((2, round(plan.duration_s * SAMPLE_RATE)), np.float32)
    for part, voice in heard:
        _add(plan, part, voice, files, total)
    peak = float(np.abs(total).max()) if total.size else 0.0
    return np.clip(total, -_CEILING, _CEILING) if peak > _CEILING else total


def _add(plan: Plan, part: PlanPart, voice: Voice, files: Mapping[str, Path], total: Samples) -> None:
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


def _envelope(voice: Voice, rate: float, length: int) -> Samples:
    """Levels once a frame, straight lines between, as melt ramps them."""
    steps = np.arange(int(np.ceil(voice.frames)) + 1)
    factors = [float(np.prod([level.at(voice.first + step) for level in voice.levels])) for step in steps]
    return np.interp(np.arange(length) / SAMPLE_RATE * rate, steps, factors).astype(np.float32)
