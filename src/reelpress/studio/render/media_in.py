"""Films and sound from local files, by PyAV. The demuxer follows the file's first bytes, never its name."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from reelpress.studio.render.model import RenderFault

SAMPLE_RATE = 48_000
SEEK_AHEAD_S = 2.0
DECODE_AHEAD_S = 0.5  # a GOP of our copies: further ahead, a seek decodes less
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (4, b"ftyp", "mov"),
    (0, b"\x1a\x45\xdf\xa3", "matroska"),
    (8, b"WAVE", "wav"),
    (8, b"AVI ", "avi"),
    (0, b"OggS", "ogg"),
    (0, b"fLaC", "flac"),
    (0, b"ID3", "mp3"),
    (0, b"\xff\xfb", "mp3"),
    (0, b"\xff\xf3", "mp3"),
    (0, b"\xff\xf1", "aac"),
    (0, b"\xff\xf9", "aac"),
    (0, b"GIF8", "gif"),
)


def open_media(path: Path, name: str) -> InputContainer:
    """Raises RenderFault when the file is missing or of a kind that is not read."""
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError:
        raise RenderFault("the file is missing.", name) from None
    demuxer = next((kind for at, magic, kind in _MAGIC if head[at : at + len(magic)] == magic), None)
    if demuxer is None:
        raise RenderFault("this kind of media file is not read.", name)
    try:
        return av.open(str(path), format=demuxer, options={"protocol_whitelist": "file"})
    except FFmpegError as problem:
        raise RenderFault(f"the file cannot be opened ({type(problem).__name__}).", name) from None


class Film:
    """Pictures of one video file by time, best asked for in order."""

    def __init__(self, path: Path, name: str) -> None:
        self._name = name
        self._container = open_media(path, name)
        streams = self._container.streams.video
        if not streams:
            raise RenderFault("the file has no picture.", name)
        self._stream = streams[0]
        self._stream.thread_type = "AUTO"
        self._stream.codec_context.thread_count = 2
        self.width, self.height = self._stream.width, self._stream.height
        start = self._stream.start_time
        self._origin = float(start * self._stream.time_base) if start and self._stream.time_base else 0.0
        rate = self._stream.average_rate
        self._half_frame = 0.5 / float(rate) if rate else 0.02
        self._frames: Iterator[VideoFrame] = iter(())
        self._current: VideoFrame | None = None
        self._ahead: VideoFrame | None = None
        self._rewind(0.0)

    def at(self, seconds: float) -> VideoFrame:
        """The picture shown at a time; the first and last picture hold outside the film."""
        if (
            self._current is None
            or seconds + self._half_frame < self._time(self._current)
            or (self._ahead is not None and seconds > self._time(self._ahead) + DECODE_AHEAD_S)
        ):
            self._rewind(seconds)
        while self._ahead is not None and self._time(self._ahead) <= seconds + self._half_frame:
            self._current, self._ahead = self._ahead, self._next()
        assert self._current is not None
        return self._current

    def close(self) -> None:
        self._frames = iter(())
        self._container.close()

    def _rewind(self, seconds: float) -> None:
        if self._current is not None or seconds > DECODE_AHEAD_S:
            offset = round((max(0.0, seconds) + self._origin) * 1_000_000)
            with suppress(FFmpegError):
                self._container.seek(offset)
        self._frames = self._container.decode(self._stream)
        self._current = self._next()
        if self._current is None:
            raise RenderFault("the film has no readable picture.", self._name)
        self._ahead = self._next()

    def _next(self) -> VideoFrame | None:
        try:
            return next(self._frames, None)
        except FFmpegError as problem:
            raise RenderFault(f"the film cannot be decoded ({type(problem).__name__}).", self._name) from None

    def _time(self, frame: VideoFrame) -> float:
        return (frame.time or 0.0) - self._origin


def read_sound(path: Path, name: str, start_s: float, duration_s: float) -> NDArray[np.float32]:
    """Stereo samples at 48 kHz, 2 x n, exactly `duration_s` long; silence where the file has none."""
    wanted = round(duration_s * SAMPLE_RATE)
    samples = np.zeros((2, wanted), np.float32)
    with open_media(path, name) as container:
        if not container.streams.audio:
            return samples
        stream = container.streams.audio[0]
        resampler = AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE)
        origin = float((stream.start_time or 0) * (stream.time_base or 0))
        if start_s > SEEK_AHEAD_S:
            with suppress(FFmpegError):
                container.seek(round((start_s + origin - 0.5) * 1_000_000))
        position: int | None = None
        try:
            for frame in container.decode(stream):
                if position is None:
                    position = round(((frame.time or 0.0) - origin - start_s) * SAMPLE_RATE)
                for piece in resampler.resample(frame):
                    position = _lay(piece, position, samples)
                if position >= wanted:
                    break
            if position is not None and position < wanted:
                for piece in resampler.resample(None):
                    position = _lay(piece, position, samples)
        except FFmpegError as problem:
            raise RenderFault(f"the sound cannot be decoded ({type(problem).__name__}).", name) from None
    return samples


def _lay(piece: AudioFrame, position: int, samples: NDArray[np.float32]) -> int:
    data = piece.to_ndarray()
    first, last = max(0, position), min(samples.shape[1], position + data.shape[1])
    if first < last:
        samples[:, first:last] = data[:, first - position : last - position]
    return position + data.shape[1]
