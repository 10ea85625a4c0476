"""Small films, pictures and sounds, made where they are needed."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from numpy.typing import NDArray
from PIL import Image


def make_film(path: Path, *, seconds: float = 2.0, tone_hz: float | None = 440.0, fps: int = 25) -> Path:
    """320x180 H.264 (a moving gradient), with a sine at a quarter of full scale."""
    with av.open(str(path), "w", format="mp4") as container:
        video: Any = container.add_stream("libx264", rate=fps, options={"crf": "12", "preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        video.codec_context.colorspace = 1
        audio: Any = container.add_stream("aac", rate=48_000) if tone_hz else None
        if audio is not None:
            audio.layout = "stereo"
        for number in range(round(seconds * fps)):
            frame = VideoFrame.from_ndarray(_gradient(number), "rgb24")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(video.encode(frame.reformat(format="yuv420p", dst_colorspace=1)))
        container.mux(video.encode(None))
        if audio is not None and tone_hz:
            wave = 0.25 * np.sin(2 * np.pi * tone_hz * np.arange(round(seconds * 48_000)) / 48_000)
            samples = np.ascontiguousarray(np.stack([wave, wave]).astype(np.float32))
            sound = AudioFrame.from_ndarray(samples, "fltp", "stereo")
            sound.sample_rate, sound.pts = 48_000, 0
            container.mux(audio.encode(sound))
            container.mux(audio.encode(None))
    return path


def make_picture(path: Path, size: tuple[int, int] = (120, 80), **options: object) -> Path:
    """Left half red, right half blue, a green square in the top left corner."""
    image = Image.new("RGB", size, (200, 20, 20))
    image.paste((20, 20, 200), (size[0] // 2, 0, *size))
    image.paste((20, 200, 20), (0, 0, size[0] // 6, size[0] // 6))
    image.save(path, **options)  # pyright: ignore[reportArgumentType] - Pillow's options differ by format
    return path


def _gradient(number: int) -> NDArray[np.uint8]:
    rows, columns = np.mgrid[0:180, 0:320]
    red = (columns + 3 * number) % 256
    green = (rows + 2 * number) % 256
    return np.stack([red, green, np.full_like(red, 90)], axis=-1).astype(np.uint8)


def make_clip(
    path: Path,
    colours: Sequence[tuple[int, int, int]],
    *,
    fps: int = 25,
    size: tuple[int, int] = (160, 90),
    sound: NDArray[np.float32] | None = None,
) -> Path:
    """A picture of one colour a frame, with 2 x n samples at 48 kHz in the file's own losses."""
    with av.open(str(path), "w", format="matroska") as container:
        video: Any = container.add_stream("ffv1", rate=fps)
        video.width, video.height, video.pix_fmt = *size, "yuv420p"
        video.codec_context.colorspace = 1
        audio: Any = container.add_stream("pcm_s16le", rate=48_000) if sound is not None else None
        if audio is not None:
            audio.layout = "stereo"
        for number, colour in enumerate(colours):
            rgb = np.full((size[1], size[0], 3), colour, np.uint8)
            frame = VideoFrame.from_ndarray(rgb, "rgb24").reformat(format="yuv420p", dst_colorspace=1)
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if sound is not None:
            pcm = np.ascontiguousarray((sound.T * 32767).astype(np.int16).reshape(1, -1))
            piece = AudioFrame.from_ndarray(pcm, "s16", "stereo")
            piece.sample_rate, piece.pts = 48_000, 0
            container.mux(audio.encode(piece))
            container.mux(audio.encode(None))
    return path
