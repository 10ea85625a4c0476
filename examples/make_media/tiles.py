"""The pattern of quarter, half and full discs that frames Larkmere's openings and closings."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import skia
from examples.make_media.brand import (
    APRICOT,
    CORAL,
    INK,
    LAGOON,
    SAND,
    ease_back,
    ease_out,
    fill,
    half,
    mix,
    quarter,
    span,
)

TILE = 160


@dataclass(frozen=True, slots=True)
class Tile:
    column: int
    row: int
    kind: str
    color: int
    turn: int
    delay: float


def frame_tiles(seed: int, keep: Callable[[int, int], bool]) -> list[Tile]:
    """Tiles on an 8 by 5 grid wherever `keep(column, row)`, later the nearer they are to the middle."""
    dice = random.Random(seed)
    found: list[Tile] = []
    for row in range(5):
        for column in range(8):
            kind = dice.choice(("quarter", "quarter", "half", "disc", "drop", "petal"))
            color = dice.choice((CORAL, APRICOT, LAGOON, INK, SAND))
            turn = dice.randrange(4) * 90
            delay = 0.07 * min(column, 7 - column) + 0.06 * min(row, 4 - row) + dice.random() * 0.14
            if keep(column, row):
                found.append(Tile(column, row, kind, color, turn, delay))
    return found


def draw_tiles(canvas: skia.Canvas, tiles: list[Tile], time: float) -> None:
    """Each tile turns into place, spreading from the corners."""
    for tile in tiles:
        shown = ease_back(span(time, tile.delay, 0.6), 1.2)
        if shown <= 0:
            continue
        middle = (tile.column * TILE + TILE / 2, tile.row * TILE - 40 + TILE / 2)
        canvas.save()
        canvas.translate(*middle)
        canvas.rotate(tile.turn + mix(-90, 0, ease_out(span(time, tile.delay, 0.8))))
        canvas.scale(shown, shown)
        draw_shape(canvas, tile.kind, tile.color)
        canvas.restore()


def draw_shape(canvas: skia.Canvas, kind: str, color: int) -> None:
    reach = TILE / 2
    if kind == "quarter":
        quarter(canvas, (reach, reach), TILE, 180, fill(color))
    elif kind == "half":
        half(canvas, (0, -reach / 2), reach, 0, fill(color))
    elif kind == "disc":
        canvas.drawCircle(0, 0, reach * 0.62, fill(color))
    elif kind == "drop":
        path = skia.Path()
        path.addRRect(rounded(-reach * 0.7, reach * 1.4, (reach * 0.7, reach * 0.7, 0, reach * 0.7)))
        canvas.drawPath(path, fill(color))
    else:
        path = skia.Path()
        path.addRRect(rounded(-reach, TILE, (0, TILE * 0.999, 0, TILE * 0.999)))
        canvas.drawPath(path, fill(color))


def rounded(start: float, size: float, radii: tuple[float, float, float, float]) -> skia.RRect:
    shape = skia.RRect()
    points: Iterator[skia.Point] = (skia.Point(radius, radius) for radius in radii)
    shape.setRectRadii(skia.Rect.MakeXYWH(start, start, size, size), list(points))
    return shape
