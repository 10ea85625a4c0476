"""Where things are at an instant: matrices, boxes and opacities. Shared by layers, plan and render."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reelpress.studio.scene.keyframes import value_at
from reelpress.studio.scene.ops import (
    Box,
    Clip,
    ColourSource,
    Effect,
    Group,
    ImageSource,
    Keys,
    Light,
    Node,
    Place,
    Write,
)

SizeOf = Callable[[Clip], tuple[float, float] | None]
Matrix = tuple[float, float, float, float, float, float]  # x' = a x + b y + c; y' = d x + e y + f
IDENTITY: Matrix = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
_FRACTION = {"left": 0.0, "top": 0.0, "center": 0.5, "middle": 0.5, "right": 1.0, "bottom": 1.0}


@dataclass(frozen=True, slots=True)
class Placement:
    matrix: Matrix
    opacity: float
    rect: Box


def active(effect: Effect, position: float) -> bool:
    return effect.first <= position and (effect.last is None or position < effect.last + 1)


def local_position(node: Node, position: float) -> float | None:
    """The node's own position at its parent's `position`, or None when it is not on."""
    if not node.start <= position < node.start + node.frames:
        return None
    return position - node.start + node.offset


def scalar_at(keys: Keys, position: float, default: float = 1.0) -> float:
    return value_at(keys, position)[0] if keys else default


def light_at(light: Light, position: float) -> tuple[float, float]:
    """Level and alpha."""
    at = position - light.first
    return max(0.0, scalar_at(light.level, at)), min(1.0, max(0.0, scalar_at(light.alpha, at)))


def rect_at(keys: Keys, position: float) -> tuple[Box, float]:
    x, y, width, height, opacity = value_at(keys, position)
    return Box(x, y, max(0.0, width), max(0.0, height)), min(1.0, max(0.0, opacity))


def place_at(
    place: Place, position: float, size: tuple[float, float], canvas: tuple[float, float] | None
) -> Placement:
    """The matrix that takes a picture of `size` (at the origin) into the rectangle of that instant.

    Without `canvas` the picture stays inside the rectangle whatever its proportions.
    """
    at = position - place.first
    rect, opacity = rect_at(place.rect, at)
    width, height = size
    across, down = rect.width / max(width, 1e-6), rect.height / max(height, 1e-6)
    if place.by_canvas and canvas is not None and not place.stretch:
        wider = width * canvas[1] > height * canvas[0]
        across = down = across if wider else down
    elif not place.stretch:
        across = down = min(across, down) if place.upscale else min(across, down, 1.0)
    left = rect.x + (rect.width - width * across) * _FRACTION[place.halign]
    top = rect.y + (rect.height - height * down) * _FRACTION[place.valign]
    matrix: Matrix = (across, 0.0, left, 0.0, down, top)
    angle = scalar_at(place.rotation, at, 0.0)
    if angle:
        centre = (
            (rect.x + rect.width / 2, rect.y + rect.height / 2)
            if place.rotate_about_centre
            else (rect.x, rect.y)
        )
        matrix = multiply(_rotation(angle, centre), matrix)
    return Placement(matrix, opacity, rect)


def contain(width: float, height: float, canvas: tuple[float, float]) -> Matrix:
    """A picture as large as fits the canvas, in its middle."""
    scale = min(canvas[0] / max(width, 1e-6), canvas[1] / max(height, 1e-6))
    return (scale, 0.0, (canvas[0] - width * scale) / 2, 0.0, scale, (canvas[1] - height * scale) / 2)


def multiply(outer: Matrix, inner: Matrix) -> Matrix:
    a, b, c, d, e, f = outer
    g, h, i, j, k, m = inner
    return (a * g + b * j, a * h + b * k, a * i + b * m + c, d * g + e * j, d * h + e * k, d * i + e * m + f)


def map_box(matrix: Matrix, box: Box) -> Box:
    """The upright box around a transformed box."""
    a, b, c, d, e, f = matrix
    corners = [
        (a * x + b * y + c, d * x + e * y + f)
        for x in (box.x, box.x + box.width)
        for y in (box.y, box.y + box.height)
    ]
    left, right = min(x for x, _ in corners), max(x for x, _ in corners)
    top, bottom = min(y for _, y in corners), max(y for _, y in corners)
    return Box(left, top, right - left, bottom - top)


def unite(one: Box, other: Box) -> Box:
    x, y = min(one.x, other.x), min(one.y, other.y)
    right = max(one.x + one.width, other.x + other.width)
    bottom = max(one.y + one.height, other.y + other.height)
    return Box(x, y, right - x, bottom - y)


def cut(box: Box, canvas: tuple[float, float]) -> Box:
    x, y = min(max(box.x, 0.0), canvas[0]), min(max(box.y, 0.0), canvas[1])
    right, bottom = min(box.x + box.width, canvas[0]), min(box.y + box.height, canvas[1])
    return Box(x, y, max(0.0, right - x), max(0.0, bottom - y))


@dataclass(frozen=True, slots=True)
class Mark:
    """Something visible at an instant: the layer it belongs to (or ""), the box it may touch."""

    layer: str
    box: Box
    opacity: float


def marks(
    node: Node, position: float, canvas: tuple[float, float], size_of: SizeOf = lambda _: None
) -> Iterator[Mark]:
    """All that `node` may draw at its parent's `position`, bottom to top, in the parent's pixels.

    `size_of` tells the size of a clip's own picture where it is known; boxes of layers do not depend on it.
    """
    local = local_position(node, position)
    if local is None:
        return
    if isinstance(node, Group):
        drawn = [mark for child in node.children for mark in marks(child, local, canvas, size_of)]
    elif not node.picture:
        return
    else:
        drawn = _source_marks(node, canvas)
    placed = False
    for effect in node.effects:
        if not active(effect, local):
            continue
        if isinstance(effect, Write):
            drawn.append(_write_mark(effect, local, canvas))
        elif isinstance(effect, Light):
            alpha = light_at(effect, local)[1]
            drawn = [Mark(mark.layer, mark.box, mark.opacity * alpha) for mark in drawn]
        elif isinstance(effect, Place):
            own = None
            if isinstance(node, Clip) and not placed and not isinstance(node.source, ColourSource):
                own = _own_size(node, effect, local, size_of)
            drawn = [_placed(mark, effect, local, canvas, own) for mark in drawn]
            placed = True
        placed = placed or isinstance(effect, Write)
    yield from (mark for mark in drawn if mark.opacity > 0 and mark.box.width > 0 and mark.box.height > 0)


def text_margin(write: Write) -> float:
    """How far a shadow reaches over the text's box."""
    style = write.style
    if not style.shadow_colour[3]:
        return 0.0
    return max(abs(style.shadow_x), abs(style.shadow_y)) + 2 * style.shadow_blur


