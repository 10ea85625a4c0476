"""The yardstick of quality and size: one ordinary x264 encode of the composed frames."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

PRESET, CRF = "veryfast", 23
THREADS, OTHER_THREADS = 2, 1  # x264's bytes depend on it, so it is pinned; the other tells by how much
_BT709 = 1
_LIMITED = 1


def write_straight(
    frames: Iterable[NDArray[np.uint8]], fps: float, out: Path, sound_of: Path, threads: int = THREADS
) -> None:
    """veryfast, CRF 23, B-frames and all else as the preset has it; AAC packets of `sound_of` as they are."""
    rate = Fraction(fps).limit_denominator(1001)
    with (
        av.open(str(out), "w", format="mp4", options={"movflags": "+faststart"}) as container,
        av.open(str(sound_of)) as source,
    ):
        output: Any = container
        picture: Any = None
        sound = source.streams.audio[0] if source.streams.audio else None
        copied: Any = output.add_stream_from_template(sound) if sound is not None else None
        for number, data in enumerate(frames):
            if picture is None:
                picture = _h264(output, data.shape[1], data.shape[0] * 2 // 3, rate, threads)
            frame = VideoFrame.from_ndarray(data, "yuv420p")
            frame.pts, frame.time_base = number, 1 / rate
            frame.color_range, frame.colorspace = _LIMITED, _BT709
            output.mux(picture.encode(frame))
        output.mux(picture.encode(None))
        if sound is not None:
            for packet in source.demux(sound):
                if packet.dts is not None:
                    packet.stream = copied
                    output.mux(packet)


def _h264(output: Any, width: int, height: int, rate: Fraction, threads: int) -> Any:
    stream = output.add_stream("libx264", rate=rate)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    context = stream.codec_context
    context.time_base = 1 / rate
    context.color_range = _LIMITED
    context.colorspace = context.color_primaries = context.color_trc = _BT709
    stream.options = {"preset": PRESET, "crf": str(CRF), "x264-params": f"threads={threads}"}
    return stream
