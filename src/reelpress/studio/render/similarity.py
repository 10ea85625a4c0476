"""How like two pictures are."""

from fractions import Fraction

import numpy as np
from av import VideoFrame
from av.filter import Graph

from reelpress.studio.render.planes import Plane

_ONE_S = Fraction(1)


def ssim(one: Plane, other: Plane) -> float:
    """Mean structural similarity of two luma planes, by FFmpeg's filter: 8x8 windows every 4 pixels.

    Wang et al., "Image quality assessment: from error visibility to structural similarity" (2004).
    """
    graph = Graph()
    graph.threads = 1
    height, width = one.shape
    shape = f"video_size={width}x{height}:pix_fmt=gray:time_base=1/1"
    judge, output = graph.add("ssim"), graph.add("buffersink")
    inputs = [graph.add("buffer", shape, name=name) for name in ("one", "other")]
    for place, source in enumerate(inputs):
        source.link_to(judge, 0, place)
    judge.link_to(output)
    graph.configure()
    for source, plane in zip(inputs, (one, other), strict=True):
        frame = VideoFrame.from_ndarray(np.ascontiguousarray(plane), "gray")
        frame.pts, frame.time_base = 0, _ONE_S
        source.push(frame)
    return float(output.pull().metadata["lavfi.ssim.Y"])
