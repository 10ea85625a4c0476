"""The frames of a plan, one at a time: the film below in YUV, the rest drawn in its dirty rectangles."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reelpress.studio.plan.mapping import Resolved
from reelpress.studio.plan.model import Plan, PlanPart
from reelpress.studio.render.draw import Painter, Signature, Stock
from reelpress.studio.render.planes import Frame, Patch, black, dim
from reelpress.studio.render.skia_door import Surface
from reelpress.studio.scene.geometry import (
    IDENTITY,
    Matrix,
    active,
    contain,
    light_at,
    local_position,
    map_box,
    marks,
)
from reelpress.studio.scene.ops import (
    Box,
    Clip,
    ColourSource,
    Effect,
    Gain,
    Group,
    Light,
    Node,
    Ramp,
    VideoSource,
)

KEPT_PATCHES = 12
_NEAR = 8  # rectangles closer than this many pixels are drawn as one


@dataclass(frozen=True, slots=True)
class Rect:
    """Whole, even pixels of the output."""

    left: int
    top: int
    right: int
    bottom: int

    def near(self, other: "Rect") -> bool:
        return (
            self.left < other.right + _NEAR
            and other.left < self.right + _NEAR
            and self.top < other.bottom + _NEAR
            and other.top < self.bottom + _NEAR
        )

    def join(self, other: "Rect") -> "Rect":
        return Rect(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


@dataclass(frozen=True, slots=True)
class _Placed:
    """A node and the position of its parent, once groups that change nothing are opened."""

    node: Node
    position: float


class Composer:
    """Composes any frame of a plan; frames asked for in order cost least."""

    def __init__(self, plan: Plan, resolved: Resolved, files: Mapping[str, Path]) -> None:
        self._plan = plan
        self.width, self.height = plan.output.width, plan.output.height
        self._stock = Stock(resolved, files, (self.width, self.height))
        self._painters = [Painter(part, self._stock) for part in plan.parts]
        self._surface = Surface(self.width, self.height)
        self._black = black(self.width, self.height)
        self._patches: dict[tuple[Rect, Signature], Patch] = {}

    def __enter__(self) -> "Composer":
        return self

    def __exit__(self, *_: object) -> None:
        self._stock.close()

    def frames(self) -> Iterator[Frame]:
        return (self.frame(number) for number in range(self._plan.frames))

    def frame(self, number: int) -> Frame:
        """Output frame `number`, counted from 0. The caller owns it."""
        index, part = next(
            (index, part)
            for index, part in enumerate(self._plan.parts)
            if number < part.first + part.frames or index == len(self._plan.parts) - 1
        )
        fps = self._plan.output.fps_num / self._plan.output.fps_den
        position = (number - part.first) / fps * (part.fps_num / part.fps_den)
        position = min(round(position, 6), part.root.frames - 1)
        view = contain(part.width, part.height, (self.width, self.height))
        placed = _opened(part.root, position)
        base, above = self._base(part, placed, view)
        for rect, touching in self._dirty(part, self._painters[index], above, view):
            self._draw(base, rect, index, touching, view)
        return base

    def _base(
        self, part: PlanPart, placed: Sequence[_Placed], view: Matrix
    ) -> tuple[Frame, Sequence[_Placed]]:
        """The lowest picture that hides all below it, as YUV, and what is drawn over it."""
        for index in range(len(placed) - 1, -1, -1):
            frame = self._covering(part, placed[index], view)
            if frame is not None:
                return frame, placed[index + 1 :]
        return self._black.copy(), placed

    def _covering(self, part: PlanPart, placed: _Placed, view: Matrix) -> Frame | None:
        node = placed.node
        local = local_position(node, placed.position)
        if local is None or not isinstance(node, Clip) or not node.picture:
            return None
        level = _plain_level([effect for effect in node.effects if active(effect, local)], local)
        if level is None:
            return None
        if isinstance(node.source, ColourSource) and node.source.colour == (0, 0, 0, 255):
            return self._black.copy()
        if not isinstance(node.source, VideoSource) or not node.source.picture:
            return None
        film = self._stock.film(node.source.resource)
        picture = film.at(local * part.fps_den / part.fps_num)
        inside = contain(film.width, film.height, (part.width, part.height))
        canvas = map_box(view, Box(0, 0, part.width, part.height))
        box = map_box(view, map_box(inside, Box(0, 0, film.width, film.height)))
        rect = _even(box, self.width, self.height, outward=False)
        if rect.right <= rect.left or rect.bottom <= rect.top or canvas.width < 2:
            return None
        converted = self._stock.converter.from_film(picture, rect.right - rect.left, rect.bottom - rect.top)
        frame = converted if level == 1 else dim(converted, level)
        if (frame.width, frame.height) == (self.width, self.height):
            return frame
        whole = self._black.copy()
        whole.y[rect.top : rect.bottom, rect.left : rect.right] = frame.y
        half = (slice(rect.top // 2, rect.bottom // 2), slice(rect.left // 2, rect.right // 2))
        whole.u[half], whole.v[half] = frame.u, frame.v
        return whole

    def _dirty(
        self, part: PlanPart, painter: Painter, above: Sequence[_Placed], view: Matrix
    ) -> list[tuple[Rect, list[_Placed]]]:
        """Rectangles, apart from each other, and what is drawn in each."""
        rects: list[Rect] = []
        touched: list[list[Rect]] = []
        for placed in above:
            own = [
                _even(map_box(view, mark.box), self.width, self.height, outward=True)
                for mark in marks(placed.node, placed.position, (part.width, part.height), painter.size_of)
            ]
            touched.append([rect for rect in own if rect.left < rect.right and rect.top < rect.bottom])
            for rect in touched[-1]:
                rects = _with(rects, rect)
        return [
            (rect, [placed for placed, own in zip(above, touched, strict=True) if any(map(rect.near, own))])
            for rect in rects
        ]

    def _draw(self, base: Frame, rect: Rect, index: int, above: Sequence[_Placed], view: Matrix) -> None:
        painter = self._painters[index]
        signature = (view, *(painter.signature(placed.node, placed.position) for placed in above))
        patch = self._patches.get((rect, signature))
        if patch is None:
            patch = self._drawn(rect, painter, above, view)
            while len(self._patches) >= KEPT_PATCHES:
                del self._patches[next(iter(self._patches))]
            self._patches[rect, signature] = patch
        patch.lay(base, rect.left, rect.top)

    def _drawn(self, rect: Rect, painter: Painter, above: Sequence[_Placed], view: Matrix) -> Patch:
        pixels = self._surface.pixels[rect.top : rect.bottom, rect.left : rect.right]
        pixels[:] = 0
        canvas = self._surface.canvas
        with canvas.clipped(Box(rect.left, rect.top, rect.right - rect.left, rect.bottom - rect.top)):
            for placed in above:
                if view == IDENTITY:
                    painter.draw(canvas, placed.node, placed.position)
                else:
                    with canvas.transformed(view):
                        painter.draw(canvas, placed.node, placed.position)
        return self._stock.converter.patch(pixels)


def _opened(node: Node, position: float) -> list[_Placed]:
    """Clips and changing groups in drawing order, groups that change nothing opened."""
    local = local_position(node, position)
    if local is None:
        return []
    changed = any(active(effect, local) and not isinstance(effect, Gain | Ramp) for effect in node.effects)
    if isinstance(node, Group) and not node.dissolve and not changed:
        return [placed for child in node.children for placed in _opened(child, local)]
    return [_Placed(node, position)]


def _plain_level(effects: Sequence[Effect], local: float) -> float | None:
    """The brightness of a clip that nothing else changes, or None."""
    level = 1.0
    for effect in effects:
        if isinstance(effect, Gain | Ramp):
            continue
        if not isinstance(effect, Light):
            return None
        own, alpha = light_at(effect, local)
        if alpha < 1 or own > 1:
            return None
        level *= own
    return level


def _with(rects: Sequence[Rect], rect: Rect) -> list[Rect]:
    """Add a rectangle, joined with all it comes near."""
    apart: list[Rect] = []
    for other in rects:
        if rect.near(other):
            rect = rect.join(other)
        else:
            apart.append(other)
    return [*apart, rect] if len(apart) == len(rects) else _with(apart, rect)


def _even(box: Box, width: int, height: int, *, outward: bool) -> Rect:
    """Whole even pixels around (`outward`) or nearest to a box, within the output."""
    if outward:
        edges = (
            math.floor(box.x - 1),
            math.floor(box.y - 1),
            math.ceil(box.x + box.width + 1),
            math.ceil(box.y + box.height + 1),
        )
        left, top, right, bottom = (
            edges[0] - edges[0] % 2,
            edges[1] - edges[1] % 2,
            edges[2] + edges[2] % 2,
            edges[3] + edges[3] % 2,
        )
    else:
        left, top = 2 * round(box.x / 2), 2 * round(box.y / 2)
        right, bottom = 2 * round((box.x + box.width) / 2), 2 * round((box.y + box.height) / 2)
    return Rect(max(0, left), max(0, top), min(width, right), min(height, bottom))
