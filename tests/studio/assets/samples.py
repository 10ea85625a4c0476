"""Real media files, made on the spot."""

from __future__ import annotations

import struct
import wave
import zlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image


def make_video(
    path: Path,
    *,
    width: int = 128,
    height: int = 96,
    frames: int = 20,
    rate: int | Fraction = 25,
    codec: str = "libx264",
    form: str = "mp4",
    sound: bool = True,
    rotation: int | None = None,
) -> Path:
    """A left half that is red and a right half that is blue, with a 440 Hz tone."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, : width // 2] = (220, 20, 20)
    picture[:, width // 2 :] = (20, 20, 220)
    with av.open(str(path), "w", format=form) as output:
        video = output.add_stream(codec, rate=rate)
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        if rotation is not None:
            video.set_display_rotation(rotation)
        audio = output.add_stream("aac" if form != "webm" else "libopus", rate=48_000) if sound else None
        for index in range(frames):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = index, 1 / Fraction(rate)
            output.mux(video.encode(frame))
        output.mux(video.encode(None))
        if audio is not None:
            seconds = float(frames / Fraction(rate))
            tone = (
                np.sin(np.arange(int(48_000 * seconds)) * 2 * np.pi * 440 / 48_000).astype(np.float32) * 0.3
            )
            fifo = av.AudioFifo()
            whole = av.AudioFrame.from_ndarray(tone[None, :], format="flt", layout="mono")
            whole.sample_rate, whole.pts, whole.time_base = 48_000, 0, Fraction(1, 48_000)
            fifo.write(whole)
            while chunk := fifo.read(960, partial=True):
                output.mux(audio.encode(chunk))
            output.mux(audio.encode(None))
    return path


def make_wav(path: Path, seconds: float = 0.5, rate: int = 22_050) -> Path:
    tone = (np.sin(np.arange(int(rate * seconds)) * 2 * np.pi * 440 / rate) * 9000).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(tone.tobytes())
    return path


def make_image(
    path: Path, form: str, *, mode: str = "RGB", size: tuple[int, int] = (40, 30), **options: object
) -> Path:
    colour = (200, 30, 60, 128)[: len(mode)] if mode != "L" else 120
    Image.new(mode, size, colour).save(path, form, **options)
    return path


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds one row's worth of nothing."""
    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", size) + png_chunk(b"IDAT", zlib.compress(bytes(100)))


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
