"""Poster and moving previews, from the frames that were composed anyway."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image

from reelpress.studio.plan.model import Plan
from reelpress.studio.render.planes import Converter, Frame

MAX_BYTES = 1_000_000
PREVIEW_S = 3.5
PREVIEW_FPS = 10
PREVIEW_WIDTH = 360
JPEG_QUALITY = 90
_SMALLER = (
    (1.0, 1),
    (0.83, 1),
    (0.83, 2),
    (0.67, 2),
    (0.5, 3),
    (0.4, 5),
)  # share of the width, every n-th frame
_SPARED = 0.7  # a pixel of a smaller version takes at least so much of the bytes of one of a larger
_PALETTE_STEP = 3  # every n-th pixel, both ways, has a say in the palette


def representative_frame(plan: Plan, part: int | None = None) -> int:
    """A frame (of one part, where it is named) with as many layers as ever, well after they came in."""
    piece = plan.parts[part] if part is not None else None
    first, end = (piece.first, piece.first + piece.frames) if piece else (0, plan.frames)
    stretches = [
        (len(span.layers), min(span.last, end - 1) - max(span.first, first), max(span.first, first))
        for span in plan.spans
        if span.first < end and span.last >= first
    ]
    _, length, start = max(stretches, key=lambda stretch: stretch[:2])
    return start + round(length * 0.55)


def still_number(plan: Plan, at_s: float) -> int:
    """The output frame of a moment; a negative one asks for the frame that shows the layers best."""
    return representative_frame(plan) if at_s < 0 else min(plan.frames - 1, round(at_s * float(plan.fps)))


@dataclass(frozen=True, slots=True)
class Window:
    """The output frames the previews show, in order; the first one stands alone as the poster."""

    numbers: tuple[int, ...]
    delay_ms: int


def preview_window(plan: Plan) -> Window:
    first = representative_frame(plan)
    step = max(1, round(float(plan.fps) / PREVIEW_FPS))
    last = min(plan.frames, first + round(PREVIEW_S * float(plan.fps)))
    delay = round(1000 * step / float(plan.fps) / 10) * 10  # GIF counts hundredths of a second
    return Window(tuple(range(first, max(last, first + 1), step)), delay)


class Previews:
    """Takes the composed frames of a window, in order, and is poster, WebP and GIF at the end."""

    def __init__(self, plan: Plan) -> None:
        self._delay_ms = preview_window(plan).delay_ms
        self._converter = Converter()
        width = min(PREVIEW_WIDTH, plan.output.width)
        self._size = (
            width - width % 2,
            max(2, round(width * plan.output.height / plan.output.width / 2) * 2),
        )
        self._frames: list[Image.Image] = []
        self._poster = b""

    def see(self, frame: Frame) -> None:
        if not self._frames:
            self._poster = jpeg(self._converter, frame)
        self._frames.append(Image.fromarray(self._converter.to_rgb(frame, *self._size)))

    def poster(self) -> bytes:
        return self._poster

    def webp(self) -> bytes:
        return _smallest(self._frames, lambda frames, every: _webp(frames, self._delay_ms * every))

    def gif(self) -> bytes:
        return _smallest(self._frames, lambda frames, every: _gif(frames, self._delay_ms * every))


def jpeg(converter: Converter, frame: Frame) -> bytes:
    out = io.BytesIO()
    picture = Image.fromarray(converter.to_rgb(frame))
    picture.save(out, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return out.getvalue()


def _smallest(frames: Sequence[Image.Image], write: Callable[[Sequence[Image.Image], int], bytes]) -> bytes:
    """The best looking version that is at most MAX_BYTES; those that cannot be are not tried."""
    bytes_per_pixel = 0.0
    for share, every in _SMALLER:
        chosen = frames[::every]
        size = (max(2, round(frames[0].width * share)), max(2, round(frames[0].height * share)))
        pixels = size[0] * size[1] * len(chosen)
        if bytes_per_pixel * pixels * _SPARED > MAX_BYTES:
            continue
        if share < 1:
            chosen = [frame.resize(size, Image.Resampling.BILINEAR) for frame in chosen]
        data = write(chosen, every)
        if len(data) <= MAX_BYTES:
            return data
        bytes_per_pixel = len(data) / pixels
    return write(frames[:1], 1)


def _webp(frames: Sequence[Image.Image], delay_ms: int) -> bytes:
    out = io.BytesIO()
    frames[0].save(
        out,
        "WEBP",
        save_all=True,
        append_images=frames[1:],
        duration=delay_ms,
        loop=0,
        quality=68,
        method=1,
        minimize_size=False,
    )
    return out.getvalue()


def _gif(frames: Sequence[Image.Image], delay_ms: int) -> bytes:
    """One palette for all frames, made from a few of them, so that colours do not jump."""
    width, height = frames[0].width // _PALETTE_STEP or 1, frames[0].height // _PALETTE_STEP or 1
    sample = [
        frame.resize((width, height), Image.Resampling.NEAREST)
        for frame in (frames[0], frames[len(frames) // 2], frames[-1])
    ]
    sheet = Image.new("RGB", (width, height * len(sample)))
    for index, frame in enumerate(sample):
        sheet.paste(frame, (0, index * height))
    palette = sheet.quantize(128, Image.Quantize.MEDIANCUT)
    drawn = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    out = io.BytesIO()
    drawn[0].save(
        out,
        "GIF",
        save_all=True,
        append_images=drawn[1:],
        duration=delay_ms,
        loop=0,
        optimize=False,
        disposal=1,
    )
    return out.getvalue()
