"""The one module that imports skia: typed drawing on BGRA pixels with premultiplied alpha.

skia-python ships no types, so everything that comes out of it is `Any` here and typed from here on.
"""

import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import skia  # pyright: ignore[reportMissingTypeStubs] - the package has none; this module is its typing
from numpy.typing import NDArray

from reelpress.studio.render.model import RenderFault
from reelpress.studio.scene.geometry import Matrix
from reelpress.studio.scene.ops import Box, Rgba, Shape

Pixels = NDArray[np.uint8]
_skia: Any = skia
NO_WRAP = 1_000_000.0
_ISOLATES = re.compile("[\u2066-\u2069]+")
# Isolates are no letters, and Arabic letters are joined (CSS Text 3, section 8.2.1).
_UNSPACED = re.compile("([\u2066-\u2069\u0600-\u08ff\ufb50-\ufdff\ufe70-\ufeff]+)")
_SAME_SIZE = 0.01  # a picture drawn within one percent of its size needs no better than linear sampling


class Picture:
    """An immutable raster image."""

    def __init__(self, pixels: Pixels) -> None:
        """`pixels`: height x width x 4, BGRA, premultiplied."""
        self.height, self.width = int(pixels.shape[0]), int(pixels.shape[1])
        image = _skia.Image.fromarray(
            np.ascontiguousarray(pixels),
            colorType=_skia.ColorType.kBGRA_8888_ColorType,
            alphaType=_skia.AlphaType.kPremul_AlphaType,
        )
        self.image: Any = image.withDefaultMipmaps() or image


class Fonts:
    """The typefaces of one render; a family that is not there falls back to the first."""

    def __init__(self, files: Sequence[Path], fallback_order: Sequence[str]) -> None:
        provider = _skia.textlayout.TypefaceFontProvider()
        manager = _skia.FontMgr.New_Custom_Empty()
        families: set[str] = set()
        for file in files:
            typeface = manager.makeFromFile(str(file))
            if typeface is None:
                raise RenderFault("this font cannot be read.", file.name)
            provider.registerTypeface(typeface)
            families.add(str(typeface.getFamilyName()))
        self._collection: Any = _skia.textlayout.FontCollection()
        self._collection.setDefaultFontManager(provider)
        self._unicode: Any = _skia.Unicodes.ICU.Make()
        first = [family for family in fallback_order if family in families]
        own = sorted(families - set(first))
        self.families = (*first, *own)

    def line(
        self, text: str, *, family: str, size: float, weight: int, italic: bool, spacing: float, paint: "Ink"
    ) -> "Line":
        """One line of shaped text, never wrapped; `spacing` pixels lie between letters, not around them."""
        style = self._style(Piece(text, family, size, weight, italic=italic), paint)
        builder = self._builder(style)
        # Between two ends without spacing, the paragraph puts all of it after each letter, never before.
        parts = [part for part in _UNSPACED.split(f"\u2068{text}\u2069") if part] if spacing else [text]
        for part in parts:
            style.setLetterSpacing(0.0 if _UNSPACED.match(part) else spacing)
            builder.pushStyle(style)
            builder.addText(part)
            builder.pop()
        paragraph = builder.Build()
        paragraph.layout(NO_WRAP)
        joined = any(_UNSPACED.match(part) and not _ISOLATES.fullmatch(part) for part in parts)
        return Line(paragraph, after=0.0 if joined else spacing)

    def mixed(self, pieces: "Sequence[tuple[Piece, Ink]]", stretch: float = 0.0) -> "Line":
        """One line of several looks on one baseline, never wrapped; `stretch` pixels widen each blank."""
        styles = [(piece.text, self._style(piece, ink)) for piece, ink in pieces]
        builder = self._builder(styles[0][1])
        for text, style in styles:
            style.setWordSpacing(stretch)
            builder.pushStyle(style)
            builder.addText(text)
            builder.pop()
        paragraph = builder.Build()
        paragraph.layout(NO_WRAP)
        return Line(paragraph)

    def _style(self, piece: "Piece", ink: "Ink") -> Any:
        style = _skia.textlayout.TextStyle()
        own = piece.family in self.families
        style.setFontFamilies([piece.family, *self.families] if own else list(self.families))
        slant = _skia.FontStyle.kItalic_Slant if piece.italic else _skia.FontStyle.kUpright_Slant
        style.setFontStyle(_skia.FontStyle(piece.weight, _skia.FontStyle.kNormal_Width, slant))
        style.setFontSize(piece.size)
        ink.dress(style)
        return style

    def _builder(self, style: Any) -> Any:
        paragraph_style = _skia.textlayout.ParagraphStyle()
        paragraph_style.setTextStyle(style)
        return _skia.textlayout.ParagraphBuilder.make(paragraph_style, self._collection, self._unicode)


