"""House sound: AAC frames that a player turns back into the samples, at their time."""

from typing import Any

import av
import numpy as np
import pytest
from av.audio.codeccontext import AudioCodecContext

from reelpress.studio.render.aac import FRAME_SAMPLES, PRIMING, encode_sound, sound_configuration
from reelpress.studio.render.media_in import SAMPLE_RATE
from reelpress.studio.render.sound import Samples


def clicks(seconds: float, every: int) -> Samples:
    """A short burst at every `every`th sample, from the first on."""
    total = np.zeros((2, round(seconds * SAMPLE_RATE)), np.float32)
    burst = np.hanning(96) * np.sin(2 * np.pi * 3000 * np.arange(96) / SAMPLE_RATE)
    for start in range(every, total.shape[1] - 96, every):
        total[:, start : start + 96] = 0.8 * burst
    return total


def played(frames: list[bytes]) -> Samples:
    """All that a decoder gives, priming included."""
    context: Any = AudioCodecContext.create("aac", "r")
    context.extradata = sound_configuration()
    context.sample_rate, context.layout = SAMPLE_RATE, "stereo"
    heard = [piece.to_ndarray() for data in frames for piece in context.decode(av.Packet(data))]
    heard += [piece.to_ndarray() for piece in context.decode(None)]
    return np.concatenate(heard, axis=1)


@pytest.mark.parametrize("seconds", [0.01, 0.5, 1.0, 2.345])
def test_frames_cover_the_sound_and_its_priming(seconds: float) -> None:
    sound = clicks(seconds, 6000)
    frames = encode_sound(sound)
    assert len(frames) * FRAME_SAMPLES >= sound.shape[1] + PRIMING
    assert (len(frames) - 2) * FRAME_SAMPLES < sound.shape[1] + PRIMING
    assert played(frames).shape == (2, len(frames) * FRAME_SAMPLES)


def test_every_sample_comes_back_after_the_priming_and_no_later() -> None:
    sound = clicks(2.0, 6000)
    heard = played(encode_sound(sound))[0]
    length = len(heard) + sound.shape[1]
    spectrum = np.fft.rfft(heard, length) * np.conj(np.fft.rfft(sound[0], length))
    assert int(np.argmax(np.fft.irfft(spectrum, length))) == PRIMING
    back = heard[PRIMING : PRIMING + sound.shape[1]]
    assert np.corrcoef(back, sound[0])[0, 1] > 0.98


def test_equal_sound_gives_equal_frames() -> None:
    sound = clicks(1.0, 5000)
    assert encode_sound(sound) == encode_sound(sound.copy())
    assert encode_sound(sound) != encode_sound(sound * 0.5)


def test_the_configuration_says_aac_lc_at_48_khz_in_stereo() -> None:
    said = int.from_bytes(sound_configuration()[:2], "big")
    assert (said >> 11, said >> 7 & 15, said >> 3 & 15) == (2, 3, 2)


def test_silence_costs_next_to_nothing_and_stays_silent() -> None:
    frames = encode_sound(np.zeros((2, SAMPLE_RATE), np.float32))
    assert sum(map(len, frames)) < 2000
    assert np.abs(played(frames)).max() < 1e-4
