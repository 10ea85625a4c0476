"""Four things from Larkmere's shelves, each in its own light."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import skia
from examples.make_media.brand import APRICOT, CORAL, CREAM, INK, LAGOON, arc, fill, glow, gradient, stroke
from examples.make_media.files import write_jpeg
from examples.make_media.portraits import outline

SIZE = (1000, 1000)


def make(folder: Path) -> None:
    pictures: dict[str, Callable[[skia.Canvas], None]] = {
        "sneaker": sneaker,
        "headphones": headphones,
        "lamp": lamp,
        "backpack": backpack,
    }
    for name, draw in pictures.items():
        write_jpeg(folder / f"product-{name}.jpg", SIZE, draw)


def studio(
    canvas: skia.Canvas, wall: tuple[int, int], floor: int, disc: int, at: tuple[float, float, float]
) -> None:
    """A lit wall, a floor and one disc of colour behind the thing."""
    canvas.drawPaint(gradient((0, 0), (600, 1000), list(wall)))
    canvas.drawCircle(*at, fill(disc))
    canvas.drawRect(skia.Rect.MakeLTRB(0, 790, 1000, 1000), fill(floor))


def shadow(canvas: skia.Canvas, left: float, right: float, y: float, height: float = 34) -> None:
    canvas.drawOval(
        skia.Rect.MakeLTRB(left - 20, y - height, right + 20, y + height), fill(INK, alpha=0.20, blur=22)
    )
    canvas.drawOval(
        skia.Rect.MakeLTRB(left + 20, y - height * 0.4, right - 20, y + height * 0.4),
        fill(INK, alpha=0.35, blur=9),
    )


def within(canvas: skia.Canvas, path: skia.Path, draw: Callable[[], None]) -> None:
    canvas.save()
    canvas.clipPath(path, skia.ClipOp.kIntersect, True)
    draw()
    canvas.restore()


# --- the sneaker, toe to the right ---


def sneaker(canvas: skia.Canvas) -> None:
    studio(canvas, (0xFFFFD08A, 0xFFFFB454), 0xFFF39A3C, 0xFFFFDDA8, (500, 450, 350))
    shadow(canvas, 130, 890, 800)
    upper = outline(
        (158, 690),
        (132, 600, 146, 480, 176, 404),
        (196, 372, 240, 372, 258, 404),
        (282, 452, 330, 452, 372, 424),
        (392, 396, 420, 372, 446, 384),
        (520, 470, 600, 540, 720, 574),
        (820, 598, 872, 640, 868, 700),
        (158, 700),
    )
    canvas.drawPath(upper, gradient((200, 360), (420, 720), [0xFFFFFBF4, 0xFFF3E6D3]))
    within(canvas, upper, lambda: draw_upper(canvas))
    draw_laces(canvas)
    sole = outline(
        (142, 690),
        (136, 740, 136, 790, 170, 800),
        (820, 800),
        (890, 800, 906, 752, 876, 694),
        (760, 712, 620, 690, 500, 700),
        (360, 712, 250, 700, 142, 690),
    )
    canvas.drawPath(sole, fill(CREAM))
    within(canvas, sole, lambda: draw_sole(canvas))


def draw_upper(canvas: skia.Canvas) -> None:
    heel = outline((120, 380), (236, 380), (220, 500, 236, 620, 290, 720), (120, 720))
    canvas.drawPath(heel, fill(CORAL))
    toe = outline((640, 720), (660, 610, 720, 560, 800, 540), (900, 720))
    canvas.drawPath(toe, fill(0xFFF3E0C4))
    for index in range(4):
        for hole in range(3):
            canvas.drawCircle(
                742 + index * 27 - hole * 8, 612 + hole * 25 + index * 10, 4.5, fill(INK, alpha=0.25)
            )
    wing = outline((296, 712), (330, 600, 420, 540, 540, 520), (500, 590, 520, 660, 566, 712))
    canvas.drawPath(wing, fill(LAGOON))
    seam = skia.Path()
    seam.moveTo(322, 706)
    seam.cubicTo(356, 612, 436, 562, 528, 540)
    canvas.drawPath(seam, stroke(CREAM, 3, alpha=0.8))
    collar = outline((168, 420), (230, 460, 330, 480, 400, 404), (430, 360), (160, 340))
    canvas.drawPath(collar, fill(INK))
    canvas.drawRoundRect(skia.Rect.MakeXYWH(168, 520, 46, 76), 12, 12, fill(CREAM))
    arc(canvas, (191, 560), 13, 180, 180, stroke(CORAL, 6))


def draw_laces(canvas: skia.Canvas) -> None:
    tongue = outline((372, 420), (366, 372, 396, 330, 436, 346), (470, 364, 478, 400, 486, 430), (420, 440))
    canvas.drawPath(tongue, fill(CORAL))
    for index in range(5):
        x, y = 400 + index * 54, 424 + index * 36
        canvas.drawLine(x, y, x + 44, y - 24, stroke(INK, 15, alpha=0.14))
        canvas.drawLine(x, y - 4, x + 46, y - 28, stroke(0xFFFFFFFF, 13))
        canvas.drawCircle(x - 2, y + 4, 7, fill(INK))


def draw_sole(canvas: skia.Canvas) -> None:
    canvas.drawRect(skia.Rect.MakeLTRB(100, 768, 930, 810), fill(INK))
    canvas.drawPath(
        outline((100, 690), (300, 690), (330, 740, 290, 768, 250, 768), (100, 768)), fill(CORAL, alpha=0.9)
    )
    for x in range(360, 860, 26):
        canvas.drawLine(x, 736, x + 8, 752, stroke(INK, 4, alpha=0.2))


# --- the headphones, from the front ---


def headphones(canvas: skia.Canvas) -> None:
    studio(canvas, (0xFF2A8C86, 0xFF15635F), 0xFF0F5350, 0xFF34A89A, (500, 470, 350))
    shadow(canvas, 250, 750, 806, 26)
    band = outline(
        (236, 560),
        (220, 90, 780, 90, 764, 560),
        (716, 560),
        (720, 176, 280, 176, 284, 560),
    )
    canvas.drawPath(band, gradient((300, 150), (720, 500), [0xFFFFF9EE, 0xFFE9D8BE]))
    arc(canvas, (500, 436), 226, 215, 110, stroke(CORAL, 44))
    arc(canvas, (500, 436), 216, 222, 96, stroke(INK, 8, alpha=0.14))
    for side in (-1, 1):
        canvas.save()
        canvas.translate(500, 0)
        canvas.scale(side, 1)
        draw_ear(canvas)
        canvas.restore()


def draw_ear(canvas: skia.Canvas) -> None:
    canvas.drawRoundRect(skia.Rect.MakeLTRB(222, 420, 258, 560), 16, 16, fill(APRICOT))
    canvas.drawRoundRect(
        skia.Rect.MakeLTRB(110, 488, 216, 790), 52, 52, gradient((110, 0), (216, 0), [INK, 0xFF2C3E68])
    )
    canvas.drawRoundRect(
        skia.Rect.MakeLTRB(180, 476, 330, 802),
        74,
        74,
        gradient((180, 480), (330, 800), [0xFFFFFBF4, 0xFFE7D3B5]),
    )
    canvas.drawRoundRect(skia.Rect.MakeLTRB(236, 530, 306, 748), 36, 36, fill(CORAL))
    canvas.drawRoundRect(skia.Rect.MakeLTRB(256, 562, 286, 716), 15, 15, fill(0xFFE2553A))
    canvas.drawLine(206, 560, 206, 700, stroke(0xFFFFFFFF, 8, alpha=0.8))


# --- the lamp ---


def lamp(canvas: skia.Canvas) -> None:
    studio(canvas, (0xFF2A3C6E, 0xFF182546), 0xFF0F1A34, 0xFF31467F, (440, 430, 340))
    canvas.drawPaint(glow((610, 470), 430, [0x99FFD894, 0x22FFB454, 0x00FFB454], [0.0, 0.55, 1.0]))
    beam = outline((486, 452), (742, 452), (880, 796), (330, 796))
    canvas.drawPath(beam, gradient((600, 440), (600, 800), [0x88FFE2AC, 0x14FFE2AC]))
    canvas.drawOval(skia.Rect.MakeLTRB(310, 780, 900, 852), fill(0xFFFFDCA0, alpha=0.38, blur=14))
    shadow(canvas, 190, 470, 842, 24)
    stem = skia.Path()
    stem.moveTo(330, 820)
    stem.lineTo(330, 400)
    stem.cubicTo(330, 180, 614, 150, 614, 300)
    canvas.drawPath(stem, stroke(0xFFD98E32, 24))
    canvas.drawPath(stem, stroke(APRICOT, 16))
    shade = outline((614, 270), (700, 270, 752, 350, 760, 452), (468, 452), (476, 350, 528, 270, 614, 270))
    canvas.drawOval(skia.Rect.MakeLTRB(548, 416, 680, 496), fill(0xFFFFF3D6))
    canvas.drawOval(skia.Rect.MakeLTRB(530, 400, 698, 512), fill(0xFFFFF3D6, alpha=0.6, blur=18))
    canvas.drawPath(shade, gradient((470, 300), (760, 420), [0xFFFF8A6B, 0xFFE8492B]))
    canvas.drawRoundRect(skia.Rect.MakeLTRB(462, 440, 766, 460), 10, 10, fill(0xFFC93A20))
    canvas.drawRoundRect(skia.Rect.MakeLTRB(592, 250, 636, 284), 12, 12, fill(APRICOT))
    sheen = skia.Path()
    sheen.moveTo(516, 400)
    sheen.cubicTo(528, 350, 548, 320, 574, 302)
    canvas.drawPath(sheen, stroke(CREAM, 11, alpha=0.5))
    base = outline((190, 842), (190, 796, 250, 780, 330, 780), (410, 780, 470, 796, 470, 842))
    canvas.drawPath(base, gradient((200, 780), (470, 842), [CREAM, 0xFFDCC6A4]))
    canvas.drawLine(330, 620, 330, 640, stroke(CREAM, 26))


# --- the backpack ---


def backpack(canvas: skia.Canvas) -> None:
    studio(canvas, (0xFFFF9A80, 0xFFFF7F61), 0xFFE9593A, 0xFFFFB49E, (500, 440, 350))
    shadow(canvas, 240, 760, 838)
    handle = skia.Path()
    handle.addRoundRect(skia.Rect.MakeLTRB(418, 108, 582, 260), 62, 62)
    canvas.drawPath(handle, stroke(0xFF0A363C, 26))
    for side in (-1, 1):
        strap = skia.Path()
        strap.moveTo(500 + side * 220, 330)
        strap.cubicTo(500 + side * 330, 420, 500 + side * 320, 700, 500 + side * 250, 800)
        canvas.drawPath(strap, stroke(0xFF0A363C, 34))
    body = outline(
        (240, 800),
        (236, 380),
        (236, 220, 340, 160, 500, 160),
        (660, 160, 764, 220, 764, 380),
        (760, 800),
        (758, 832, 738, 846, 706, 846),
        (294, 846),
        (262, 846, 242, 832, 240, 800),
    )
    canvas.drawPath(body, gradient((260, 180), (760, 840), [0xFF1B6E73, 0xFF0E4A50]))
    within(canvas, body, lambda: draw_flap(canvas))
    draw_pocket(canvas)
    draw_buckles(canvas)


def draw_flap(canvas: skia.Canvas) -> None:
    flap = outline((200, 140), (800, 140), (790, 440), (700, 500, 300, 500, 210, 440))
    canvas.drawPath(flap, fill(INK, alpha=0.3, blur=14))
    canvas.drawPath(
        outline((200, 140), (800, 140), (784, 428), (700, 486, 300, 486, 216, 428)), fill(0xFF239089)
    )
    stitch = skia.Path()
    stitch.moveTo(216, 408)
    stitch.cubicTo(300, 466, 700, 466, 784, 408)
    dashed = stroke(CREAM, 3.5, alpha=0.75)
    dashed.setPathEffect(skia.DashPathEffect.Make([14.0, 11.0], 0.0))
    canvas.drawPath(stitch, dashed)
    canvas.drawRect(skia.Rect.MakeLTRB(200, 800, 800, 860), fill(0xFF8A4B2A))


def draw_pocket(canvas: skia.Canvas) -> None:
    pocket = skia.Rect.MakeLTRB(310, 560, 690, 780)
    canvas.drawRoundRect(pocket, 34, 34, fill(INK, alpha=0.28, blur=9))
    canvas.drawRoundRect(pocket, 34, 34, gradient((310, 560), (690, 780), [0xFF1F7E80, 0xFF125A60]))
    canvas.drawLine(350, 606, 650, 606, stroke(0xFF0A363C, 9))
    canvas.drawLine(350, 606, 650, 606, stroke(APRICOT, 3))
    canvas.drawRoundRect(skia.Rect.MakeLTRB(628, 600, 646, 646), 8, 8, fill(APRICOT))
    canvas.drawRoundRect(skia.Rect.MakeLTRB(440, 668, 560, 724), 10, 10, fill(0xFF8A4B2A))
    canvas.drawCircle(480, 696, 9, fill(APRICOT))
    arc(canvas, (516, 704), 18, 180, 180, stroke(CREAM, 6))


def draw_buckles(canvas: skia.Canvas) -> None:
    for x in (370, 630):
        canvas.drawRoundRect(skia.Rect.MakeLTRB(x - 24, 330, x + 24, 546), 10, 10, fill(0xFF6E3A1F))
        canvas.drawRoundRect(skia.Rect.MakeLTRB(x - 24, 330, x + 24, 540), 10, 10, fill(0xFF9A5630))
        canvas.drawRoundRect(skia.Rect.MakeLTRB(x - 34, 462, x + 34, 516), 10, 10, stroke(APRICOT, 10))
        canvas.drawLine(x, 466, x, 500, stroke(APRICOT, 8))
    canvas.drawRoundRect(skia.Rect.MakeLTRB(462, 232, 538, 308), 18, 18, fill(CREAM))
    arc(canvas, (500, 280), 22, 0, 180, fill(LAGOON))
    arc(canvas, (489, 274), 13, 180, 180, stroke(CORAL, 8))
