"""The drawn parts of the thank-you video: the medal with its confetti, and the goodbye."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from pathlib import Path

import skia
from examples.make_media.brand import (
    APRICOT,
    CORAL,
    CREAM,
    INK,
    LAGOON,
    PINE,
    PINE_DEEP,
    WHITE,
    draw_text,
    ease_back,
    ease_in,
    ease_in_out,
    ease_out,
    fill,
    font,
    glow,
    gradient,
    mark,
    mix,
    quarter,
    span,
    stroke,
    with_alpha,
    wordmark,
)
from examples.make_media.files import write_clip

SIZE = (1280, 720)
CELEBRATE_FRAMES, GOODBYE_FRAMES = 244, 56
LANDING_S = 1.25
IRIS_S = 7.62
MEDAL = (324.0, 332.0)
MEDAL_RADIUS = 148.0
TEXT_LEFT = 604.0
PINE_LIGHT = 0xFF146068
RAY = 0xFF3CC2AE
GOLD_DEEP = 0xFFE8912B


@dataclass(frozen=True, slots=True)
class Scrap:
    """One piece of confetti; speeds in pixels a second, spin in turns a second."""

    born: float
    x: float
    y: float
    speed_x: float
    speed_y: float
    fall: float
    spin: float
    size: float
    color: int
    kind: int


def make(folder: Path) -> None:
    write_clip(folder / "celebrate.mp4", SIZE, CELEBRATE_FRAMES, celebrate)
    write_clip(folder / "goodbye.mp4", SIZE, GOODBYE_FRAMES, goodbye)


def celebrate(canvas: skia.Canvas, time: float) -> None:
    canvas.drawColor(PINE_DEEP)
    canvas.drawPaint(glow(MEDAL, 780, [PINE_LIGHT, PINE, PINE_DEEP], [0.0, 0.4, 1.0]))
    draw_rays(canvas, time)
    draw_rings(canvas, time)
    draw_confetti(canvas, time, BURST[::2])
    draw_medal(canvas, time)
    draw_confetti(canvas, time, BURST[1::2])
    draw_confetti(canvas, time, RAIN)
    draw_words(canvas, time)
    opened = ease_in_out(span(time, IRIS_S, 0.5))
    if opened > 0:
        x, y = mix(MEDAL[0], 640, opened), mix(MEDAL[1], 360, opened)
        canvas.drawCircle(x, y, mix(0, 780, opened), fill(CREAM))


def draw_rays(canvas: skia.Canvas, time: float) -> None:
    """A slow sunburst that opens when the medal lands."""
    opened = ease_out(span(time, LANDING_S - 0.05, 1.1))
    if opened <= 0:
        return
    canvas.save()
    canvas.translate(*MEDAL)
    canvas.rotate(5 * time)
    reach = 580 * opened
    colors = [with_alpha(RAY, 0.34), with_alpha(RAY, 0.0)]
    paint = glow((0, 0), max(reach, 1), colors, [0.2, 0.92])
    for index in range(16):
        canvas.save()
        canvas.rotate(index * 22.5)
        path = skia.Path()
        path.addPoly(
            [skia.Point(0, 0), skia.Point(reach, -reach * 0.085), skia.Point(reach, reach * 0.085)], True
        )
        canvas.drawPath(path, paint)
        canvas.restore()
    canvas.restore()


def draw_rings(canvas: skia.Canvas, time: float) -> None:
    for index, color in enumerate((CREAM, CORAL)):
        grown = ease_out(span(time, LANDING_S + index * 0.09, 0.8))
        if 0 < grown < 1:
            paint = stroke(color, mix(26, 0.5, grown), alpha=1 - grown * 0.6)
            canvas.drawCircle(*MEDAL, mix(110, 330 + 60 * index, grown), paint)


# --- the medal ---


def draw_medal(canvas: skia.Canvas, time: float) -> None:
    if time < 0.2:
        return
    drop = ease_out(span(time, 0.2, LANDING_S - 0.2))
    turns = mix(2.5, 0, drop)
    width = math.cos(turns * 2 * math.pi)
    bump = 1 + 0.10 * math.sin(span(time, LANDING_S - 0.12, 0.42) * math.pi)
    leave = 1 - ease_in(span(time, IRIS_S - 0.05, 0.35))
    sway = math.sin((time - LANDING_S) * 1.6) * 3.2 * span(time, LANDING_S, 1.0)
    canvas.save()
    canvas.translate(MEDAL[0], mix(-260, MEDAL[1], drop))
    canvas.scale(bump * leave, bump * leave)
    canvas.rotate(sway)
    draw_ribbons(canvas, time)
    canvas.drawCircle(0, 16, MEDAL_RADIUS * 0.96, fill(0xFF04191C, alpha=0.45, blur=16))
    canvas.scale(width if abs(width) > 0.03 else 0.03, 1)
    draw_rosette(canvas, time)
    draw_face(canvas, time, front=width > 0)
    canvas.restore()


def draw_ribbons(canvas: skia.Canvas, time: float) -> None:
    unrolled = ease_back(span(time, LANDING_S - 0.25, 0.7), 1.8)
    if unrolled <= 0:
        return
    for side, color, shade in ((-1, CORAL, 0xFFD94C2E), (1, LAGOON, 0xFF15796D)):
        canvas.save()
        canvas.rotate(side * -mix(4, 17, unrolled))
        length = MEDAL_RADIUS + 150 * unrolled
        left, right = -40, 40
        points = [(left, 0), (right, 0), (right, length), (0, length - 34), (left, length)]
        tail = skia.Path()
        tail.addPoly([skia.Point(*point) for point in points], True)
        canvas.drawPath(tail, gradient((0, 90), (0, 260), [shade, color]))
        canvas.drawRect(skia.Rect.MakeLTRB(-27, 0, -20, length - 24), fill(CREAM, alpha=0.55))
        canvas.drawRect(skia.Rect.MakeLTRB(20, 0, 27, length - 24), fill(CREAM, alpha=0.55))
        canvas.restore()


def draw_rosette(canvas: skia.Canvas, time: float) -> None:
    """A scalloped edge of 24 petals, turning slowly."""
    canvas.save()
    canvas.rotate(9 * time)
    edge = skia.Path()
    petals = 24
    for index in range(petals):
        start, end = (2 * math.pi * turn / petals for turn in (index, index + 1))
        middle = (start + end) / 2
        inner, outer = MEDAL_RADIUS * 0.95, MEDAL_RADIUS * 1.14
        point = (math.cos(start) * inner, math.sin(start) * inner)
        if index == 0:
            edge.moveTo(*point)
        bow = (math.cos(middle) * outer, math.sin(middle) * outer)
        edge.quadTo(*bow, math.cos(end) * inner, math.sin(end) * inner)
    edge.close()
    canvas.restore()
    canvas.save()
    canvas.rotate(9 * time)
    canvas.drawPath(edge, fill(GOLD_DEEP))
    canvas.restore()
    canvas.drawCircle(
        0, 0, MEDAL_RADIUS * 0.9, gradient((-120, -130), (110, 130), [0xFFFFDC97, APRICOT, GOLD_DEEP])
    )


def draw_face(canvas: skia.Canvas, time: float, *, front: bool) -> None:
    canvas.drawCircle(0, 0, MEDAL_RADIUS * 0.77, stroke(0xFFC9721B, 3, alpha=0.75))
    for index in range(40):
        angle = 2 * math.pi * index / 40
        reach = MEDAL_RADIUS * 0.835
        canvas.drawCircle(math.cos(angle) * reach, math.sin(angle) * reach, 3.2, fill(0xFFC9721B, alpha=0.8))
    canvas.drawCircle(0, 0, MEDAL_RADIUS * 0.7, fill(CREAM))
    if front:
        mark(canvas, (-4, 2), MEDAL_RADIUS * 0.46)
    draw_sheen(canvas, time)


def draw_sheen(canvas: skia.Canvas, time: float) -> None:
    """A band of light crosses the gold at 2 s and again at 5 s."""
    for start in (1.9, 5.0):
        crossed = span(time, start, 0.9)
        if 0 < crossed < 1:
            clip = skia.Path()
            clip.addCircle(0, 0, MEDAL_RADIUS * 0.9)
            canvas.save()
            canvas.clipPath(clip, skia.ClipOp.kIntersect, True)
            canvas.rotate(24)
            x = mix(-240, 240, ease_in_out(crossed))
            canvas.drawRect(skia.Rect.MakeLTRB(x - 26, -260, x + 26, 260), fill(WHITE, alpha=0.5))
            canvas.drawRect(skia.Rect.MakeLTRB(x + 38, -260, x + 48, 260), fill(WHITE, alpha=0.4))
            canvas.restore()


# --- confetti ---


def burst(seed: int, count: int) -> list[Scrap]:
    dice = random.Random(seed)
    scraps: list[Scrap] = []
    for _ in range(count):
        angle = dice.uniform(0, 2 * math.pi)
        push = dice.uniform(260, 1150)
        scraps.append(
            Scrap(
                LANDING_S - 0.03,
                *MEDAL,
                math.cos(angle) * push,
                math.sin(angle) * push - 240,
                dice.uniform(170, 300),
                dice.uniform(-1.6, 1.6),
                dice.uniform(9, 20),
                dice.choice((CORAL, APRICOT, CREAM, LAGOON, 0xFFFFD08A)),
                dice.randrange(4),
            )
        )
    return scraps


def rain(seed: int, count: int) -> list[Scrap]:
    """Late scraps that sink past the medal, left of everything that is read."""
    dice = random.Random(seed)
    return [
        Scrap(
            dice.uniform(1.9, 6.6),
            dice.uniform(10, TEXT_LEFT - 70),
            -30,
            dice.uniform(-14, 6),
            0,
            dice.uniform(120, 210),
            dice.uniform(-0.9, 0.9),
            dice.uniform(8, 15),
            dice.choice((CORAL, APRICOT, CREAM, LAGOON)),
            dice.randrange(4),
        )
        for _ in range(count)
    ]


BURST = burst(5, 150)
RAIN = rain(9, 46)


def draw_confetti(canvas: skia.Canvas, time: float, scraps: list[Scrap], *, calm_s: float = 1.75) -> None:
    """From `calm_s` on, nothing flies where there is text to read."""
    for scrap in scraps:
        age = time - scrap.born
        if age <= 0:
            continue
        drag = (1 - math.exp(-2.6 * age)) / 2.6
        x = scrap.x + scrap.speed_x * drag + 12 * math.sin(age * 3 + scrap.size)
        y = scrap.y + scrap.speed_y * drag + scrap.fall * max(0.0, age - drag)
        shown = min(1.0, age * 12) * (1 - span(time, calm_s, 0.5) * span(x, TEXT_LEFT - 90, 60))
        if shown <= 0 or y > 760:
            continue
        canvas.save()
        canvas.translate(x, y)
        canvas.rotate(scrap.spin * age * 360 * 0.6)
        canvas.scale(1, math.cos(scrap.spin * age * 7 + scrap.size))
        draw_scrap(canvas, scrap, shown)
        canvas.restore()


def draw_scrap(canvas: skia.Canvas, scrap: Scrap, shown: float) -> None:
    size, paint = scrap.size, fill(scrap.color, alpha=shown)
    if scrap.kind == 0:
        canvas.drawRect(skia.Rect.MakeLTRB(-size, -size * 0.5, size, size * 0.5), paint)
    elif scrap.kind == 1:
        canvas.drawCircle(0, 0, size * 0.62, paint)
    elif scrap.kind == 2:
        quarter(canvas, (-size * 0.6, -size * 0.6), size * 1.4, 0, paint)
    else:
        canvas.drawRoundRect(
            skia.Rect.MakeLTRB(-size * 1.2, -size * 0.2, size * 1.2, size * 0.2), 3, 3, paint
        )


# --- words ---


def draw_words(canvas: skia.Canvas, time: float) -> None:
    """What never changes beside the personal lines; gone before the scene closes."""
    stay = 1 - ease_in(span(time, IRIS_S - 0.2, 0.3))
    rise = mix(46, 0, ease_out(span(time, 1.5, 0.7)))
    canvas.save()
    canvas.clipRect(skia.Rect.MakeLTRB(TEXT_LEFT - 10, 128, 1280, 172))
    eyebrow = fill(APRICOT, alpha=stay)
    draw_text(
        canvas, "A NEW MILESTONE", (TEXT_LEFT, 160 + rise), font("NotoSans-Bold", 20), eyebrow, tracking=4.2
    )
    canvas.restore()
    line = ease_in_out(span(time, 2.3, 0.9))
    if line > 0 and stay > 0:
        canvas.drawLine(
            TEXT_LEFT + 2, 458, TEXT_LEFT + 2 + 612 * line, 458, stroke(CREAM, 2, alpha=0.28 * stay)
        )
    for index, (label, x) in enumerate((("YOUR TIER", TEXT_LEFT), ("YOUR POINTS", TEXT_LEFT + 322))):
        shown = ease_out(span(time, 2.7 + index * 0.25, 0.7)) * stay
        if shown > 0:
            face = font("NotoSans-Bold", 16.5)
            draw_text(canvas, label, (x, 506), face, fill(CREAM, alpha=0.72 * shown), tracking=2.8)
    shown = ease_out(span(time, 3.5, 0.8)) * stay
    if shown > 0:
        line_of_thanks = "You kept coming back. This one is for you."
        draw_text(
            canvas,
            line_of_thanks,
            (TEXT_LEFT, 636),
            font("NotoSans-Regular", 23),
            fill(CREAM, alpha=0.85 * shown),
        )


def goodbye(canvas: skia.Canvas, time: float) -> None:
    canvas.drawColor(CREAM)
    draw_confetti(canvas, time, LAST, calm_s=99)
    mark(canvas, (640, 292), 92, time + 0.1)
    wordmark(canvas, (640, 486), 92, time - 0.12)
    shown = ease_out(span(time, 0.6, 0.7))
    if shown > 0:
        at = (640, 544 + mix(14, 0, shown))
        draw_text(
            canvas, "See you again soon.", at, font("NotoSans-Regular", 27), fill(INK, alpha=shown), align=0.5
        )


def sides(seed: int, count: int) -> list[Scrap]:
    """Two handfuls thrown in from the lower corners."""
    dice = random.Random(seed)
    scraps: list[Scrap] = []
    for index in range(count):
        side = index % 2
        angle = math.radians(dice.uniform(64, 92))
        push = dice.uniform(800, 2100)
        color = dice.choice((CORAL, APRICOT, LAGOON, INK))
        across = math.cos(angle) * push * (1 if side == 0 else -1)
        scraps.append(
            Scrap(0.05, -20 + 1320 * side, 740, across, -math.sin(angle) * push, 240, dice.uniform(-1.2, 1.2),
                  dice.uniform(13, 24), color, dice.randrange(4))
        )  # fmt: skip
    return scraps


LAST = sides(21, 70)