@dataclass(frozen=True, slots=True)
class Piece:
    """Text in one font; `size` in pixels."""

    text: str
    family: str
    size: float
    weight: int
    italic: bool


class Ink:
    """How text is painted: filled, or stroked with `stroke` pixels; `blur` softens it.

    Emoji keep their own colours, unless `flat`: then they are drawn as silhouettes.
    """

    def __init__(
        self,
        colour: Rgba,
        *,
        stroke: float = 0.0,
        blur: float = 0.0,
        flat: bool = False,
        underline: bool = False,
        strike: bool = False,
    ) -> None:
        self._paint: Any = _skia.Paint(AntiAlias=True)
        self._paint.setColor(_colour(colour))
        if stroke:
            self._paint.setStyle(_skia.Paint.kStroke_Style)
            self._paint.setStrokeWidth(stroke)
            self._paint.setStrokeJoin(_skia.Paint.kRound_Join)
        if flat:
            solid = _colour((*colour[:3], 255))
            self._paint.setColorFilter(_skia.ColorFilters.Blend(solid, _skia.BlendMode.kSrcIn))
        if blur:
            self._paint.setMaskFilter(_skia.MaskFilter.MakeBlur(_skia.kNormal_BlurStyle, blur))
        decoration = _skia.textlayout.TextDecoration
        drawn = [int(decoration.kUnderline)] * underline + [int(decoration.kLineThrough)] * strike
        self._decoration: Any = decoration(sum(drawn)) if drawn else None
        self._colour = _colour(colour)

    def dress(self, style: Any) -> None:
        style.setForegroundPaint(self._paint)
        if self._decoration is not None:
            style.setDecoration(self._decoration)
            style.setDecorationColor(self._colour)


class Line:
    """Shaped text; sizes in pixels, `baseline` from the top; `height` is rounded, `descent` is not.

    `after` is the blank that the paragraph ends with and the line does not count.
    """

    def __init__(self, paragraph: Any, after: float = 0.0) -> None:
        self.paragraph: Any = paragraph
        self.width = max(0.0, float(paragraph.LongestLine) - after)
        self.height = float(paragraph.Height)
        self.baseline = float(paragraph.AlphabeticBaseline)
        self.descent = float(paragraph.IdeographicBaseline) - self.baseline


