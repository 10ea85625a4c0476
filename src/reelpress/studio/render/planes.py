"""Frames as one buffer of Y, U and V (yuv420p, bt709 limited range), and BGRA laid over them."""

from dataclasses import dataclass, replace

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from reelpress.studio.render.skia_door import Pixels

Plane = NDArray[np.uint8]
Weights = NDArray[np.uint16]
BLACK, GREY, WHITE = 16, 128, 235
_SPREAD_PX = 4  # colour of a drawn edge reaches this far when it is halved
_GAP_PX = 24  # empty rows that part one patch from the next
_SD_HEIGHT = 576  # at most this high, untagged video is taken for bt601 as every player does
_SHARP = int(
    Interpolation.BICUBIC
    | Interpolation.ACCURATE_RND
    | Interpolation.FULL_CHR_H_INP
    | Interpolation.FULL_CHR_H_INT
)
_SMALLER = int(Interpolation.AREA | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT)
_AV_COLORSPACE_BT709 = 1
_AV_COLORSPACE_UNSPECIFIED = 2


@dataclass(frozen=True, slots=True)
class Frame:
    """`data` is (height * 3 / 2) x width; `y`, `u`, `v` are views into it."""

    data: Plane
    width: int
    height: int

    @property
    def y(self) -> Plane:
        return self.data[: self.height]

    @property
    def u(self) -> Plane:
        return self._chroma(0)

    @property
    def v(self) -> Plane:
        return self._chroma(1)

    def _chroma(self, index: int) -> Plane:
        size = self.width * self.height // 4
        flat = self.data.reshape(-1)[4 * size + index * size :][:size]
        return flat.reshape(self.height // 2, self.width // 2)

    def picture(self) -> VideoFrame:
        """For PyAV; shares this memory where it can.

        PyAV takes the height of a buffer for a multiple of 4, so that other heights would lose two rows.
        """
        if self.height % 4 == 0:
            return VideoFrame.from_numpy_buffer(self.data, "yuv420p")
        picture = VideoFrame(self.width, self.height, "yuv420p")
        for plane, values in zip(picture.planes, (self.y, self.u, self.v), strict=True):
            rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
            rows[: plane.height, : plane.width] = values
        return picture

    def copy(self) -> "Frame":
        return Frame(self.data.copy(), self.width, self.height)

    def crop(self, left: int, top: int, right: int, bottom: int) -> "Frame":
        """A copy of the pixels inside; the edges are even."""
        piece = blank(right - left, bottom - top)
        piece.y[:] = self.y[top:bottom, left:right]
        half = (slice(top // 2, bottom // 2), slice(left // 2, right // 2))
        piece.u[:], piece.v[:] = self.u[half], self.v[half]
        return piece

    def paste(self, piece: "Frame", left: int, top: int) -> None:
        """Put pixels at an even place."""
        self.y[top : top + piece.height, left : left + piece.width] = piece.y
        half = (
            slice(top // 2, (top + piece.height) // 2),
            slice(left // 2, (left + piece.width) // 2),
        )
        self.u[half], self.v[half] = piece.u, piece.v


def blank(width: int, height: int) -> Frame:
    """Memory for a frame, its content undefined."""
    return Frame(np.empty((height * 3 // 2, width), np.uint8), width, height)


def black(width: int, height: int) -> Frame:
    frame = Frame(np.full((height * 3 // 2, width), GREY, np.uint8), width, height)
    frame.y[:] = BLACK
    return frame


class Converter:
    """Pixel format changes; keeps its scalers between frames."""

    def __init__(self) -> None:
        self._in, self._out = VideoReformatter(), VideoReformatter()
        self._bgra, self._rgb = VideoReformatter(), VideoReformatter()

    def from_film(self, picture: VideoFrame, width: int, height: int) -> Frame:
        """A decoded picture scaled to a size, in the house colours."""
        if (picture.width, picture.height, picture.format.name) == (width, height, "yuv420p") and (
            film_colorspace(picture) == Colorspace.ITU709 and picture.color_range != ColorRange.JPEG
        ):
            return Frame(np.asarray(picture.to_ndarray(), np.uint8), width, height)
        converted = self._in.reformat(
            picture,
            width,
            height,
            "yuv420p",
            src_colorspace=film_colorspace(picture),
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            interpolation=_SHARP,
        )
        return Frame(np.asarray(converted.to_ndarray(), np.uint8), width, height)

    def film_to_bgra(self, picture: VideoFrame) -> Pixels:
        converted = self._bgra.reformat(
            picture,
            format="bgra",
            src_colorspace=film_colorspace(picture),
            dst_color_range=ColorRange.JPEG,
            interpolation=_SHARP,
        )
        return np.asarray(converted.to_ndarray(), np.uint8)

    def patches(self, pixels: Pixels) -> tuple["Patch", ...]:
        """Premultiplied BGRA of even size -> what changes a frame below, without the empty stretches."""
        covered = pixels[..., 3] != 0
        found: list[Patch] = []
        for top, bottom in _runs(covered.any(1), _GAP_PX):
            columns = np.flatnonzero(covered[top:bottom].any(0))
            rows = _widened(top, bottom, pixels.shape[0])
            sides = _widened(int(columns[0]), int(columns[-1]) + 1, pixels.shape[1])
            patch = self.patch(pixels[slice(*rows), slice(*sides)])
            found.append(replace(patch, x=patch.x + sides[0], y=patch.y + rows[0]))
        return tuple(found)

    def patch(self, pixels: Pixels) -> "Patch":
        """Premultiplied BGRA of even size -> what has to be added to and kept of a frame below."""
        picture = VideoFrame.from_ndarray(np.ascontiguousarray(pixels), "bgra")
        height, width = pixels.shape[:2]
        converted = self._out.reformat(
            picture,
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.MPEG,
            interpolation=_SHARP,
        )
        frame = Frame(np.asarray(converted.to_ndarray(), np.uint8), width, height)
        return Patch.of(frame, pixels[..., 3])

    def to_rgb(self, frame: Frame, width: int = 0, height: int = 0) -> Pixels:
        """Height x width x 3."""
        picture = frame.picture()
        converted = self._rgb.reformat(
            picture,
            width or frame.width,
            height or frame.height,
            "rgb24",
            src_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG,
            interpolation=_SMALLER if 0 < width < frame.width else _SHARP,
        )
        return np.asarray(converted.to_ndarray(), np.uint8)


@dataclass(frozen=True, slots=True)
class Patch:
    """A drawn rectangle: per plane `add`, and `keep` (0..256) of what lies below.

    Only the pixels that change anything are held; they start at the even pixel (`x`, `y`) of the rectangle.
    """

    add: tuple[Weights, Weights, Weights]
    keep: Weights
    keep_chroma: Weights
    opaque: bool
    x: int = 0
    y: int = 0

    @classmethod
    def of(cls, frame: Frame, alpha: Plane) -> "Patch":
        """`frame` holds premultiplied colours; their offsets (16 and 128) count for the covered part."""
        cover: Weights = alpha.astype(np.uint16)
        cover = (cover + (cover >> 7)).astype(np.uint16)  # 0..255 -> 0..256, so that a shift divides
        pairs: Weights = cover[0::2, 0::2] + cover[0::2, 1::2] + cover[1::2, 0::2] + cover[1::2, 1::2]
        chroma: Weights = ((pairs + 2) >> 2).astype(np.uint16)
        add = (
            _added(frame.y, cover, BLACK),
            _added(frame.u, chroma, GREY),
            _added(frame.v, chroma, GREY),
        )
        keep, keep_chroma = (256 - cover).astype(np.uint16), (256 - chroma).astype(np.uint16)
        rows, columns = _changing(cover, add)
        half_rows, half_columns = (slice(edge.start // 2, edge.stop // 2) for edge in (rows, columns))
        keep = np.ascontiguousarray(keep[rows, columns])
        return cls(
            (
                np.ascontiguousarray(add[0][rows, columns]),
                np.ascontiguousarray(add[1][half_rows, half_columns]),
                np.ascontiguousarray(add[2][half_rows, half_columns]),
            ),
            keep,
            np.ascontiguousarray(keep_chroma[half_rows, half_columns]),
            opaque=bool(keep.size and keep.max() == 0),
            x=columns.start,
            y=rows.start,
        )

    def lay(self, frame: Frame, x: int, y: int) -> None:
        """Blend into `frame` in place, the rectangle's corner at the even pixel (x, y).

        What lies above or below the frame is left out: a frame may be a strip of the picture.
        """
        height, width = self.keep.shape
        x, y = x + self.x, y + self.y
        if y >= frame.height or y + height <= 0:
            return
        if y < 0 or y + height > frame.height:
            self._cut(max(0, -y), min(height, frame.height - y)).lay(frame, x, max(0, y))
            return
        luma = frame.y[y : y + height, x : x + width]
        _blend(luma, self.keep, self.add[0], opaque=self.opaque)
        for plane, add in ((frame.u, self.add[1]), (frame.v, self.add[2])):
            part = plane[y // 2 : (y + height) // 2, x // 2 : (x + width) // 2]
            _blend(part, self.keep_chroma, add, opaque=self.opaque)

    def _cut(self, top: int, bottom: int) -> "Patch":
        """Its rows top..bottom (excluded), both even; none where they do not meet."""
        bottom = max(top, bottom)
        half = slice(top // 2, bottom // 2)
        add = (self.add[0][top:bottom], self.add[1][half], self.add[2][half])
        return Patch(add, self.keep[top:bottom], self.keep_chroma[half], self.opaque)


def dim(frame: Frame, level: float) -> Frame:
    """Colours times `level`, as a fade to black does it."""
    steps = np.arange(256)
    luma = np.clip(np.rint((steps - BLACK) * level + BLACK), 0, 255).astype(np.uint8)
    chroma = np.clip(np.rint((steps - GREY) * level + GREY), 0, 255).astype(np.uint8)
    dimmed = frame.copy()
    dimmed.y[:] = luma[frame.y]
    dimmed.u[:] = chroma[frame.u]
    dimmed.v[:] = chroma[frame.v]
    return dimmed


def film_colorspace(picture: VideoFrame) -> int:
    if picture.colorspace == _AV_COLORSPACE_BT709:
        return int(Colorspace.ITU709)
    if picture.colorspace == _AV_COLORSPACE_UNSPECIFIED and picture.height > _SD_HEIGHT:
        return int(Colorspace.ITU709)
    return int(Colorspace.ITU601)


def _runs(flags: NDArray[np.bool_], gap: int) -> list[tuple[int, int]]:
    """Stretches of true flags, [first, end); those closer than `gap` as one."""
    places = np.flatnonzero(flags)
    if not places.size:
        return []
    breaks = np.flatnonzero(np.diff(places) > gap)
    firsts = [int(places[0]), *(int(place) for place in places[breaks + 1])]
    ends = [*(int(place) + 1 for place in places[breaks]), int(places[-1]) + 1]
    return list(zip(firsts, ends, strict=True))


def _widened(first: int, end: int, limit: int) -> tuple[int, int]:
    """Even edges with room for what colour filters spread."""
    first, end = first - _SPREAD_PX, end + _SPREAD_PX
    return max(0, first - first % 2), min(limit, end + end % 2)


def _changing(cover: Weights, add: tuple[Weights, Weights, Weights]) -> tuple[slice, slice]:
    """Even rows and columns around all pixels that are not left as they are."""
    height, width = cover.shape
    chroma = (add[1] != 0) | (add[2] != 0)
    touched = (cover != 0) | (add[0] != 0)
    rows = touched.any(1).reshape(-1, 2).any(1) | chroma.any(1)
    columns = touched.any(0).reshape(-1, 2).any(1) | chroma.any(0)
    found = [np.flatnonzero(axis) for axis in (rows, columns)]
    if not found[0].size:
        return slice(0, 0), slice(0, 0)
    edges = [(2 * int(axis[0]), 2 * int(axis[-1]) + 2) for axis in found]
    assert edges[0][1] <= height
    assert edges[1][1] <= width
    return slice(*edges[0]), slice(*edges[1])


def _added(plane: Plane, cover: Weights, offset: int) -> Weights:
    base = plane.astype(np.int32) - offset + ((offset * cover.astype(np.int32) + 128) >> 8)
    return np.clip(base, 0, 255).astype(np.uint16)


def _blend(below: Plane, keep: Weights, add: Weights, *, opaque: bool) -> None:
    if opaque:
        below[:] = add
        return
    mixed = below * keep
    mixed += 128
    mixed >>= 8
    mixed += add
    np.minimum(mixed, 255, out=mixed)
    below[:] = mixed
