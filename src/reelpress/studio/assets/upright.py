"""Decoded frames of any film, made alike: upright, progressive, square pixels, bt709 limited, steady rate.

Every argument of a filter is a number or a word of ours. Runs in the sandbox.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain

from av.error import BlockingIOError as WantsMore
from av.error import EOFError as NoMore
from av.filter import Graph
from av.sidedata.sidedata import SideData
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from reelpress.studio.assets.faults import MediaFault
from reelpress.studio.assets.probe import MAX_DURATION_S

BT709, BT601 = 1, 6
KNOWN_MATRICES = frozenset((1, 4, 5, 6, 7, 9, 10))  # ISO/IEC 23091-2 codes that swscale has
HD_FROM_PX = 750_000  # an untagged picture this large means bt709 (as MLT guesses), a smaller one bt601
WIDEST_ASPECT = 4
UNKNOWN_TIME = Fraction(1, 1000)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a filter graph is made for; a film may change it at any frame. `matrix` 0: RGB."""

    width: int
    height: int
    pixels: str
    matrix: int
    full_range: bool
    interlaced: bool
    time_base: Fraction


def steady_frames(decoded: Iterator[VideoFrame], stream: VideoStream, rate: Fraction) -> Iterator[VideoFrame]:
    """One frame per 1/rate second, all of the first one's size. Raises MediaFault when it is too long."""
    frames = upright_frames(decoded, stream)
    first = next(frames, None)
    if first is None:
        return
    base = first.time_base or UNKNOWN_TIME
    shape = f"video_size={first.width}x{first.height}:pix_fmt={first.format.name}:{_time_base(base)}"
    graph = _linked(("buffer", shape), ("fps", f"fps={rate.numerator}/{rate.denominator}"))
    begin: int | None = None
    for frame in chain([first], frames):
        if frame.pts is None:
            continue
        frame.pts = round(frame.pts * (frame.time_base or base) / base)
        frame.time_base = base
        frame.duration = frame.duration or max(round(1 / (rate * base)), 1)  # else the last one is lost
        begin = frame.pts if begin is None else begin
        if (frame.pts - begin) * base > MAX_DURATION_S:  # before the gap is filled with frames
            raise MediaFault(f"it is longer than {MAX_DURATION_S:.0f} s", "cut it into shorter pieces")
        yield from _through(graph, frame)
    yield from _through(graph, None)


def upright_frames(decoded: Iterator[VideoFrame], stream: VideoStream) -> Iterator[VideoFrame]:
    """Frames as they are to be seen, yuv420p bt709 limited; a change of shape on the way is scaled away."""
    shape: Shape | None = None
    graph: Graph | None = None
    turns: tuple[tuple[str, str], ...] = ()
    size = (0, 0)
    for frame in decoded:
        if shape is None:
            turns = turns_of(frame)
            size = _size(frame, stream.sample_aspect_ratio)
        found = _shape(frame, stream, shape)
        if graph is None or found != shape:
            if graph is not None:
                yield from _through(graph, None)
            shape, graph = found, _upright_graph(found, size, turns)
        yield from _through(graph, frame)
    if graph is not None:
        yield from _through(graph, None)


def turns_of(frame: VideoFrame) -> tuple[tuple[str, str], ...]:
    """Filters that do what the display matrix (ISO/IEC 14496-12, 6.2.2) asks for, in quarter turns."""
    found = frame.side_data.get("DISPLAYMATRIX")
    if not isinstance(found, SideData):
        return ()
    a, b, _, c, d = struct.unpack("=5i", bytes(found)[:20])
    if abs(b) > abs(a):
        clockwise, mirrored = b > 0, (b > 0) == (c > 0)
        turned = ("cclock_flip" if clockwise else "clock_flip") if mirrored else ""
        return (("transpose", f"dir={turned or ('clock' if clockwise else 'cclock')}"),)
    flips = (("hflip", ""),) if a < 0 else ()
    return (*flips, ("vflip", "")) if d < 0 else flips


def _upright_graph(shape: Shape, size: tuple[int, int], turns: tuple[tuple[str, str], ...]) -> Graph:
    source = (
        f"video_size={shape.width}x{shape.height}:pix_fmt={shape.pixels}:{_time_base(shape.time_base)}"
        f":colorspace={shape.matrix}:range={2 if shape.full_range else 1}"
    )
    scale = f"w={size[0]}:h={size[1]}:flags=bicubic+accurate_rnd+full_chroma_int"
    colour = f"in_range={'pc' if shape.full_range else 'tv'}:out_color_matrix=bt709:out_range=tv"
    matrix = f":in_color_matrix={shape.matrix}" if shape.matrix else ""
    steps = [("buffer", source)]
    if shape.interlaced:
        steps.append(("bwdif", "mode=send_frame:deint=interlaced"))
    steps += [
        ("scale", f"{scale}:{colour}{matrix}"),
        ("format", "pix_fmts=yuv420p"),
        *turns,
        ("setsar", "sar=1"),
    ]
    return _linked(*steps)


def _shape(frame: VideoFrame, stream: VideoStream, before: Shape | None) -> Shape:
    rgb = frame.format.is_rgb or frame.format.has_palette
    matrix = 0 if rgb else int(frame.colorspace)
    if not rgb and matrix not in KNOWN_MATRICES:
        matrix = BT709 if frame.width * frame.height > HD_FROM_PX else BT601
    return Shape(
        frame.width,
        frame.height,
        frame.format.name,
        matrix,
        rgb or int(frame.color_range) == 2 or frame.format.name.startswith("yuvj"),
        frame.interlaced_frame or (before is not None and before.interlaced),
        frame.time_base or stream.time_base or UNKNOWN_TIME,
    )


def _size(frame: VideoFrame, aspect: Fraction | None) -> tuple[int, int]:
    """Even, and as wide as square pixels make it; an aspect nobody means is left out."""
    known = aspect if aspect and Fraction(1, WIDEST_ASPECT) <= aspect <= WIDEST_ASPECT else Fraction(1)
    return max(round(frame.width * known) // 2 * 2, 2), max(frame.height // 2 * 2, 2)


def _linked(*steps: tuple[str, str]) -> Graph:
    graph = Graph()
    made = [graph.add(name, arguments or None) for name, arguments in (*steps, ("buffersink", ""))]
    graph.link_nodes(*made).configure()
    return graph


def _through(graph: Graph, frame: VideoFrame | None) -> Iterator[VideoFrame]:
    graph.vpush(frame)
    while True:
        try:
            yield graph.vpull()
        except (WantsMore, NoMore):
            return


def _time_base(base: Fraction) -> str:
    return f"time_base={base.numerator}/{base.denominator}"