class Canvas:
    """Drawing calls in the current transformation."""

    def __init__(self, canvas: Any) -> None:
        self._canvas: Any = canvas

    @contextmanager
    def transformed(self, matrix: Matrix) -> Generator[None]:
        a, b, c, d, e, f = matrix
        self._canvas.save()
        self._canvas.concat(_skia.Matrix.MakeAll(a, b, c, d, e, f, 0, 0, 1))
        try:
            yield
        finally:
            self._canvas.restore()

    @contextmanager
    def clipped(self, box: Box, radius: float = 0.0) -> Generator[None]:
        self._canvas.save()
        if radius:
            self._canvas.clipRRect(_skia.RRect.MakeRectXY(_rect(box), radius, radius), True)
        else:
            self._canvas.clipRect(_rect(box), True)
        try:
            yield
        finally:
            self._canvas.restore()

    @contextmanager
    def rounded(self, box: Box, radius: float) -> Generator[None]:
        """Clip to `box` with round corners of `radius` pixels of the surface, whatever the transformation."""
        matrix = self._canvas.getTotalMatrix()
        across = max(1e-6, float(np.hypot(matrix.getScaleX(), matrix.getSkewY())))
        down = max(1e-6, float(np.hypot(matrix.getScaleY(), matrix.getSkewX())))
        self._canvas.save()
        self._canvas.clipRRect(_skia.RRect.MakeRectXY(_rect(box), radius / across, radius / down), True)
        try:
            yield
        finally:
            self._canvas.restore()

    @contextmanager
    def clipped_ellipse(self, box: Box) -> Generator[None]:
        self._canvas.save()
        self._canvas.clipRRect(_skia.RRect.MakeOval(_rect(box)), True)
        try:
            yield
        finally:
            self._canvas.restore()

    @contextmanager
    def blurred(self, across: float, down: float, within: Box) -> Generator[None]:
        """What is drawn inside `within` is softened; the pixels at its edges go on for ever outside."""
        tiling = _skia.TileMode.kClamp
        paint = _skia.Paint()
        paint.setImageFilter(_skia.ImageFilters.Blur(across, down, tiling, None, _rect(within).roundOut()))
        self._canvas.saveLayer(None, paint)
        try:
            yield
        finally:
            self._canvas.restore()

    @contextmanager
    def layer(self, alpha: float = 1.0, level: float = 1.0, *, add: bool = False) -> Generator[None]:
        """What is drawn inside is put down as one: faded by `alpha`, its colours times `level`."""
        paint = _skia.Paint()
        paint.setAlphaf(alpha)
        if level != 1.0:
            gain = [level, 0, 0, 0, 0, 0, level, 0, 0, 0, 0, 0, level, 0, 0, 0, 0, 0, 1, 0]
            paint.setColorFilter(_skia.ColorFilters.Matrix(gain))
        if add:
            paint.setBlendMode(_skia.BlendMode.kPlus)
        self._canvas.saveLayer(None, paint)
        try:
            yield
        finally:
            self._canvas.restore()

    def fill(self, box: Box, colour: Rgba) -> None:
        paint = _skia.Paint(AntiAlias=True)
        paint.setColor(_colour(colour))
        self._canvas.drawRect(_rect(box), paint)

    def shape(self, shape: Shape) -> None:
        draw = self._canvas.drawOval if shape.ellipse else self._canvas.drawRect
        paint = _skia.Paint(AntiAlias=True)
        paint.setColor(_colour(shape.colour))
        draw(_rect(shape.box), paint)
        if shape.pen and shape.pen_colour[3]:
            paint.setColor(_colour(shape.pen_colour))
            paint.setStyle(_skia.Paint.kStroke_Style)
            paint.setStrokeWidth(shape.pen)
            paint.setStrokeJoin(_skia.Paint.kRound_Join)
            draw(_rect(shape.box), paint)

    def mask(self, picture: Picture, target: Box, *, outside: bool = False) -> None:
        """Keep what was drawn into the current layer where the picture is opaque, or where it is not."""
        paint = _skia.Paint()
        paint.setBlendMode(_skia.BlendMode.kDstOut if outside else _skia.BlendMode.kDstIn)
        whole = Box(0, 0, picture.width, picture.height)
        sampling = _skia.SamplingOptions(_skia.FilterMode.kLinear)
        self._canvas.drawImageRect(picture.image, _rect(whole), _rect(target), sampling, paint)

    def picture(self, picture: Picture, source: Box, target: Box) -> None:
        matrix = self._canvas.getTotalMatrix()
        across = target.width / source.width * np.hypot(matrix.getScaleX(), matrix.getSkewY())
        down = target.height / source.height * np.hypot(matrix.getScaleY(), matrix.getSkewX())
        if min(across, down) < 1 - _SAME_SIZE:
            sampling = _skia.SamplingOptions(_skia.FilterMode.kLinear, _skia.MipmapMode.kLinear)
        elif max(across, down) < 1 + _SAME_SIZE:
            sampling = _skia.SamplingOptions(_skia.FilterMode.kLinear)
        else:
            sampling = _skia.SamplingOptions(_skia.CubicResampler.Mitchell())
        paint = _skia.Paint(AntiAlias=True)
        self._canvas.drawImageRect(picture.image, _rect(source), _rect(target), sampling, paint)

    def line(self, line: Line, x: float, y: float) -> None:
        line.paragraph.paint(self._canvas, x, y)


class Surface:
    """BGRA pixels one can draw on; `pixels` is a live view."""

    def __init__(self, width: int, height: int) -> None:
        self.pixels: Pixels = np.zeros((height, width, 4), np.uint8)
        self._surface: Any = _skia.Surface(
            self.pixels,
            colorType=_skia.ColorType.kBGRA_8888_ColorType,
            alphaType=_skia.AlphaType.kPremul_AlphaType,
        )
        self.canvas = Canvas(self._surface.getCanvas())


@cache
def _known_colour(colour: Rgba) -> int:
    red, green, blue, alpha = colour
    return int(_skia.ColorSetARGB(alpha, red, green, blue))


def _colour(colour: Rgba) -> int:
    return _known_colour(tuple(colour))


def _rect(box: Box) -> Any:
    return _skia.Rect.MakeXYWH(box.x, box.y, box.width, box.height)


def missing_glyphs(files: Sequence[Path], text: str) -> set[str]:
    """The characters of `text` that none of the fonts has a glyph for."""
    manager = _skia.FontMgr.New_Custom_Empty()
    typefaces = [manager.makeFromFile(str(file)) for file in files]
    return {
        character
        for character in text
        if not any(typeface.unicharToGlyph(ord(character)) for typeface in typefaces)
    }