def _source_marks(clip: Clip, canvas: tuple[float, float]) -> list[Mark]:
    source = clip.source
    if isinstance(source, ColourSource) and source.colour[3] == 0:
        return []
    layer = source.layer if isinstance(source, ImageSource) else ""
    return [Mark(layer, Box(0, 0, *canvas), 1.0)]


def _write_mark(effect: Write, local: float, canvas: tuple[float, float]) -> Mark:
    box, opacity = rect_at(effect.rect, local - effect.first)
    margin = text_margin(effect)
    grown = Box(box.x - margin, box.y - margin, box.width + 2 * margin, box.height + 2 * margin)
    return Mark(effect.layer, cut(grown, canvas), opacity)


def _own_size(clip: Clip, place: Place, local: float, size_of: SizeOf) -> tuple[float, float]:
    """A picture that comes with the request may have any size; it fills the rectangle at most."""
    known = None if isinstance(clip.source, ImageSource) and clip.source.layer else size_of(clip)
    rect, _ = rect_at(place.rect, local - place.first)
    return known or (max(rect.width, 1e-6), max(rect.height, 1e-6))


def _placed(
    mark: Mark,
    place: Place,
    local: float,
    canvas: tuple[float, float],
    own_size: tuple[float, float] | None,
) -> Mark:
    """A picture is placed by its own size; anything else drawn moves with the canvas."""
    if own_size is not None:
        placement = place_at(place, local, own_size, None if mark.layer else canvas)
        box = map_box(placement.matrix, Box(0, 0, *own_size))
    else:
        placement = place_at(place, local, canvas, canvas)
        box = map_box(placement.matrix, mark.box)
    if place.background[3]:
        box = Box(0, 0, *canvas)
    return Mark(mark.layer, cut(box, canvas), mark.opacity * placement.opacity)


def _rotation(degrees: float, centre: tuple[float, float]) -> Matrix:
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    x, y = centre
    return (cosine, -sine, x - cosine * x + sine * y, sine, cosine, y - sine * x - cosine * y)
