"""A customer's own sound in everyone's: the frames it changes are hers, and nobody hears where they begin."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pytest

from reelpress.studio.render.aac import FRAME_SAMPLES, as_played, encode_sound
from reelpress.studio.render.aac_head import overlap_of
from reelpress.studio.render.media_in import SAMPLE_RATE
from reelpress.studio.render.segment import Segment
from reelpress.studio.render.sound import Heard, Samples, limited
from reelpress.studio.render.splice import own_frames

LENGTH = 3 * SAMPLE_RATE


@lru_cache
def ground(kind: str) -> Samples:
    """What everyone hears: tones that never rest, with hiss, or with a knock eight times a second."""
    at = np.arange(LENGTH) / SAMPLE_RATE
    left = 0.15 * np.sin(2 * np.pi * 311 * at) * (1 + 0.5 * np.sin(2 * np.pi * 3 * at))
    total = np.stack([left, 0.8 * left + 0.1 * np.sin(2 * np.pi * 1234 * at)])
    if kind == "hiss":
        total += 0.02 * np.random.default_rng(1).standard_normal(total.shape)
    if kind == "knocks":
        for first in range(0, LENGTH, SAMPLE_RATE // 8):
            total[:, first : first + 90] += 0.5 * np.hanning(90)
    return (total if kind != "silence" else np.zeros_like(total)).astype(np.float32)


@lru_cache
def stream(kind: str) -> tuple[bytes, ...]:
    return tuple(encode_sound(limited(ground(kind))))


def speech(length: int, level: float = 0.25) -> Samples:
    """A chirp that starts and ends at full level, as a cut clip does."""
    at = np.arange(length) / SAMPLE_RATE
    wave = level * np.sin(2 * np.pi * (500 + 900 * at) * at)
    return np.stack([wave, -0.5 * wave]).astype(np.float32)


@dataclass(frozen=True)
class Spliced:
    own: Segment
    frames: list[bytes]
    mixed: Samples

    @property
    def joined(self) -> Samples:
        return as_played(self.frames)[:, :LENGTH]

    @property
    def straight(self) -> Samples:
        return as_played(encode_sound(self.mixed))[:, :LENGTH]


def spliced(kind: str, *sounds: Heard, into: Sequence[bytes] = ()) -> Spliced:
    shared = list(into or stream(kind))
    own = own_frames(ground(kind), sounds, shared)
    for number, frame in zip(own.keys.tolist(), own.samples(), strict=True):
        shared[number] = frame
    mixed = ground(kind).copy()
    for sound in sounds:
        mixed[:, sound.start : sound.end] += sound.samples
    return Spliced(own, shared, limited(mixed))


def noise(heard: Samples, mixed: Samples, first: int, last: int) -> tuple[float, float]:
    """Largest and mean error in samples first..last."""
    off = np.abs(heard - mixed)[:, max(0, first) : last]
    return float(off.max()), float(np.sqrt((off**2).mean()))


@pytest.mark.parametrize("kind", ["tones", "hiss", "knocks", "silence"])
@pytest.mark.parametrize("start", [50_001, 57_344])
def test_nobody_hears_where_it_begins_and_ends(kind: str, start: int) -> None:
    made = spliced(kind, Heard(start, speech(30_000)))
    joined, straight = made.joined, made.straight
    for frame in (int(made.own.keys[0]), int(made.own.keys[-1]) + 1):
        near = (frame - 2) * FRAME_SAMPLES, (frame + 1) * FRAME_SAMPLES
        most, mean = noise(joined, made.mixed, *near)
        most_straight, mean_straight = noise(straight, made.mixed, *near)
        assert most <= 1.3 * most_straight + 0.003
        assert mean <= 1.1 * mean_straight + 0.0003
    assert noise(joined, made.mixed, 0, LENGTH)[1] <= 1.1 * noise(straight, made.mixed, 0, LENGTH)[1] + 0.0003


def test_a_splice_without_priming_would_be_heard() -> None:
    """What the test above can see."""
    sound = Heard(50_001, speech(30_000))
    made = spliced("tones", sound)
    first, last = int(made.own.keys[0]), int(made.own.keys[-1])
    cold = encode_sound(made.mixed[:, first * FRAME_SAMPLES : (last + 3) * FRAME_SAMPLES])
    frames = [*stream("tones")[:first], *cold[: last + 1 - first], *stream("tones")[last + 1 :]]
    heard = as_played(frames)[:, :LENGTH]
    near = (first - 2) * FRAME_SAMPLES, (first + 1) * FRAME_SAMPLES
    assert noise(heard, made.mixed, *near)[0] > 10 * noise(made.straight, made.mixed, *near)[0] + 0.003


def test_it_is_heard_at_its_sample() -> None:
    made = spliced("silence", Heard(50_001, speech(30_000)))
    spectrum = np.fft.rfft(made.joined[0]) * np.conj(np.fft.rfft(made.mixed[0]))
    assert int(np.argmax(np.fft.irfft(spectrum))) == 0


def test_only_the_frames_it_is_heard_in_are_hers_and_all_others_are_everyones() -> None:
    made = spliced("hiss", Heard(50_001, speech(30_000)))
    assert len(made.own.sizes) <= 30_000 / FRAME_SAMPLES + 8
    others = set(range(len(made.frames))) - set(made.own.keys.tolist())
    assert all(made.frames[number] == stream("hiss")[number] for number in others)
    assert len(others) > 0.7 * len(made.frames)


def test_silence_changes_no_frame() -> None:
    made = spliced("hiss", Heard(20_000, np.zeros((2, 60_000), np.float32)))
    assert len(made.own.sizes) == 0


def test_two_that_stand_apart_are_two_stretches_and_near_ones_are_one() -> None:
    def stretches(second: int) -> int:
        made = spliced("tones", Heard(5000, speech(3000)), Heard(second, speech(3000)))
        return 1 + int((np.diff(made.own.keys.astype(int)) > 1).sum())

    assert stretches(130_000) == 2
    assert stretches(20_000) == 1


@pytest.mark.parametrize(("start", "length"), [(0, 9000), (LENGTH - 9000, 9000), (0, LENGTH)])
def test_the_ends_of_the_video_are_places_as_any(start: int, length: int) -> None:
    made = spliced("tones", Heard(start, speech(length)))
    assert len(made.frames) == len(stream("tones"))
    assert (
        noise(made.joined, made.mixed, 0, LENGTH)[0]
        <= 1.3 * noise(made.straight, made.mixed, 0, LENGTH)[0] + 0.003
    )


def test_louder_than_full_scale_is_limited_as_the_whole_is() -> None:
    made = spliced("tones", Heard(50_001, speech(30_000, 3.0)))
    assert np.abs(made.mixed).max() == pytest.approx(0.98)
    assert (
        noise(made.joined, made.mixed, 0, LENGTH)[1] <= 1.1 * noise(made.straight, made.mixed, 0, LENGTH)[1]
    )


def test_it_passes_only_where_both_streams_shape_their_overlap_alike() -> None:
    """Frames of another stream, in short blocks, stand where ours would begin: it begins before them."""
    sound = Heard(70_001, speech(10_000))
    usual = int(spliced("tones", sound).own.keys[0])
    knocks = stream("knocks")
    short = next(
        frame for frame in knocks if overlap_of(frame) not in (None, overlap_of(stream("tones")[usual]))
    )
    other = [*stream("tones")[: usual - 3], *[short] * 3, *stream("tones")[usual:]]
    made = spliced("tones", sound, into=other)
    assert int(made.own.keys[0]) == usual - 3
    assert made.frames[: usual - 3] == list(stream("tones")[: usual - 3])
