"""The drawn parts of the abandoned-cart picture: the sheet with its window, and the product that stands in."""

from __future__ import annotations

from pathlib import Path

import skia

from examples.make_media.brand import APRICOT, CORAL, CREAM, INK, LAGOON, SAND, WHITE, draw_text, fill, font, half, mark
from examples.make_media.brand import arc, quarter, stroke
from examples.make_media.files import write_jpeg, write_png

SIZE = (1080, 1080)
WINDOW = skia.Rect.MakeXYWH(80, 196, 560, 640)
PRICE_CHIP = skia.Rect.MakeXYWH(496, 746, 258, 104)


def make(folder: Path) -> None:
    write_png(folder / "sheet.png", SIZE, sheet)
    write_jpeg(folder / "product.jpg", (840, 960), stand_in)


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
    canvas.drawRect(skia.Rect.MakeXYWH(left, step * 1.5, 0, 0), fill(CORAL))


def draw_header(canvas: skia.Canvas) -> None:
    mark(canvas, (110, 104), 31)
    draw_text(canvas, "Larkmere", (160, 120), font("NotoSerifDisplay-Bold", 46), fill(INK))


def draw_price_chip(canvas: skia.Canvas) -> None:
    """The price stands on this; it overlaps the window's lower right corner."""
    canvas.drawRoundRect(PRICE_CHIP.makeOffset(0, 10), 52, 52, fill(INK, alpha=0.3, blur=14))
    canvas.drawRoundRect(PRICE_CHIP, 52, 52, fill(CORAL))


def draw_footer(canvas: skia.Canvas) -> None:
    pass


def stand_in(canvas: skia.Canvas) -> None:
    """A wrapped parcel, for a product without a picture."""
    canvas.drawColor(APRICOT)
    canvas.drawCircle(420, 430, 320, fill(WHITE, alpha=0.3))
    canvas.drawRect(skia.Rect.MakeLTRB(0, 740, 840, 960), fill(0xFFF39A3C))
    canvas.drawOval(skia.Rect.MakeLTRB(150, 740, 690, 800), fill(INK, alpha=0.3, blur=18))
    canvas.drawRoundRect(skia.Rect.MakeLTRB(180, 330, 660, 770), 22, 22, fill(CREAM))
    canvas.drawRect(skia.Rect.MakeLTRB(180, 440, 660, 452), fill(INK, alpha=0.08))
    canvas.drawRect(skia.Rect.MakeLTRB(380, 330, 460, 770), fill(CORAL))
    for side in (-1, 1):
        canvas.save()
        canvas.translate(420, 322)
        canvas.scale(side, 1)
        arc(canvas, (62, -22), 46, 0, 360, stroke(CORAL, 26))
        canvas.restore()
    mark(canvas, (270, 640), 46)
