"""Pictures and sound coded for real, as packets without a file; every picture's grey tells its number."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from reelpress.studio.render.mp4 import AudioTrack, VideoTrack
from reelpress.studio.render.mp4.h264 import annex_b_units, is_idr, parameter_sets, to_sample

WIDTH, HEIGHT = 320, 180
RATE = 48_000
PRIMING = 1024  # samples that the encoder puts before the sound
DARKEST, STEP = 20, 3  # the grey of picture n is DARKEST + STEP * n
NTSC = Fraction(30_000, 1001)


@dataclass(frozen=True, eq=False)
class Pictures:
    track: VideoTrack
    samples: list[bytes]
    access_units: list[bytes]  # in Annex B


@dataclass(frozen=True, eq=False)
class Sound:
    track: AudioTrack
    samples: list[bytes]


def set_up_pictures(encoder: Any, fps: Fraction, gop: int = 20) -> None:
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.framerate, encoder.time_base = fps, 1 / fps
    encoder.sample_aspect_ratio = Fraction(1)
    encoder.color_range = encoder.colorspace = encoder.color_primaries = encoder.color_trc = 1
    encoder.thread_count = 1
    encoder.options = {
        "preset": "veryfast",
        "crf": "10",
        "x264-params": f"bframes=0:ref=1:weightp=0:keyint={gop}:min-keyint={gop}:scenecut=0:threads=1:aud=1",
    }


def set_up_sound(encoder: Any) -> None:
    encoder.sample_rate, encoder.layout, encoder.format = RATE, "stereo", "fltp"
    encoder.bit_rate = 160_000


@lru_cache
def pictures(count: int = 60, fps: Fraction = NTSC, gop: int = 20) -> Pictures:
    encoder: Any = av.CodecContext.create("libx264", "w")
    set_up_pictures(encoder, fps, gop)
    packets = [bytes(packet) for number in range(count) for packet in encoder.encode(_grey(number))]
    packets += [bytes(packet) for packet in encoder.encode(None)]
    units = [annex_b_units(packet) for packet in packets]
    sps, pps = parameter_sets(unit for each in units for unit in each)
    samples = [to_sample(packet) for packet in packets]
    sizes = np.array([len(sample) for sample in samples], np.uint32)
    keyframes = np.flatnonzero([is_idr(each) for each in units])
    return Pictures(VideoTrack(WIDTH, HEIGHT, fps, sps, pps, sizes, keyframes), samples, packets)


@lru_cache
def sound(samples: int = 2 * RATE) -> Sound:
    """Two sines; the encoder's last frame is filled with silence."""
    encoder: Any = av.CodecContext.create("aac", "w")
    set_up_sound(encoder)
    encoder.open()
    times = np.arange(samples) / RATE
    wave = np.stack([0.25 * np.sin(2 * np.pi * tone * times) for tone in (440, 660)]).astype(np.float32)
    packets: list[bytes] = []
    for start in range(0, samples, 1024):
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(wave[:, start : start + 1024]), "fltp", "stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    packets += [bytes(packet) for packet in encoder.encode(None)]
    sizes = np.array([len(packet) for packet in packets], np.uint32)
    return Sound(AudioTrack(bytes(encoder.extradata), sizes, PRIMING, samples), packets)


def _grey(number: int) -> VideoFrame:
    planes = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
    planes[:HEIGHT] = DARKEST + STEP * (number % 60)
    frame = VideoFrame.from_ndarray(planes, "yuv420p")
    frame.pts = number
    frame.color_range = frame.colorspace = 1
    return frame
