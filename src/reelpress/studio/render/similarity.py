"""How like two pictures are."""

import threading
from fractions import Fraction
from functools import lru_cache
from itertools import count

from av import VideoFrame
from av.filter import Graph

from reelpress.studio.render.planes import Plane

_ONE_S = Fraction(1)


def ssim(one: Plane, other: Plane) -> float:
    """Mean structural similarity of two luma planes, by FFmpeg's filter: 8x8 windows every 4 pixels.

    Wang et al., "Image quality assessment: from error visibility to structural similarity" (2004).
    """
    return _judge(threading.get_ident(), *one.shape).score(one, other)


class _Judge:
    """One filter graph for pictures of a size. A graph of its own for each pair would stay, with its pair,
    until the garbage collector comes by.
    """

    def __init__(self, height: int, width: int) -> None:
        self._graph = graph = Graph()
        graph.threads = 1
        shape = f"video_size={width}x{height}:pix_fmt=gray:time_base=1/1"
        judge, self._output = graph.add("ssim"), graph.add("buffersink")
        self._inputs = [graph.add("buffer", shape, name=name) for name in ("one", "other")]
        for place, source in enumerate(self._inputs):
            source.link_to(judge, 0, place)
        judge.link_to(self._output)
        graph.configure()
        self._numbers = count()

    def score(self, one: Plane, other: Plane) -> float:
        number = next(self._numbers)
        for source, plane in zip(self._inputs, (one, other), strict=True):
            frame = VideoFrame.from_ndarray(plane, "gray")
            frame.pts, frame.time_base = number, _ONE_S
            source.push(frame)
        return float(self._output.pull().metadata["lavfi.ssim.Y"])


@lru_cache(maxsize=8)
def _judge(thread: int, height: int, width: int) -> _Judge:  # noqa: ARG001 -- a graph is for one thread
    return _Judge(height, width)
