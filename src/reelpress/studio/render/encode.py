"""Frames and samples -> MP4: H.264 High and AAC-LC, `moov` first, equal input giving equal bytes."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from reelpress.studio.render.media_in import SAMPLE_RATE
from reelpress.studio.render.planes import Frame
from reelpress.studio.render.sound import Samples

CRF = 20  # two customers then agree outside a layer to 45 dB and more; 40 is the bar
GOP_S = 2
THREADS = 2  # part of the result: x264 cuts its lookahead by threads
AAC_BITS_PER_S = 160_000
_AAC_FRAME = 1024
_BT709 = 1
_LIMITED = 1


class Mp4:
    """One MP4 file being written; use as a context manager."""

    def __init__(self, path: Path, width: int, height: int, fps: Fraction, *, sound: bool) -> None:
        # PyAV leaves its Packet type open, which strict checking refuses; hence Any for the muxer.
        self._container: Any = av.open(
            str(path), "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}
        )
        self._time_base = 1 / fps
        self._video: Any = self._video_stream(width, height, fps)
        self._audio: Any = None
        if sound:
            self._audio = self._container.add_stream("aac", rate=SAMPLE_RATE)
            self._audio.layout = "stereo"
            self._audio.bit_rate = AAC_BITS_PER_S
            self._audio.options = {"aac_coder": "fast"}  # at this rate its quality is the slow search's
        self._number = 0

    def __enter__(self) -> "Mp4":
        return self

    def __exit__(self, *_: object) -> None:
        self._container.close()

    def frame(self, frame: Frame) -> None:
        picture = VideoFrame.from_ndarray(frame.data, "yuv420p")
        picture.pts, picture.time_base = self._number, self._time_base
        picture.color_range = _LIMITED
        picture.colorspace = _BT709
        self._number += 1
        self._container.mux(self._video.encode(picture))

    def finish_video(self) -> None:
        self._container.mux(self._video.encode(None))

    def sound(self, samples: Samples) -> None:
        assert self._audio is not None
        for start in range(0, samples.shape[1], _AAC_FRAME):
            piece = np.ascontiguousarray(samples[:, start : start + _AAC_FRAME])
            frame = AudioFrame.from_ndarray(piece, "fltp", "stereo")
            frame.sample_rate = SAMPLE_RATE
            frame.pts, frame.time_base = start, Fraction(1, SAMPLE_RATE)
            self._container.mux(self._audio.encode(frame))
        self._container.mux(self._audio.encode(None))

    def _video_stream(self, width: int, height: int, fps: Fraction) -> VideoStream:
        stream: VideoStream = self._container.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        context = stream.codec_context
        context.time_base = self._time_base
        context.sample_aspect_ratio = Fraction(1)
        context.color_range = _LIMITED
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.thread_count = THREADS
        gop = max(1, round(fps * GOP_S))
        stream.options = {
            "preset": "veryfast",
            "profile": "high",
            "crf": str(CRF),
            "x264-params": f"keyint={gop}:min-keyint={max(1, gop // 4)}:open-gop=0:threads={THREADS}:"
            # One picture order: no edit list, a fifth less time, and segments that can be joined later.
            "bframes=0:ref=1:weightp=0:"
            "force-cfr=1:colorprim=bt709:transfer=bt709:colormatrix=bt709:range=tv",
        }
        return stream


def encode_mp4(
    path: Path, frames: Iterable[Frame], sound: Samples | None, size: tuple[int, int], fps: Fraction
) -> None:
    with Mp4(path, *size, fps, sound=sound is not None) as file:
        for frame in frames:
            file.frame(frame)
        file.finish_video()
        if sound is not None:
            file.sound(sound)
