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

from reelpress.studio.plan.spans import MAX_SPAN_S
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
class Rhythm:
    """Which pictures of a run at a constant quantiser are coded otherwise than the rest, in pictures.

    Every `finer_every`-th is coded `finer_by` quantisers finer, every `finest_every`-th `finest_by`, and what
    stands still after it stays so. x264 codes no picture finer than the IDR.
    Every `unfiltered_every`-th is not deblocked: beside a hard edge the filter darkens flat text where blocks
    are intra; they come out intra again in picture after picture, and only one without it heals that. A finer
    picture should be one of them, it is where blocks turn intra.
    A cut is coded like the IDR of the run: not deblocked, `cut_by` quantisers finer.
    """

    cut_by: int
    unfiltered_every: int = 0
    finer_every: int = 0
    finer_by: int = 0
    finest_every: int = 0
    finest_by: int = 0

    def unfiltered(self, number: int) -> bool:
        return number % self.unfiltered_every == 0 if self.unfiltered_every else number == 0

    def finer(self, number: int) -> int:
        """By how many quantisers; x264 itself does it for the IDR (`ipratio`)."""
        if number and self.finest_every and number % self.finest_every == 0:
            return self.finest_by
        return self.finer_by if number and self.finer_every and number % self.finer_every == 0 else 0


@dataclass(frozen=True, slots=True)
class Coding:
    """How frames are encoded; `rate` is constant quality (`crf`) or a constant quantiser (`qp`).

    x264 has whole quantisers: at 23.25 every fourth picture is coded at 24. A `rhythm` is for `qp` alone;
    `cuts` are numbers of pictures with which something new begins, `busy` of those where much changes (not
    deblocked either, where the rhythm leaves out others). No quantiser above `coarsest` suits it.
    """

    preset: str
    rate: str
    value: float
    extra: str = ""
    rhythm: Rhythm | None = None
    threads: int = 1
    cuts: tuple[int, ...] = ()
    busy: tuple[int, ...] = ()
    coarsest: int = 29

    def at(self, value: float) -> "Coding":
        return replace(self, value=value)

    def with_extra(self, extra: str) -> "Coding":
        return replace(self, extra=":".join(filter(None, (self.extra, extra))))


# Paid once for all customers: slower, and a scene change may begin a GOP. Full adaptive quantisation leaves
# single blocks far behind a straight encode.
SHARED = Coding("medium", "crf", 24.0, "aq-strength=0.8")
# Paid for every customer: no lookahead, a constant quantiser chosen by measurement (see `quality`), and two
# frames at once, so that two cores share a span without a second IDR. Which of PERSONAL is measured as well.
_PERSONAL = "scenecut=0:rc-lookahead=0:mbtree=0:trellis=1"
# Film and drawings: small residues are kept, the IDR is coded seven quantisers finer.
CLEAN = Coding(
    "veryfast",
    "qp",
    26.0,
    f"{_PERSONAL}:deadzone-inter=6:no-dct-decimate=1:ipratio=2.25",
    Rhythm(cut_by=5, unfiltered_every=2, finer_every=8, finer_by=5),
    threads=2,
)
# What is flat hides a coarser quantiser than film does, and shows what the deblocking filter does beside
# letters. What stands still is worth a very fine picture now and then, what moves over it a better search.
DRAWN = replace(
    CLEAN.with_extra("subme=4:me=umh"),
    rhythm=Rhythm(5, unfiltered_every=1, finer_every=6, finer_by=5, finest_every=18, finest_by=7),
    coarsest=32,
)
# Over grain that would be spent on noise, and a strong deblocking filter takes the grain with it.
GRAINY = Coding(
    "veryfast", "qp", 23.0, f"{_PERSONAL}:deblock=-2,-2:ipratio=1.79", Rhythm(cut_by=3), threads=2
)
PERSONAL = {"clean": CLEAN, "drawn": DRAWN, "grainy": GRAINY}
LONGEST_S = MAX_SPAN_S  # of a run at a quantiser


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
    coded = encode([black(width, height)], fps, CLEAN)
    return coded.sps, coded.pps


_opening = threading.Lock()  # opening a codec is not safe in every build of FFmpeg


def _whole(coding: Coding) -> float:
    return math.floor(coding.value) if coding.rate == "qp" else coding.value


def _zones(coding: Coding, fps: Fraction) -> str:
    """The parameter `zones`: every picture that is not coded at the whole quantiser, and unfiltered ones."""
    whole, rhythm = int(_whole(coding)), coding.rhythm
    if coding.rate != "qp":
        return ""
    zones: list[str] = []
    for number in range(math.ceil(LONGEST_S * fps) + 1):
        quantiser = whole + _coarser(coding.value - whole, number)
        unfiltered = False
        if rhythm is not None:
            cut = number in coding.cuts
            quantiser -= rhythm.cut_by if cut else rhythm.finer(number)
            busy = rhythm.unfiltered_every > 0 and number in coding.busy  # grain changes everywhere, always
            unfiltered = cut or busy or rhythm.unfiltered(number)
        said = [f"q={quantiser}"] if quantiser != whole else []
        said += ["no-deblock=1"] if unfiltered else []
        zones += [",".join((str(number), str(number), *said))] if said else []
    return f"zones={'/'.join(zones)}" if zones else ""


def _coarser(share: float, number: int) -> int:
    """1 for that share of the pictures, spread evenly, else 0."""
    return math.floor((number + 1) * share) - math.floor(number * share)


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
