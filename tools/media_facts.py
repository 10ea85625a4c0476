"""What media are, found out by decoding them to the last frame; nobody's word is taken."""

import io
import math
import xml.etree.ElementTree as ElementTree
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import av.logging
import numpy as np
from PIL import Image

MAX_PREVIEW_BYTES = 1_000_000
QUIETEST_DBFS = -45.0  # music of the samples is about 20 dB louder
FLAT = 8.0  # a picture whose brightness varies less than this shows nothing


class MediaFault(Exception):
    """What is wrong with a medium."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Pixels, frames and frames a second of a template."""

    width: int
    height: int
    frames: int
    rate: Fraction


def template_shape(document: Path) -> Shape:
    """From the profile and the last frame of the outermost tractor of an MLT document."""
    root = ElementTree.parse(document).getroot()
    profile = root.find("profile")
    tractor = root.findall("tractor")[-1]
    if profile is None:
        raise MediaFault(f"{document} has no profile")
    rate = Fraction(int(profile.get("frame_rate_num", "0")), int(profile.get("frame_rate_den", "1")))
    last = _frame_number(tractor.get("out", ""), rate)
    return Shape(int(profile.get("width", "0")), int(profile.get("height", "0")), last + 1, rate)


def check_mp4(data: bytes, size: tuple[int, int], frames: int, duration_s: float) -> str:
    """H.264 and AAC, every frame decodes without a word from the decoder, the sound is there to the end."""
    if data.find(b"moov") > data.find(b"mdat"):
        raise MediaFault("the index stands behind the media: it cannot play before it is loaded whole")
    with _silent_decoder(), av.open(io.BytesIO(data)) as container:
        if not container.streams.video or not container.streams.audio:
            raise MediaFault("the film lacks picture or sound")
        video, audio = container.streams.video[0], container.streams.audio[0]
        if (video.codec_context.name, audio.codec_context.name) != ("h264", "aac"):
            raise MediaFault(f"codecs are {video.codec_context.name} and {audio.codec_context.name}")
        decoded = _decoded(container)
        times = decoded.times
    if (video.width, video.height) != size:
        raise MediaFault(f"{video.width}x{video.height} pixels instead of {size[0]}x{size[1]}")
    if len(times) != frames:
        raise MediaFault(f"{len(times)} frames instead of {frames}")
    if any(later <= earlier for earlier, later in pairwise(times)):
        raise MediaFault("its pictures are not in order")
    if max(decoded.variation) < FLAT:
        raise MediaFault("nothing is to be seen in any picture")
    seconds = float(times[-1] - times[0]) + float(times[1] - times[0])
    if abs(seconds - duration_s) > 0.05:
        raise MediaFault(f"{seconds:.2f} s instead of {duration_s:.2f} s")
    return f"{len(times)} frames, {seconds:.2f} s, {_check_sound(decoded, seconds)}"


def check_moving_picture(data: bytes, form: str, aspect: float) -> str:
    """A GIF or WebP with several different frames, the first of which stands alone."""
    if len(data) > MAX_PREVIEW_BYTES:
        raise MediaFault(f"{len(data)} bytes; some mail programs show nothing above {MAX_PREVIEW_BYTES}")
    with Image.open(io.BytesIO(data)) as image:
        if image.format != form:
            raise MediaFault(f"it is {image.format}, not {form}")
        brightness: list[np.ndarray[Any, Any]] = []
        duration_ms = 0
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            image.load()
            duration_ms += int(image.info.get("duration", 0))
            brightness.append(np.asarray(image.convert("L"), dtype=np.float32))
        width, height = image.size
    if len(brightness) < 2 or duration_ms == 0:
        raise MediaFault("it does not move")
    if all(np.array_equal(brightness[0], other) for other in brightness[1:]):
        raise MediaFault("all its frames are the same")
    if brightness[0].std() < FLAT:
        raise MediaFault("its first frame shows nothing, and some mail programs show no other")
    if abs(width / height - aspect) > 0.02:
        raise MediaFault(f"{width}x{height} is not the film's shape")
    return f"{form} {width}x{height}, {len(brightness)} frames, {duration_ms / 1000:.1f} s, {len(data)} bytes"


def check_jpeg(data: bytes, width: int, height: int) -> str:
    """A whole JPEG of this size that shows something."""
    with Image.open(io.BytesIO(data)) as image:
        if image.format != "JPEG" or image.size != (width, height):
            raise MediaFault(f"it is {image.format} {image.size}, not JPEG {width}x{height}")
        image.load()
        if np.asarray(image.convert("L"), dtype=np.float32).std() < FLAT:
            raise MediaFault("the picture shows nothing")
    return f"JPEG {width}x{height}, {len(data)} bytes"


@contextmanager
def _silent_decoder() -> Generator[None]:
    """Raises MediaFault when the decoder had to warn or broke off."""
    before = av.logging.get_level()
    av.logging.set_level(av.logging.WARNING)
    try:
        with av.logging.Capture(local=False) as said:
            yield
    except av.FFmpegError as fault:
        raise MediaFault(f"it does not decode: {fault}") from fault
    finally:
        av.logging.set_level(before)
    if said:
        raise MediaFault(f"the decoder warns: {said[0]}")


@dataclass(frozen=True, slots=True)
class _Decoded:
    """Times of the pictures, how much each varies in brightness, samples of the first channel, their rate."""

    times: list[Fraction]
    variation: list[float]
    samples: "np.ndarray[Any, Any]"
    rate: int


def _decoded(container: Any) -> _Decoded:
    times: list[Fraction] = []
    variation: list[float] = []
    sound: list[np.ndarray[Any, Any]] = []
    rate = 0
    for frame in container.decode(video=0, audio=0):
        if isinstance(frame, av.VideoFrame):
            times.append(frame.pts * frame.time_base)
            small = frame.reformat(width=64, height=36, format="gray8").to_ndarray()
            variation.append(float(small.std()))
        else:
            rate = frame.sample_rate
            sound.append(frame.to_ndarray()[0].astype(np.float64))
    if len(times) < 2 or not sound:
        raise MediaFault("the film is empty")
    return _Decoded(times, variation, np.concatenate(sound), rate)


def _check_sound(decoded: _Decoded, seconds: float) -> str:
    length = len(decoded.samples) / decoded.rate
    if abs(length - seconds) > 0.1:
        raise MediaFault(f"the sound lasts {length:.2f} s, the picture {seconds:.2f} s")
    loudness = 10 * math.log10(max(float(np.mean(decoded.samples**2)), 1e-12))
    if loudness < QUIETEST_DBFS:
        raise MediaFault(f"the sound is silence ({loudness:.0f} dBFS)")
    return f"sound {loudness:.0f} dBFS"


def _frame_number(timecode: str, rate: Fraction) -> int:
    """`00:00:14.967` or a frame number."""
    if timecode.isdigit():
        return int(timecode)
    hours, minutes, seconds = timecode.split(":")
    return round((int(hours) * 3600 + int(minutes) * 60 + Fraction(seconds)) * rate)
