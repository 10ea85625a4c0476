"""Films of every odd kind, encoded on the spot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

RATE = 25
FRAMES = 12
TICK = Fraction(1, 1000)


def footage(
    path: Path,
    *,
    form: str = "mp4",
    codec: str = "libx264",
    size: tuple[int, int] = (96, 64),
    stamps_ms: Sequence[int] = tuple(range(0, 40 * FRAMES, 40)),
    rate: Fraction = Fraction(RATE),
    pixels: str = "yuv420p",
    aspect: Fraction | None = None,
    tags: tuple[int, int] = (1, 1),
    options: dict[str, str] | None = None,
    muxer: dict[str, str] | None = None,
    tracks: int = 0,
    sound_from_ms: int = 0,
    drop: int = 0,
    then_size: tuple[int, int] | None = None,
    picture: Callable[[int, int, int], np.ndarray] | None = None,
) -> bytes:
    """`tags`: matrix and range; `drop`: packets left out at the start; `then_size`: of the second half."""
    with av.open(str(path), "w", format=form, options=muxer or {}) as output:
        stream = output.add_stream(codec, rate=rate, options=options or {})
        sounds = [output.add_stream(_sound_codec(form), rate=48_000) for _ in range(tracks)]
        encoder = stream.codec_context
        _configure(encoder, size, pixels, tags, aspect)
        packets = []
        for index, stamp in enumerate(stamps_ms):
            if then_size and index == len(stamps_ms) // 2:
                packets += encoder.encode(None)
                encoder = av.CodecContext.create(codec, "w")
                encoder.framerate, encoder.options = rate, options or {}
                _configure(encoder, then_size, pixels, tags, aspect)
            frame = _frame(picture or moving, index, encoder.width, encoder.height, pixels, tags)
            frame.pts, frame.time_base = stamp, TICK
            encoder.time_base = TICK
            packets += encoder.encode(frame)
        packets += encoder.encode(None)
        for packet in packets[drop:]:
            packet.stream = stream
            output.mux(packet)
        for number, sound in enumerate(sounds):
            _write_tone(output, sound, 220 * (number + 1), max(stamps_ms) + 40, sound_from_ms)
    return path.read_bytes()


def moving(index: int, width: int, height: int) -> np.ndarray:
    """A bright bar that wanders over grey."""
    picture = np.full((height, width, 3), 90, np.uint8)
    left = (index * 6) % (width - 8)
    picture[:, left : left + 8] = 230
    return picture


def woven(index: int, width: int, height: int) -> np.ndarray:
    """Two fields, each of its own moment: the bar stands elsewhere in every second row."""
    picture = moving(2 * index, width, height)
    picture[1::2] = moving(2 * index + 1, width, height)[1::2]
    return picture


def _configure(encoder, size: tuple[int, int], pixels: str, tags: tuple[int, int], aspect) -> None:
    encoder.width, encoder.height = size
    encoder.pix_fmt = pixels
    encoder.colorspace, encoder.color_range = tags
    if aspect is not None:
        encoder.sample_aspect_ratio = aspect


def _frame(picture, index: int, width: int, height: int, pixels: str, tags: tuple[int, int]) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(picture(index, width, height), format="rgb24")
    if not pixels.startswith("yuv"):
        return frame.reformat(format=pixels)
    matrix, scope = tags
    return frame.reformat(format=pixels, dst_colorspace=matrix, dst_color_range=scope)


def _sound_codec(form: str) -> str:
    return "libopus" if form == "webm" else "aac"


def _write_tone(output, stream, hertz: int, length_ms: int, from_ms: int) -> None:
    samples = 48 * (length_ms - from_ms)
    tone = np.sin(np.arange(samples) * 2 * np.pi * hertz / 48_000).astype(np.float32) * 0.3
    fifo = av.AudioFifo()
    whole = av.AudioFrame.from_ndarray(tone[None, :], format="flt", layout="mono")
    whole.sample_rate, whole.pts, whole.time_base = 48_000, 0, Fraction(1, 48_000)
    fifo.write(whole)
    while chunk := fifo.read(960, partial=True):
        chunk.pts += 48 * from_ms
        output.mux(stream.encode(chunk))
    output.mux(stream.encode(None))
