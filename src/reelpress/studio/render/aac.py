"""Samples -> AAC-LC frames that are copied into every customer's file."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.packet import Packet

from reelpress.studio.render.media_in import SAMPLE_RATE
from reelpress.studio.render.sound import Samples

BITS_PER_S = 160_000
FRAME_SAMPLES = 1024
PRIMING = 1024  # samples the encoder puts before the first real one; players skip them by the edit list


def encode_sound(samples: Samples) -> list[bytes]:
    """AAC frames of 2 x n samples at 48 kHz; the first `PRIMING` decoded samples are silence."""
    context: Any = _context()  # its Packet type is open, see `house`
    frames = [bytes(packet) for frame in sound_frames(samples) for packet in context.encode(frame)]
    return [*frames, *(bytes(packet) for packet in context.encode(None))]


def as_played(frames: Sequence[bytes]) -> Samples:
    """What a decoder makes of house sound, its priming left out."""
    context: Any = AudioCodecContext.create("aac", "r")
    context.extradata = sound_configuration()
    context.sample_rate, context.layout = SAMPLE_RATE, "stereo"
    heard = [piece.to_ndarray() for data in frames for piece in context.decode(Packet(data))]
    heard += [piece.to_ndarray() for piece in context.decode(None)]
    return np.concatenate(heard, axis=1)[:, PRIMING:]


@cache
def sound_configuration() -> bytes:
    """The AudioSpecificConfig of all house sound (ISO/IEC 14496-3, 1.6.2.1)."""
    extradata = _context().extradata
    assert extradata, "the encoder describes itself when it opens"
    return bytes(extradata)


def sound_frames(samples: Samples) -> Iterator[AudioFrame]:
    """Frames as the encoder takes them."""
    for start in range(0, samples.shape[1], FRAME_SAMPLES):
        piece = np.ascontiguousarray(samples[:, start : start + FRAME_SAMPLES])
        frame = AudioFrame.from_ndarray(piece, format="fltp", layout="stereo")
        frame.sample_rate = SAMPLE_RATE
        frame.pts, frame.time_base = start, Fraction(1, SAMPLE_RATE)
        yield frame


def _context() -> AudioCodecContext:
    context = AudioCodecContext.create("aac", "w")
    assert isinstance(context, AudioCodecContext)
    context.sample_rate, context.layout, context.format = SAMPLE_RATE, "stereo", "fltp"
    context.bit_rate = BITS_PER_S
    context.time_base = Fraction(1, SAMPLE_RATE)
    context.options = {"aac_coder": "fast"}  # at this rate its quality is the slow search's
    context.open()
    return context
