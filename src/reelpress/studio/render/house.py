"""The house encoding: H.264 whose pieces can be joined, whoever encoded them and however slowly.

What decides SPS and PPS is pinned: without B pictures, psycho-visual options and weighted prediction, with
one reference and `stitchable`, every preset writes the same parameter sets (x264 core 165). The number of
threads is pinned as well, because x264's bytes depend on it.
"""

import math
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import av
from av.video.codeccontext import VideoCodecContext

from reelpress.studio.render.mp4.h264 import annex_b_units, parameter_sets, picture_units
from reelpress.studio.render.planes import Frame, black

PINNED = (
    "bframes=0:ref=1:weightp=0:cabac=1:8x8dct=1:psy=0:stitchable=1:open-gop=0:force-cfr=1:"
    "keyint=infinite:lookahead-threads=1:sliced-threads=0"
)
_BT709 = _LIMITED = 1
BUILD = f"av {av.__version__}"  # the wheel carries its x264; another build may write other bytes

NalUnits = list[bytes]


@dataclass(frozen=True, slots=True)
class Coding:
    """How frames are encoded; `rate` is constant quality (`crf`) or a constant quantiser (`qp`).

    x264 has whole quantisers: at 23.25 every fourth picture is coded at 24. `zones` are x264's.
    """

    preset: str
    rate: str
    value: float
    extra: str = ""
    zones: tuple[str, ...] = ()
    threads: int = 1

    def at(self, value: float) -> "Coding":
        return replace(self, value=value)

    def with_extra(self, extra: str) -> "Coding":
        return replace(self, extra=":".join(filter(None, (self.extra, extra))))


# Paid once for all customers: slower, and a scene change may begin a GOP.
SHARED = Coding("medium", "crf", 24.0)
# Paid for every customer: no lookahead, a constant quantiser chosen by measurement (see `quality`), and two
# frames at once, so that two cores share a span without a second IDR.
PERSONAL = Coding(
    "veryfast",
    "qp",
    23.0,
    "scenecut=0:rc-lookahead=0:mbtree=0",
    # The filter would darken a column of flat text three pixels from a hard edge where blocks are intra.
    zones=("0,0,no-deblock=1",),
    threads=2,
)
LONGEST_S = 5.0  # of a run at a quantiser
SHORT_VECTORS = "mvrange=32"  # of at most 32 pixels, which stay within a band's guards (see `bands`)
BAND = PERSONAL.with_extra(SHORT_VECTORS)


@dataclass(frozen=True, slots=True)
class Coded:
    """The slices of every picture in order, without parameter sets and SEI. The first is an IDR."""

    pictures: list[NalUnits]
    sps: bytes
    pps: bytes


def encode(frames: Iterable[Frame], fps: Fraction, coding: Coding) -> Coded:
    """One closed run that begins with an IDR. Equal input gives equal bytes."""
    context: Any = None  # PyAV leaves its Packet type open, which strict checking refuses
    units: list[NalUnits] = []
    for number, frame in enumerate(frames):
        context = context or _context(frame.width, frame.height, fps, coding)
        picture = frame.picture()
        picture.pts, picture.time_base = number, 1 / fps
        units += [annex_b_units(bytes(packet)) for packet in context.encode(picture)]
    assert context is not None, "a run has at least one frame"
    units += [annex_b_units(bytes(packet)) for packet in context.encode(None)]
    sps, pps = parameter_sets(unit for picture in units for unit in picture)
    return Coded([picture_units(picture) for picture in units], sps, pps)


@lru_cache(maxsize=32)
def house_sets(width: int, height: int, fps: Fraction) -> tuple[bytes, bytes]:
    """SPS and PPS of every house video of this size and rate."""
    coded = encode([black(width, height)], fps, PERSONAL)
    return coded.sps, coded.pps


_opening = threading.Lock()  # opening a codec is not safe in every build of FFmpeg


def _whole(coding: Coding) -> float:
    return math.floor(coding.value) if coding.rate == "qp" else coding.value


def _zones(coding: Coding, fps: Fraction) -> str:
    """The parameter `zones`, with the pictures that make up for the fraction of a quantiser."""
    whole = _whole(coding)
    share = coding.value - whole if coding.rate == "qp" else 0.0
    coarser = [
        f"{number},{number},q={whole + 1}"
        for number in range(math.ceil(LONGEST_S * fps) + 1 if share else 0)
        if math.floor((number + 1) * share) > math.floor(number * share)
    ]
    zones = [*coding.zones, *coarser]
    return f"zones={'/'.join(zones)}" if zones else ""


def _context(width: int, height: int, fps: Fraction, coding: Coding) -> VideoCodecContext:
    context = VideoCodecContext.create("libx264", "w")
    assert isinstance(context, VideoCodecContext)
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.time_base, context.framerate = 1 / fps, fps
    context.sample_aspect_ratio = Fraction(1)
    context.color_range = _LIMITED
    context.colorspace = context.color_primaries = context.color_trc = _BT709
    context.thread_count = coding.threads
    context.options = {
        "preset": coding.preset,
        "profile": "high",
        coding.rate: f"{_whole(coding):g}",
        "x264-params": ":".join(filter(None, (PINNED, coding.extra, _zones(coding, fps)))),
    }
    with _opening:
        context.open()
    return context
