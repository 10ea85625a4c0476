"""Where things are at an instant: matrices, boxes and opacities. Shared by layers, plan and render."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reelpress.studio.scene.keyframes import value_at
from reelpress.studio.scene.ops import (
    Blur,
    Box,
    Clip,
    ColourSource,
    Crop,
    Effect,
    Group,
    Keys,
    Light,
    Node,
    Place,
    Rich,
    Shape,
    Trim,
    VideoSource,
    Write,
    layer_of,
)

Size = tuple[float, float]
SizeOf = Callable[[Clip], tuple[float, float] | None]
Matrix = tuple[float, float, float, float, float, float]  # x' = a x + b y + c; y' = d x + e y + f
IDENTITY: Matrix = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
_FAR = 100_000.0  # pixels; beyond any canvas
_LEAST_SIDE = 8  # pixels; MLT leaves a side alone that would get smaller
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


def blur_at(blur: Blur, position: float, scale: float = 1.0) -> tuple[float, float]:
    """Standard deviations, across and down, of a bell that softens as a box of that reach does.

    `scale` is the width of the blurred frame over the canvas's.
    """
    at = position - blur.first
    reaches = (max(0.0, round(scalar_at(keys, at, 0.0) * scale)) for keys in (blur.across, blur.down))
    across, down = (math.sqrt(reach * (reach + 1) / 3) for reach in reaches)
    return across, down


def crop_at(crop: Crop, position: float, size: tuple[float, float], canvas: Size) -> tuple[Box, float]:
    """What a crop leaves of a frame of `size`, and the radius of its corners."""
    at = position - crop.first
    width, height = size
    radius = max(0.0, scalar_at(crop.radius, at, 0.0))
    if crop.circle:
        reach = radius * math.hypot(width, height) / 2
        return Box(width / 2 - reach, height / 2 - reach, 2 * reach, 2 * reach), reach
    rect, _ = rect_at(crop.rect, at)
    across, down = width / canvas[0], height / canvas[1]
    box = Box(rect.x * across, rect.y * down, rect.width * across, rect.height * down)
    return box, radius * min(size) / 2


def trimmed(trim: Trim, size: tuple[float, float], canvas: Size) -> Box:
    """The part of a picture of `size` that a trim leaves, by MLT's rules."""
    width, height = size
    across, down = (width / canvas[0], height / canvas[1]) if trim.by_canvas else (1.0, 1.0)
    left, right = int(trim.left * across), int(trim.right * across)
    top, bottom = int(trim.top * down), int(trim.bottom * down)
    if trim.centre:
        proportion = canvas[0] / canvas[1]
        if width / height > proportion:
            left = right = int((width - round(proportion * height)) / 2)
            bias = max(-left, min(left, int(trim.bias * across)))
            left, right = left - bias, right + bias
        else:
            top = bottom = int((height - round(width / proportion)) / 2)
            bias = max(-top, min(top, int(trim.bias * down)))
            top, bottom = top - bias, bottom + bias
    left += int(width - left - right) & 1
    left, right = (left, right) if width - left - right >= _LEAST_SIDE else (0, 0)
    top, bottom = (top, bottom) if height - top - bottom >= _LEAST_SIDE else (0, 0)
    return Box(left, top, width - left - right, height - top - bottom)


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
    effects = [effect for effect in node.effects if active(effect, local)]
    unplaced = isinstance(node, Clip) and any(isinstance(effect, Place) for effect in effects)
    for effect in effects:
        if isinstance(effect, Place):
            own = None
            if unplaced and isinstance(node, Clip) and not isinstance(node.source, ColourSource):
                own = _own_size(node, effect, local, size_of)
            drawn = [_placed(mark, effect, local, canvas, own) for mark in drawn]
        else:
            drawn = _changed(drawn, effect, local, canvas, unplaced=unplaced)
        unplaced = unplaced and not isinstance(effect, Place | Write | Shape)
    yield from (mark for mark in drawn if mark.opacity > 0 and mark.box.width > 0 and mark.box.height > 0)


