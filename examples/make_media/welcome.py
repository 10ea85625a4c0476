"""The drawn parts of the welcome video: opening, stage, closing, the photo's card and the sweeping panels."""

from __future__ import annotations

from pathlib import Path

import skia
from examples.make_media.brand import (
    APRICOT,
    CORAL,
    CREAM,
    DUSK,
    INK,
    LAGOON,
    NAVY,
    arc,
    draw_text,
    ease_back,
    ease_in_out,
    ease_out,
    fill,
    font,
    glow,
    half,
    mark,
    mix,
    quarter,
    span,
    stroke,
    wave,
    with_alpha,
    wordmark,
)
from examples.make_media.files import write_clip, write_png
from examples.make_media.portraits import make_stand_in
from examples.make_media.tiles import draw_tiles, frame_tiles

SIZE = (1280, 720)
OPENING_FRAMES, STAGE_FRAMES, CLOSING_FRAMES = 75, 263, 112
MARK_AT, MARK_UNIT = (640, 300), 100
CARD_SIZE = (460, 580)
PANEL_SIZE = (1640, 720)
PERKS = (
    ("FREE", "first delivery"),
    ("60 DAYS", "to change your mind"),
    ("REPAIRS", "for as long as it lasts"),
)

OPENING_TILES = frame_tiles(23, lambda column, row: not (1 <= column <= 6 and 1 <= row <= 3))
CLOSING_TILES = frame_tiles(7, lambda column, row: column in (0, 7) or (row in (0, 4) and column in (1, 6)))


def make(folder: Path) -> None:
    write_clip(folder / "opening.mp4", SIZE, OPENING_FRAMES, opening)
    write_clip(folder / "stage.mp4", SIZE, STAGE_FRAMES, stage)
    write_clip(folder / "closing.mp4", SIZE, CLOSING_FRAMES, closing)
    write_png(folder / "card.png", CARD_SIZE, card)
    make_stand_in(folder / "photo.jpg")
    for name, color in (("coral", CORAL), ("apricot", APRICOT), ("cream", CREAM)):
        write_png(
            folder / f"panel-{name}.png",
            PANEL_SIZE,
            lambda canvas, color=color: panel(canvas, color),
            colors=64,
        )


def opening(canvas: skia.Canvas, time: float) -> None:
    canvas.drawColor(CREAM)
    draw_tiles(canvas, OPENING_TILES, time + 0.05)
    mark(canvas, MARK_AT, MARK_UNIT, time - 0.25)
    wordmark(canvas, (640, 506), 92, time - 0.75)
    draw_iris(canvas, ease_in_out(span(time, 1.8, 0.68)))


def draw_iris(canvas: skia.Canvas, opened: float) -> None:
    """The lark's eye grows until it is the night of the next scene."""
    if opened > 0:
        x, y = MARK_AT[0] + MARK_UNIT * 0.53, MARK_AT[1] - MARK_UNIT * 0.52
        canvas.drawCircle(
            mix(x, 640, opened), mix(y, 360, opened), mix(MARK_UNIT * 0.07, 760, opened), fill(INK)
        )


def stage(canvas: skia.Canvas, time: float) -> None:
    canvas.drawColor(INK)
    dawn = ease_out(span(time, 0, 1.4))
    canvas.drawPaint(
        glow((300, 380), 760, [with_alpha(DUSK, dawn), with_alpha(NAVY, 0.6 * dawn), with_alpha(INK, 0)])
    )
    draw_orbits(canvas, time)
    draw_cluster(canvas, time)
    draw_words(canvas, time)


def draw_orbits(canvas: skia.Canvas, time: float) -> None:
    """Thin rings around the upper right corner, each with a bead on it."""
    beads = ((150, CORAL, 8, 9), (220, APRICOT, 6, -6), (290, LAGOON, 9, 5))
    for index, (radius, color, size, speed) in enumerate(beads):
        grown = ease_out(span(time, 0.2 + index * 0.15, 1.3))
        arc(canvas, (1280, 0), radius, 90, 90 * grown, stroke(CREAM, 2, alpha=0.13))
        canvas.save()
        canvas.rotate(mix(40, 0, grown) + speed * time + 118 + index * 17, 1280, 0)
        canvas.drawCircle(1280 + radius, 0, size * grown, fill(color))
        canvas.restore()


def draw_cluster(canvas: skia.Canvas, time: float) -> None:
    """The big shapes behind the photo's card."""
    rise = ease_out(span(time, 0.15, 1.1))
    canvas.save()
    canvas.rotate(mix(-60, 0, rise) + 2 * wave(time / 9), -24, 744)
    quarter(canvas, (-24, 744), 462 * rise, 270, fill(CORAL))
    canvas.restore()
    swing = ease_out(span(time, 0.4, 1.1))
    canvas.save()
    canvas.rotate(mix(120, -24, swing) + 3 * time, 472, 138)
    half(canvas, (472, 138), 92 * swing, 0, fill(LAGOON))
    canvas.restore()
    pop = ease_back(span(time, 0.7, 0.8), 1.6)
    canvas.drawCircle(100, 128 + 8 * wave(time / 6), 78 * max(pop, 0), fill(APRICOT))
    draw_rays(canvas, time)


