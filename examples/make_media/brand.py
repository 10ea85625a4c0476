"""Larkmere, the invented shop of the samples: colours, type, easing and the mark."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import skia

FONTS = Path(__file__).parents[2] / "src/reelpress/studio/render/fonts"

INK = 0xFF14213D
NAVY = 0xFF1B2B4F
DUSK = 0xFF24386A
CORAL = 0xFFFF6B4A
APRICOT = 0xFFFFB454
CREAM = 0xFFFFF5E6
SAND = 0xFFF6E3C8
LAGOON = 0xFF1FA08F
PINE = 0xFF0E4A50
PINE_DEEP = 0xFF0A363C
WHITE = 0xFFFFFFFF


def with_alpha(color: int, alpha: float) -> int:
    """The colour with its opacity set to `alpha` (0 to 1)."""
    return (round(max(0.0, min(1.0, alpha)) * 255) << 24) | (color & 0xFFFFFF)


def fill(color: int, *, alpha: float = 1.0, blur: float = 0.0) -> skia.Paint:
    paint = skia.Paint(Color=with_alpha(color, alpha), AntiAlias=True)
    if blur:
        paint.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, blur))
    return paint


def stroke(color: int, width: float, *, alpha: float = 1.0) -> skia.Paint:
    return skia.Paint(
        Color=with_alpha(color, alpha),
        AntiAlias=True,
        Style=skia.Paint.kStroke_Style,
        StrokeWidth=width,
        StrokeCap=skia.Paint.kRound_Cap,
        StrokeJoin=skia.Paint.kRound_Join,
    )


def gradient(
    start: tuple[float, float], end: tuple[float, float], colors: list[int], stops: list[float] | None = None
) -> skia.Paint:
    shader = skia.GradientShader.MakeLinear([skia.Point(*start), skia.Point(*end)], colors, stops)
    return skia.Paint(Shader=shader, AntiAlias=True, Dither=True)


def glow(
    center: tuple[float, float], radius: float, colors: list[int], stops: list[float] | None = None
) -> skia.Paint:
    shader = skia.GradientShader.MakeRadial(skia.Point(*center), radius, colors, stops)
    return skia.Paint(Shader=shader, AntiAlias=True, Dither=True)


# --- easing: every function takes and returns 0 to 1, except the overshoot of `ease_back` ---


def span(time: float, start: float, length: float) -> float:
    """How far `time` has come through the stretch from `start`, held at 0 before and 1 after."""
    return max(0.0, min(1.0, (time - start) / length))


def ease_out(x: float) -> float:
    return 1 - (1 - x) ** 4


def ease_in(x: float) -> float:
    return x**3


def ease_in_out(x: float) -> float:
    return 4 * x**3 if x < 0.5 else 1 - (-2 * x + 2) ** 3 / 2


def ease_back(x: float, overshoot: float = 1.4) -> float:
    return 1 + (overshoot + 1) * (x - 1) ** 3 + overshoot * (x - 1) ** 2


def mix(start: float, end: float, x: float) -> float:
    return start + (end - start) * x


# --- type ---


@cache
def typeface(name: str) -> skia.Typeface:
    return skia.Typeface.MakeFromFile(str(FONTS / f"{name}.ttf"))


def font(name: str, size: float) -> skia.Font:
    made = skia.Font(typeface(name), size)
    made.setSubpixel(True)
    made.setEdging(skia.Font.Edging.kAntiAlias)
    made.setHinting(skia.FontHinting.kNone)
    return made


def text_width(text: str, face: skia.Font, tracking: float = 0.0) -> float:
    return sum(face.measureText(letter) for letter in text) + tracking * (len(text) - 1)


def draw_text(
    canvas: skia.Canvas,
    text: str,
    at: tuple[float, float],
    face: skia.Font,
    paint: skia.Paint,
    *,
    tracking: float = 0.0,
    align: float = 0.0,
) -> None:
    """One line of tracked type; `align` 0 starts it at `at`, 0.5 centres it, 1 ends it there."""
    x, y = at
    if not tracking:
        canvas.drawString(text, x - align * face.measureText(text), y, face, paint)
        return
    x -= align * text_width(text, face, tracking)
    for letter in text:
        canvas.drawString(letter, x, y, face, paint)
        x += face.measureText(letter) + tracking


# --- shapes ---


def quarter(
    canvas: skia.Canvas, corner: tuple[float, float], radius: float, turn: float, paint: skia.Paint
) -> None:
    """A quarter disc around `corner`, its straight sides turned by `turn` degrees."""
    x, y = corner
    path = skia.Path()
    path.moveTo(x, y)
    path.arcTo(skia.Rect.MakeLTRB(x - radius, y - radius, x + radius, y + radius), turn, 90, False)
    path.close()
    canvas.drawPath(path, paint)


def half(
    canvas: skia.Canvas, center: tuple[float, float], radius: float, turn: float, paint: skia.Paint
) -> None:
    """A half disc; at `turn` 0 its flat side is on top."""
    x, y = center
    path = skia.Path()
    path.arcTo(skia.Rect.MakeLTRB(x - radius, y - radius, x + radius, y + radius), turn, 180, True)
    path.close()
    canvas.drawPath(path, paint)


def arc(
    canvas: skia.Canvas,
    center: tuple[float, float],
    radius: float,
    start: float,
    sweep: float,
    paint: skia.Paint,
) -> None:
    x, y = center
    rect = skia.Rect.MakeLTRB(x - radius, y - radius, x + radius, y + radius)
    canvas.drawArc(rect, start, sweep, False, paint)


def polygon(canvas: skia.Canvas, points: list[tuple[float, float]], paint: skia.Paint) -> None:
    path = skia.Path()
    path.addPoly([skia.Point(*point) for point in points], True)
    canvas.drawPath(path, paint)


def mark(
    canvas: skia.Canvas, center: tuple[float, float], unit: float, time: float = 9.0, *, ink: int = INK
) -> None:
    """The Larkmere mark, a lark on the water, two units wide and high; built up within about 1 s."""
    cx, cy = center
    body = ease_back(span(time, 0.0, 0.6), 1.1)
    wing = ease_out(span(time, 0.18, 0.65))
    head = ease_back(span(time, 0.36, 0.55), 2.0)
    beak = ease_out(span(time, 0.62, 0.35))
    if body > 0:
        half(canvas, (cx, cy), unit * max(body, 0), 0, fill(LAGOON))
    if wing > 0:
        canvas.save()
        canvas.rotate(mix(95, 0, wing), cx, cy)
        quarter(canvas, (cx, cy), unit * wing, 180, fill(CORAL))
        canvas.restore()
    if beak > 0:
        tip = cx + unit * mix(0.72, 1.12, beak)
        top, low = cy - unit * 0.62, cy - unit * 0.3
        polygon(canvas, [(cx + unit * 0.7, top), (tip, (top + low) / 2), (cx + unit * 0.7, low)], fill(ink))
    if head > 0:
        drop = mix(-unit * 0.7, 0, min(1.0, ease_out(span(time, 0.36, 0.4))))
        canvas.drawCircle(cx + unit * 0.46, cy - unit * 0.46 + drop, unit * 0.4 * max(head, 0), fill(APRICOT))
        eye = ease_out(span(time, 0.75, 0.25))
        canvas.drawCircle(cx + unit * 0.53, cy - unit * 0.52 + drop, unit * 0.07 * eye, fill(ink))


def wordmark(
    canvas: skia.Canvas, center: tuple[float, float], size: float, time: float = 9.0, *, color: int = INK
) -> None:
    """The name in the display face, each letter rising from behind the baseline."""
    face = font("NotoSerifDisplay-Bold", size)
    tracking = size * 0.012
    x = center[0] - text_width("Larkmere", face, tracking) / 2
    base = center[1]
    canvas.save()
    canvas.clipRect(skia.Rect.MakeLTRB(x - size, base - size * 1.1, x + size * 9, base + size * 0.12))
    for index, letter in enumerate("Larkmere"):
        rise = ease_out(span(time, index * 0.045, 0.6))
        if rise > 0:
            canvas.drawString(letter, x, base + mix(size * 1.2, 0, rise), face, fill(color))
        x += face.measureText(letter) + tracking
    canvas.restore()


def wave(x: float) -> float:
    """A slow, seamless sway: -1 to 1 for each turn of `x`."""
    return math.sin(2 * math.pi * x)