def text_margin(write: Write) -> float:
    """How far a shadow, or an outline that takes no room, reaches over the text's box."""
    style = write.style
    outline = style.outline / 2 if style.outline_under else 0.0
    if not style.shadow_colour[3]:
        return outline
    return outline + max(abs(style.shadow_x), abs(style.shadow_y)) + 2 * style.shadow_blur


def rich_room(rich: Rich, box: Box) -> Box:
    """Where rich text may be seen: its box, or all below the box's top where it goes on."""
    if not rich.overflows(box.height) or not box.width or not box.height:
        return box
    return Box(-_FAR, box.y, 2 * _FAR, _FAR)


def _source_marks(clip: Clip, canvas: tuple[float, float]) -> list[Mark]:
    source = clip.source
    if isinstance(source, ColourSource) and source.colour[3] == 0:
        return []
    layer = layer_of(source)
    if layer and isinstance(source, VideoSource) and not source.picture:
        return []
    return [Mark(layer, Box(0, 0, *canvas), 1.0)]


def _write_mark(effect: Write, local: float, canvas: tuple[float, float]) -> Mark:
    box, opacity = rect_at(effect.rect, local - effect.first)
    if effect.rich is not None:
        return Mark(effect.layer, cut(rich_room(effect.rich, box), canvas), opacity)
    margin = text_margin(effect)
    return Mark(effect.layer, cut(_grown(box, margin, margin), canvas), opacity)


def _changed(drawn: list[Mark], effect: Effect, local: float, canvas: Size, *, unplaced: bool) -> list[Mark]:
    """What is there after an effect that moves nothing.

    `unplaced`: the effect counts in pixels of the clip's own picture, whose size is not known here.
    """
    match effect:
        case Write():
            return [*drawn, _write_mark(effect, local, canvas)]
        case Shape():
            return [*drawn, Mark("", cut(_grown(effect.box, effect.pen / 2, effect.pen / 2), canvas), 1.0)]
        case Light():
            alpha = light_at(effect, local)[1]
            return [Mark(mark.layer, mark.box, mark.opacity * alpha) for mark in drawn]
        case Crop():
            return _cropped(drawn, effect, local, canvas, unplaced=unplaced)
        case Blur():
            across, down = canvas if unplaced else (3 * reach + 2 for reach in blur_at(effect, local))
            return [Mark(one.layer, cut(_grown(one.box, across, down), canvas), one.opacity) for one in drawn]
        case _:
            return drawn


def _grown(box: Box, across: float, down: float) -> Box:
    return Box(box.x - across, box.y - down, box.width + 2 * across, box.height + 2 * down)


def _cropped(drawn: list[Mark], crop: Crop, local: float, canvas: Size, *, unplaced: bool) -> list[Mark]:
    rect = Box(0, 0, *canvas) if unplaced else crop_at(crop, local, canvas, canvas)[0]
    kept = [Mark(one.layer, _shared(one.box, rect), one.opacity) for one in drawn]
    return [Mark("", Box(0, 0, *canvas), 1.0), *kept] if crop.colour[3] else kept


def _shared(one: Box, other: Box) -> Box:
    x, y = max(one.x, other.x), max(one.y, other.y)
    right = min(one.x + one.width, other.x + other.width)
    bottom = min(one.y + one.height, other.y + other.height)
    return Box(x, y, max(0.0, right - x), max(0.0, bottom - y))


def _own_size(clip: Clip, place: Place, local: float, size_of: SizeOf) -> tuple[float, float]:
    """What comes with the request may have any size; it fills the rectangle at most."""
    known = None if layer_of(clip.source) else size_of(clip)
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
        across, down = own_size[0] / canvas[0], own_size[1] / canvas[1]
        drawn = mark.box
        inner = Box(drawn.x * across, drawn.y * down, drawn.width * across, drawn.height * down)
        box = map_box(placement.matrix, inner)
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