def draw_rays(canvas: skia.Canvas, time: float) -> None:
    for index in range(5):
        shown = ease_out(span(time, 1.0 + index * 0.08, 0.5))
        y = 560 + index * 26
        if shown > 0:
            canvas.drawLine(520, y, 520 + 34 * shown, y, stroke(APRICOT, 5, alpha=0.9))


def draw_words(canvas: skia.Canvas, time: float) -> None:
    """What never changes in the column on the right; the personal lines stand between, in the template."""
    canvas.save()
    canvas.clipRect(skia.Rect.MakeLTRB(570, 128, 1280, 172))
    rise = mix(46, 0, ease_out(span(time, 0.7, 0.7)))
    draw_text(
        canvas,
        "WELCOME TO LARKMERE",
        (592, 160 + rise),
        font("NotoSans-Bold", 20),
        fill(APRICOT),
        tracking=4.2,
    )
    canvas.restore()
    line = ease_in_out(span(time, 1.6, 0.8))
    if line > 0:
        canvas.drawLine(595, 438, 595 + 136 * line, 438, stroke(CORAL, 7))
    for index, (big, small) in enumerate(PERKS):
        shown = ease_out(span(time, 2.5 + index * 0.22, 0.8))
        if shown <= 0:
            continue
        x, y = 592 + (0, 176, 402)[index], 588 + mix(26, 0, shown)
        draw_text(canvas, big, (x, y), font("NotoSans-Bold", 21), fill(CREAM, alpha=shown), tracking=1.0)
        draw_text(canvas, small, (x, y + 29), font("NotoSans-Regular", 17.5), fill(CREAM, alpha=0.72 * shown))
        if index:
            canvas.drawLine(x - 26, 572, x - 26, 572 + 46 * shown, stroke(CREAM, 1.5, alpha=0.25))


def closing(canvas: skia.Canvas, time: float) -> None:
    canvas.drawColor(CREAM)
    draw_tiles(canvas, CLOSING_TILES, time - 0.1)
    mark(canvas, (640, 262), 92, time - 0.3)
    wordmark(canvas, (640, 458), 92, time - 0.75)
    shown = ease_out(span(time, 1.5, 0.8))
    if shown > 0:
        at = (640, 514 + mix(14, 0, shown))
        draw_text(
            canvas,
            "Things worth keeping.",
            at,
            font("NotoSans-Regular", 27),
            fill(INK, alpha=shown),
            align=0.5,
        )
    draw_address(canvas, ease_out(span(time, 1.9, 0.7)))


def draw_address(canvas: skia.Canvas, shown: float) -> None:
    if shown <= 0:
        return
    width = 292 * shown
    canvas.drawRoundRect(skia.Rect.MakeXYWH(640 - width / 2, 560, width, 56), 28, 28, fill(CORAL))
    ink = fill(INK, alpha=span(shown, 0.75, 0.24))
    canvas.save()
    canvas.clipRect(skia.Rect.MakeXYWH(640 - width / 2, 560, width, 56))
    draw_text(canvas, "larkmere.example", (640, 596), font("NotoSans-Bold", 23), ink, align=0.5, tracking=0.6)
    canvas.restore()


def card(canvas: skia.Canvas) -> None:
    """A cream card with an arched window; the photo stands behind the window."""
    outside = skia.RRect.MakeRectXY(skia.Rect.MakeXYWH(30, 30, 400, 520), 26, 26)
    window = skia.Path()
    window.moveTo(70, 446)
    window.lineTo(70, 226)
    window.arcTo(skia.Rect.MakeXYWH(70, 66, 320, 320), 180, 180, False)
    window.lineTo(390, 446)
    window.close()
    canvas.save()
    canvas.clipPath(window, skia.ClipOp.kDifference, True)
    shadow = skia.RRect.MakeRectXY(skia.Rect.MakeXYWH(34, 44, 392, 508), 28, 28)
    canvas.drawRRect(shadow, fill(0xFF060B18, alpha=0.5, blur=11))
    canvas.drawRRect(outside, fill(CREAM))
    canvas.restore()
    canvas.drawPath(window, stroke(INK, 2, alpha=0.14))
    mark(canvas, (104, 502), 22)
    draw_text(canvas, "Larkmere", (142, 500), font("NotoSerifDisplay-Bold", 30), fill(INK))
    draw_text(canvas, "NEW MEMBER", (143, 523), font("NotoSans-Bold", 12.5), fill(0xFFC2452A), tracking=2.6)
    canvas.drawCircle(366, 504, 21, fill(LAGOON))
    tick = skia.Path()
    tick.moveTo(356, 505)
    tick.lineTo(363, 512)
    tick.lineTo(377, 497)
    canvas.drawPath(tick, stroke(CREAM, 4.5))


def panel(canvas: skia.Canvas, color: int) -> None:
    """A sheet with a round leading edge, wide enough to cover the frame behind it."""
    canvas.drawCircle(360, 360, 360, fill(color))
    canvas.drawRect(skia.Rect.MakeLTRB(360, 0, 1640, 720), fill(color))
