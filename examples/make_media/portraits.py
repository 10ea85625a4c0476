"""Portraits of invented people, and the neutral figure that stands in where nobody sent a photo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import skia
from examples.make_media.brand import (
    APRICOT,
    CORAL,
    CREAM,
    DUSK,
    INK,
    LAGOON,
    PINE,
    SAND,
    arc,
    fill,
    half,
    mark,
    quarter,
    stroke,
)
from examples.make_media.files import write_jpeg

SIZE = (800, 950)
Paint = Callable[[skia.Canvas, "Person"], None]


@dataclass(frozen=True, slots=True)
class Person:
    skin: int
    shade: int
    hair: int
    wall: int
    cloth: int
    backdrop: Callable[[skia.Canvas], None]
    behind: Paint | None
    hairdo: Paint
    clothing: Paint
    lips: int = 0xFFB5473C


def make(folder: Path) -> None:
    for name, person in PEOPLE.items():
        write_jpeg(
            folder / f"portrait-{name}.jpg", SIZE, lambda canvas, person=person: portrait(canvas, person)
        )


def make_stand_in(path: Path) -> None:
    write_jpeg(path, (640, 760), stand_in)


def portrait(canvas: skia.Canvas, person: Person) -> None:
    canvas.drawColor(person.wall)
    person.backdrop(canvas)
    if person.behind:
        person.behind(canvas, person)
    person.clothing(canvas, person)
    draw_neck(canvas, person)
    draw_head(canvas, person)
    draw_face(canvas, person)
    person.hairdo(canvas, person)


def outline(start: tuple[float, float], *curves: tuple[float, ...]) -> skia.Path:
    """A closed path from `start`; six numbers are a cubic, four a quadratic, two a line."""
    path = skia.Path()
    path.moveTo(*start)
    for curve in curves:
        if len(curve) == 6:
            path.cubicTo(*curve)
        elif len(curve) == 4:
            path.quadTo(*curve)
        else:
            path.lineTo(*curve)
    path.close()
    return path


def draw_neck(canvas: skia.Canvas, person: Person) -> None:
    neck = outline((338, 540), (338, 690), (340, 740, 460, 740, 462, 690), (462, 540))
    canvas.drawPath(neck, fill(person.skin))
    canvas.save()
    canvas.clipPath(neck, skia.ClipOp.kIntersect, True)
    canvas.drawOval(skia.Rect.MakeLTRB(270, 440, 530, 660), fill(person.shade))
    canvas.restore()


def draw_head(canvas: skia.Canvas, person: Person) -> None:
    for x in (262, 538):
        canvas.drawOval(skia.Rect.MakeLTRB(x - 30, 400, x + 30, 486), fill(person.skin))
        canvas.drawOval(skia.Rect.MakeLTRB(x - 14, 420, x + 14, 466), fill(person.shade))
    head = outline(
        (262, 380),
        (262, 200, 538, 200, 538, 380),
        (538, 470, 532, 530, 490, 580),
        (450, 626, 350, 626, 310, 580),
        (268, 530, 262, 470, 262, 380),
    )
    canvas.drawPath(head, fill(person.skin))


def draw_face(canvas: skia.Canvas, person: Person) -> None:
    for x in (338, 462):
        canvas.drawOval(skia.Rect.MakeLTRB(x - 13, 418, x + 13, 448), fill(0xFF22201F))
        canvas.drawCircle(x + 4, 427, 4.5, fill(CREAM))
        canvas.drawOval(
            skia.Rect.MakeLTRB(x - 40 + (x - 400) * 0.25, 474, x + 40 + (x - 400) * 0.25, 520),
            fill(CORAL, alpha=0.22, blur=8),
        )
    for x, tilt in ((338, -1), (462, 1)):
        brow = skia.Path()
        brow.moveTo(x - 30, 388 - 5 * tilt)
        brow.quadTo(x, 368, x + 30, 388 + 5 * tilt)
        canvas.drawPath(brow, stroke(person.hair if person.hair != 0xFFB9B4B0 else 0xFF8C8682, 9))
    nose = skia.Path()
    nose.moveTo(404, 436)
    nose.cubicTo(412, 466, 424, 484, 412, 490)
    nose.quadTo(400, 495, 388, 488)
    canvas.drawPath(nose, stroke(person.shade, 7))
    smile = outline((350, 528), (372, 546, 428, 546, 450, 528), (440, 582, 360, 582, 350, 528))
    canvas.drawPath(smile, fill(person.lips))
    canvas.save()
    canvas.clipPath(smile, skia.ClipOp.kIntersect, True)
    canvas.drawRect(skia.Rect.MakeLTRB(340, 526, 460, 551), fill(0xFFFFFFFF))
    canvas.restore()


# --- walls ---


def sun_wall(canvas: skia.Canvas) -> None:
    canvas.drawCircle(400, 420, 330, fill(CREAM, alpha=0.34))


def arch_wall(canvas: skia.Canvas) -> None:
    half(canvas, (400, 440), 330, 180, fill(CORAL))
    canvas.drawRect(skia.Rect.MakeLTRB(70, 438, 730, 950), fill(CORAL))


def ring_wall(canvas: skia.Canvas) -> None:
    for index, radius in enumerate((300, 370, 440, 510)):
        canvas.drawCircle(400, 420, radius, stroke(CREAM, 26, alpha=0.30 - index * 0.05))


def corner_wall(canvas: skia.Canvas) -> None:
    quarter(canvas, (800, 0), 430, 90, fill(APRICOT))
    quarter(canvas, (0, 950), 400, 270, fill(DUSK))
    arc(canvas, (0, 0), 240, 0, 90, stroke(CREAM, 22, alpha=0.7))


# --- clothes ---


def shoulders() -> skia.Path:
    return outline(
        (60, 960),
        (70, 800, 120, 740, 230, 706),
        (290, 688, 330, 680, 345, 660),
        (455, 660),
        (470, 680, 510, 688, 570, 706),
        (680, 740, 730, 800, 740, 960),
    )


def crew_neck(canvas: skia.Canvas, person: Person) -> None:
    canvas.drawPath(shoulders(), fill(person.cloth))
    collar = skia.Path()
    collar.moveTo(326, 676)
    collar.cubicTo(340, 790, 460, 790, 474, 676)
    canvas.drawPath(collar, stroke(INK, 20, alpha=0.22))
    canvas.drawPath(outline((326, 670), (340, 780, 460, 780, 474, 670)), fill(person.skin))


def kurta(canvas: skia.Canvas, person: Person) -> None:
    canvas.drawPath(shoulders(), fill(person.cloth))
    canvas.drawPath(outline((318, 664), (400, 850), (482, 664)), fill(person.skin))
    for side in (-1, 1):
        edge = skia.Path()
        edge.moveTo(400 + side * 86, 662)
        edge.lineTo(400, 856)
        canvas.drawPath(edge, stroke(APRICOT, 17))
    for y in (890, 930):
        canvas.drawCircle(400, y, 9, fill(APRICOT))


def jacket(canvas: skia.Canvas, person: Person) -> None:
    canvas.drawPath(shoulders(), fill(person.cloth))
    canvas.drawPath(outline((308, 672), (400, 960), (492, 672)), fill(CREAM))
    for side in (-1, 1):
        lapel = outline((400 + side * 86, 656), (400 + side * 176, 730), (400 + side * 118, 768), (400, 960))
        canvas.drawPath(lapel, fill(INK, alpha=0.28))


def turtleneck(canvas: skia.Canvas, person: Person) -> None:
    canvas.drawPath(shoulders(), fill(person.cloth))


def turtleneck_collar(canvas: skia.Canvas, person: Person) -> None:
    collar = skia.Rect.MakeLTRB(322, 606, 478, 760)
    canvas.drawRoundRect(collar, 34, 34, fill(person.cloth))
    arc(canvas, (400, 610), 104, 50, 80, stroke(CREAM, 3, alpha=0.35))


# --- hair ---


def long_hair(canvas: skia.Canvas, person: Person) -> None:
    mane = outline(
        (212, 420),
        (196, 120, 604, 120, 588, 420),
        (590, 560, 650, 660, 622, 800),
        (560, 860, 240, 860, 178, 800),
        (150, 660, 210, 560, 212, 420),
    )
    canvas.drawPath(mane, fill(person.hair))


def parted_fringe(canvas: skia.Canvas, person: Person) -> None:
    left = outline((396, 208), (300, 200, 236, 280, 236, 440), (262, 440), (290, 390, 380, 330, 396, 208))
    right = outline((380, 206), (500, 190, 564, 280, 564, 440), (538, 440), (512, 390, 420, 350, 380, 206))
    canvas.drawPath(left, fill(person.hair))
    canvas.drawPath(right, fill(person.hair))
    canvas.drawCircle(400, 362, 9, fill(0xFFB3261E))
    for x in (258, 542):
        canvas.drawCircle(x, 500, 14, fill(APRICOT))
        canvas.drawCircle(x, 526, 9, fill(APRICOT))


def short_crop(canvas: skia.Canvas, person: Person) -> None:
    crop = outline(
        (250, 396),
        (226, 180, 360, 150, 420, 176),
        (500, 160, 570, 220, 550, 396),
        (538, 396),
        (536, 330, 514, 300, 486, 288),
        (420, 318, 340, 310, 300, 284),
        (276, 310, 264, 340, 262, 396),
    )
    canvas.drawPath(crop, fill(person.hair))
    beard = outline(
        (258, 430),
        (262, 520, 270, 570, 310, 604),
        (350, 660, 450, 660, 490, 604),
        (530, 570, 538, 520, 542, 430),
        (524, 480, 500, 500, 470, 506),
        (430, 498, 370, 498, 330, 506),
        (300, 500, 276, 480, 258, 430),
    )
    smile = skia.Path()
    smile.addOval(skia.Rect.MakeLTRB(338, 514, 462, 588))
    canvas.save()
    canvas.clipPath(smile, skia.ClipOp.kDifference, True)
    canvas.drawPath(beard, fill(person.hair))
    canvas.restore()


def curls_behind(canvas: skia.Canvas, person: Person) -> None:
    for x, y, radius in (
        (400, 214, 130),
        (290, 250, 112),
        (510, 250, 112),
        (226, 350, 100),
        (574, 350, 100),
        (214, 460, 84),
        (586, 460, 84),
    ):
        canvas.drawCircle(x, y, radius, fill(person.hair))


def curls_front(canvas: skia.Canvas, person: Person) -> None:
    for x, y, radius in (
        (300, 284, 56),
        (360, 258, 60),
        (430, 256, 60),
        (496, 282, 56),
        (262, 340, 40),
        (538, 340, 40),
    ):
        canvas.drawCircle(x, y, radius, fill(person.hair))
    for x in (252, 548):
        canvas.drawCircle(x, 512, 26, stroke(APRICOT, 7))


def silver_bob(canvas: skia.Canvas, person: Person) -> None:
    canvas.drawPath(
        outline(
            (208, 440),
            (190, 130, 610, 130, 592, 440),
            (604, 560, 596, 600, 560, 640),
            (240, 640),
            (204, 600, 196, 560, 208, 440),
        ),
        fill(person.hair),
    )


def silver_fringe(canvas: skia.Canvas, person: Person) -> None:
    turtleneck_collar(canvas, person)
    sweep = outline(
        (248, 452),
        (220, 210, 360, 170, 430, 190),
        (530, 190, 574, 300, 552, 452),
        (540, 400, 524, 360, 500, 330),
        (420, 350, 320, 330, 296, 318),
        (270, 360, 262, 400, 248, 452),
    )
    canvas.drawPath(sweep, fill(person.hair))
    for x in (338, 462):
        canvas.drawRoundRect(skia.Rect.MakeLTRB(x - 50, 396, x + 50, 472), 36, 36, stroke(INK, 8))
    bridge = skia.Path()
    bridge.moveTo(388, 426)
    bridge.quadTo(400, 418, 412, 426)
    canvas.drawPath(bridge, stroke(INK, 8))


PEOPLE = {
    "one": Person(
        0xFFB9774E, 0xFF98593A, 0xFF241A1D, APRICOT, LAGOON, sun_wall, long_hair, parted_fringe, kurta
    ),
    "two": Person(0xFFE0A37C, 0xFFC0805B, 0xFF2B1F1B, SAND, PINE, arch_wall, None, short_crop, jacket),
    "three": Person(
        0xFF7A4B34, 0xFF5C3526, 0xFF1C1416, LAGOON, CORAL, ring_wall, curls_behind, curls_front, crew_neck
    ),
    "four": Person(
        0xFFF0C3A2,
        0xFFD69F7C,
        0xFFB9B4B0,
        0xFF6F7FB8,
        INK,
        corner_wall,
        silver_bob,
        silver_fringe,
        turtleneck,
    ),
}


def stand_in(canvas: skia.Canvas) -> None:
    """The lark on its lake at dawn."""
    canvas.drawColor(SAND)
    canvas.drawCircle(320, 400, 270, fill(CREAM, alpha=0.6))
    canvas.drawCircle(320, 400, 205, fill(CREAM))
    for index in range(5):
        y = 560 + index * 44
        canvas.drawRoundRect(
            skia.Rect.MakeLTRB(-40, y, 680, y + 60), 0, 0, fill(LAGOON, alpha=0.35 + index * 0.16)
        )
    mark(canvas, (310, 470), 130)
