"""The drawn parts of the abandoned-cart picture: the sheet with its window, and a stand-in product."""

from __future__ import annotations

from pathlib import Path

import skia
from examples.make_media.brand import (
    APRICOT,
    CORAL,
    CREAM,
    INK,
    LAGOON,
    SAND,
    WHITE,
    arc,
    draw_text,
    fill,
    font,
    half,
    mark,
    quarter,
    stroke,
)
from examples.make_media.files import write_jpeg, write_png

SIZE = (1080, 1080)
WINDOW = skia.Rect.MakeXYWH(80, 226, 740, 610)
PRICE_CHIP = skia.Rect.MakeXYWH(574, 762, 296, 100)
BUTTON = skia.Rect.MakeXYWH(80, 984, 284, 60)


def make(folder: Path) -> None:
    write_png(folder / "sheet.png", SIZE, sheet)
    write_jpeg(folder / "product.jpg", (888, 732), stand_in)


def sheet(canvas: skia.Canvas) -> None:
    window = skia.RRect.MakeRectXY(WINDOW, 36, 36)
    canvas.save()
    canvas.clipRRect(window, skia.ClipOp.kDifference, True)
    canvas.drawColor(CREAM)
    draw_corner(canvas)
    shadow = skia.RRect.MakeRectXY(WINDOW.makeOffset(0, 16), 40, 40)
    canvas.drawRRect(shadow, fill(INK, alpha=0.22, blur=22))
    canvas.restore()
    draw_header(canvas)
    draw_price_chip(canvas)
    draw_footer(canvas)


def draw_corner(canvas: skia.Canvas) -> None:
    """Tiles down the right side, the pattern of every Larkmere parcel."""
    step = 180
    left = 1080 - step
    canvas.drawRect(skia.Rect.MakeXYWH(left, 0, step, 1080), fill(SAND))
    quarter(canvas, (1080, step), step, 180, fill(CORAL))
    half(canvas, (left + step / 2, step), step / 2, 0, fill(LAGOON))
    canvas.drawCircle(left + step / 2, step * 2.5, step * 0.32, fill(APRICOT))
    quarter(canvas, (left, step * 3), step, 0, fill(INK))
    quarter(canvas, (1080, step * 5), step, 180, fill(APRICOT))
    quarter(canvas, (left, step * 5), step, 0, fill(CORAL))


def draw_header(canvas: skia.Canvas) -> None:
    mark(canvas, (104, 82), 25)
    draw_text(canvas, "Larkmere", (144, 95), font("NotoSerifDisplay-Bold", 38), fill(INK))


def draw_price_chip(canvas: skia.Canvas) -> None:
    """The price stands on this; it overlaps the window's lower right corner."""
    canvas.drawRoundRect(PRICE_CHIP.makeOffset(0, 10), 50, 50, fill(INK, alpha=0.3, blur=14))
    canvas.drawRoundRect(PRICE_CHIP, 50, 50, fill(CORAL))


def draw_footer(canvas: skia.Canvas) -> None:
    canvas.drawRoundRect(BUTTON, 30, 30, fill(INK))
    draw_text(canvas, "Back to my cart", (110, 1022), font("NotoSans-Bold", 23), fill(CREAM))
    arrow = skia.Path()
    arrow.moveTo(314, 1014)
    arrow.lineTo(336, 1014)
    arrow.moveTo(327, 1005)
    arrow.lineTo(336, 1014)
    arrow.lineTo(327, 1023)
    canvas.drawPath(arrow, stroke(APRICOT, 4))
    draw_text(
        canvas, "We kept it aside for you. No rush.", (392, 1022), font("NotoSans-Regular", 23), fill(INK)
    )


def stand_in(canvas: skia.Canvas) -> None:
    """A wrapped parcel, for a product without a picture."""
    canvas.drawColor(APRICOT)
    canvas.drawCircle(444, 330, 270, fill(WHITE, alpha=0.3))
    canvas.drawRect(skia.Rect.MakeLTRB(0, 560, 888, 732), fill(0xFFF39A3C))
    canvas.drawOval(skia.Rect.MakeLTRB(210, 566, 678, 620), fill(INK, alpha=0.3, blur=16))
    canvas.drawRoundRect(skia.Rect.MakeLTRB(238, 226, 650, 596), 20, 20, fill(CREAM))
    canvas.drawRect(skia.Rect.MakeLTRB(238, 318, 650, 328), fill(INK, alpha=0.08))
    canvas.drawRect(skia.Rect.MakeLTRB(408, 226, 480, 596), fill(CORAL))
    for side in (-1, 1):
        arc(canvas, (444 + side * 54, 206), 40, 0, 360, stroke(CORAL, 24))
    mark(canvas, (320, 490), 42)
