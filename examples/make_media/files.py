"""Writes clips (H.264), sound (AAC) and pictures, the same bytes each time on one build of FFmpeg."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import skia
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image

FRAME_RATE = 30
SAMPLE_RATE = 48_000
BT709 = 1
LIMITED_RANGE = 1

Draw = Callable[[skia.Canvas, float], None]


def draw_picture(size: tuple[int, int], draw: Callable[[skia.Canvas], None], *, scale: int = 1) -> np.ndarray:
    """The drawn picture as straight-alpha RGBA rows; `scale` draws larger and samples down."""
    surface = skia.Surface(size[0] * scale, size[1] * scale)
    with surface as canvas:
        canvas.clear(0)
        canvas.scale(scale, scale)
        draw(canvas)
    picture = surface.makeImageSnapshot().toarray(colorType=skia.kRGBA_8888_ColorType)
    if scale == 1:
        return picture
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS))


def write_png(path: Path, size: tuple[int, int], draw: Callable[[skia.Canvas], None]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(draw_picture(size, draw)).save(path, optimize=True)


def write_jpeg(path: Path, size: tuple[int, int], draw: Callable[[skia.Canvas], None]) -> None:
    image = Image.fromarray(draw_picture(size, draw, scale=2)).convert("RGB")
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, quality=90, subsampling=0, optimize=True, progressive=True)


def write_clip(path: Path, size: tuple[int, int], frames: int, draw: Draw, *, crf: int = 17) -> None:
    """`frames` pictures drawn at their times in seconds, as an MP4 tagged bt709 limited."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", options={"movflags": "faststart", "fflags": "+bitexact"}) as container:
        stream = container.add_stream("libx264", rate=FRAME_RATE)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        context = stream.codec_context
        context.time_base = Fraction(1, FRAME_RATE)
        context.color_primaries = context.color_trc = context.colorspace = BT709
        context.color_range = LIMITED_RANGE
        context.thread_count = 1
        context.gop_size = FRAME_RATE
        context.options = {"preset": "slow", "crf": str(crf), "tune": "animation", "flags": "+cgop+bitexact"}
        surface = skia.Surface(*size)
        for index in range(frames):
            with surface as canvas:
                canvas.clear(0xFF000000)
                draw(canvas, index / FRAME_RATE)
            pixels = surface.makeImageSnapshot().toarray(colorType=skia.kRGBA_8888_ColorType)
            frame = to_bt709(pixels)
            frame.pts, frame.time_base = index, Fraction(1, FRAME_RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def to_bt709(pixels: np.ndarray) -> av.VideoFrame:
    rgb = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels[:, :, :3]), format="rgb24")
    frame = rgb.reformat(
        format="yuv420p",
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
        interpolation="AREA",
    )
    frame.pict_type = 0
    return frame


def write_sound(path: Path, samples: np.ndarray) -> None:
    """Stereo samples (2, n) of -1 to 1 as AAC-LC at 48 kHz."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(
        str(path), "w", format="mp4", options={"movflags": "faststart", "fflags": "+bitexact"}
    ) as container:
        stream = container.add_stream("aac", rate=SAMPLE_RATE, layout="stereo", bit_rate=192_000)
        stream.codec_context.options = {"flags": "+bitexact"}
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples, dtype=np.float32), format="fltp", layout="stereo"
        )
        frame.sample_rate, frame.pts = SAMPLE_RATE, 0
        fifo = av.AudioFifo()
        fifo.write(frame)
        while (piece := fifo.read(1024, partial=True)) is not None:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
