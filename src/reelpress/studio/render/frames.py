"""The frames of a plan: what is the same for everyone, and a customer's own rectangles laid over it.

`base` composes a frame without any value; `personal` draws what depends on values, in the rectangles that
`plan.touches` names and nowhere else. Every path (straight, full, band, still) makes its frames of these two.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reelpress.studio.plan.mapping import Resolved
from reelpress.studio.plan.model import Plan, PlanPart
from reelpress.studio.plan.rects import Rect, apart
from reelpress.studio.plan.touches import position_of, touches_of
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
_BLACK = ColourSource((0, 0, 0, 255))
NO_VALUES = Resolved((), ())


@dataclass(frozen=True, slots=True)
class Laid:
    """A drawn patch and the even pixel of the output where it goes."""

    patch: Patch
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class _Placed:
    """A node and the position of its parent, once groups that change nothing are opened."""

    node: Node
    position: float


@dataclass(frozen=True, slots=True)
class _View:
    """One output frame: its part, what covers all below (or nothing), and what is drawn over that."""

    index: int
    part: PlanPart
    matrix: Matrix
    film: _Placed | None
    above: Sequence[_Placed]


class Composer:
    """Composes any frame of a plan; frames asked for in order cost least.

    `personal` may be called by several threads; `base` and `frame` belong to one.
    """

    def __init__(self, plan: Plan, resolved: Resolved, files: Mapping[str, Path]) -> None:
        self._plan = plan
        self.width, self.height = plan.output.width, plan.output.height
        canvas = (self.width, self.height)
        self._bare = Stock(NO_VALUES, files, canvas)
        self._stock = Stock(resolved, files, canvas)
        self._painters = {
            stock: [Painter(part, stock) for part in plan.parts] for stock in (self._bare, self._stock)
        }
        self._surface = Surface(self.width, self.height)
        self._black = black(self.width, self.height)
        self._patches: dict[tuple[Stock, Rect, Signature], tuple[Patch, ...]] = {}
        self._drawing = threading.Lock()

    def __enter__(self) -> "Composer":
        return self

    def __exit__(self, *_: object) -> None:
        self._bare.close()
        self._stock.close()

    def frames(self) -> Iterator[Frame]:
        return (self.frame(number) for number in range(self._plan.frames))

    def frame(self, number: int) -> Frame:
        """Output frame `number`, counted from 0, as the customer sees it. The caller owns it."""
        frame = self.base(number)
        for laid in self.personal(number):
            laid.patch.lay(frame, laid.x, laid.y)
        return frame

    def base(self, number: int) -> Frame:
        """Frame `number` without any value; inside the personal rectangles, what lies below the layers."""
        view = self._view(number)
        frame = self._film(view)
        dynamic = self._first_dynamic(view)
        self._lay(frame, view, view.above[:dynamic])
        rest = view.above[dynamic:]
        if not rest:
            return frame
        rects = self._rects(view)
        below = [frame.crop(rect.left, rect.top, rect.right, rect.bottom) for rect in rects]
        self._lay(frame, view, rest)
        for rect, pixels in zip(rects, below, strict=True):
            frame.paste(pixels, rect.left, rect.top)
        return frame

    def personal(self, number: int) -> list[Laid]:
        """What the values draw in frame `number`, in order, to be laid over its base."""
        with self._drawing:
            view = self._view(number)
            rest = view.above[self._first_dynamic(view) :]
            return [
                Laid(patch, rect.left, rect.top)
                for rect in self._rects(view)
                for patch in self._patch(
                    self._stock, view, rect, self._touching(self._stock, view, rect, rest)
                )
            ]

    def _view(self, number: int) -> _View:
        index, part = next(
            (index, part)
            for index, part in enumerate(self._plan.parts)
            if number < part.first + part.frames or index == len(self._plan.parts) - 1
        )
        matrix = contain(part.width, part.height, (self.width, self.height))
        placed = _opened(part.root, position_of(part, self._plan.output, number))
        for at in range(len(placed) - 1, -1, -1):
            if _covers(placed[at]):
                return _View(index, part, matrix, placed[at], placed[at + 1 :])
        return _View(index, part, matrix, None, placed)

    def _rects(self, view: _View) -> tuple[Rect, ...]:
        """The pixels that can depend on data, rectangles apart from each other."""
        output = self._plan.output
        touched = [
            t for placed in view.above for t in touches_of(view.part, output, placed.node, placed.position)
        ]
        return apart(touch.rect for touch in touched)

    def _first_dynamic(self, view: _View) -> int:
        output = self._plan.output
        for at, placed in enumerate(view.above):
            if any(touches_of(view.part, output, placed.node, placed.position)):
                return at
        return len(view.above)

    def _film(self, view: _View) -> Frame:
        """The lowest picture that hides all below it, as YUV."""
        if view.film is None:
            return self._black.copy()
        node = view.film.node
        assert isinstance(node, Clip)
        if not isinstance(node.source, VideoSource):
            return self._black.copy()
        local = local_position(node, view.film.position)
        assert local is not None
        level = _plain_level([effect for effect in node.effects if active(effect, local)], local)
        film = self._bare.film(node.source.resource)
        part = view.part
        picture = film.at(local * part.fps_den / part.fps_num)
        inside = contain(film.width, film.height, (part.width, part.height))
        box = map_box(view.matrix, map_box(inside, Box(0, 0, film.width, film.height)))
        rect = Rect.nearest(box, self.width, self.height)
        if rect.empty:
            return self._black.copy()
        frame = self._bare.converter.from_film(picture, rect.right - rect.left, rect.bottom - rect.top)
        if level is not None and level != 1:
            frame = dim(frame, level)
        if (frame.width, frame.height) == (self.width, self.height):
            return frame
        whole = self._black.copy()
        whole.y[rect.top : rect.bottom, rect.left : rect.right] = frame.y
        half = (slice(rect.top // 2, rect.bottom // 2), slice(rect.left // 2, rect.right // 2))
        whole.u[half], whole.v[half] = frame.u, frame.v
        return whole

    def _lay(self, frame: Frame, view: _View, nodes: Sequence[_Placed]) -> None:
        """Draw nodes without values, in rectangles apart from each other."""
        own = [self._marks(self._bare, view, placed) for placed in nodes]
        for rect in apart(rect for rects in own for rect in rects):
            touching = [
                placed for placed, rects in zip(nodes, own, strict=True) if any(map(rect.near, rects))
            ]
            for patch in self._patch(self._bare, view, rect, touching):
                patch.lay(frame, rect.left, rect.top)

    def _touching(self, stock: Stock, view: _View, rect: Rect, nodes: Sequence[_Placed]) -> list[_Placed]:
        return [placed for placed in nodes if any(map(rect.near, self._marks(stock, view, placed)))]

    def _marks(self, stock: Stock, view: _View, placed: _Placed) -> list[Rect]:
        painter = self._painters[stock][view.index]
        size = (view.part.width, view.part.height)
        rects = [
            Rect.around(map_box(view.matrix, mark.box), self.width, self.height)
            for mark in marks(placed.node, placed.position, size, painter.size_of)
        ]
        return [rect for rect in rects if not rect.empty]

    def _patch(self, stock: Stock, view: _View, rect: Rect, nodes: Sequence[_Placed]) -> tuple[Patch, ...]:
        painter = self._painters[stock][view.index]
        signature = (
            view.matrix,
            *(painter.signature(placed.node, placed.position) for placed in nodes),
        )
        patch = self._patches.get((stock, rect, signature))
        if patch is None:
            patch = self._drawn(stock, view, rect, nodes)
            while len(self._patches) >= KEPT_PATCHES:
                del self._patches[next(iter(self._patches))]
            self._patches[stock, rect, signature] = patch
        return patch

    def _drawn(self, stock: Stock, view: _View, rect: Rect, nodes: Sequence[_Placed]) -> tuple[Patch, ...]:
        painter = self._painters[stock][view.index]
        pixels = self._surface.pixels[rect.top : rect.bottom, rect.left : rect.right]
        pixels[:] = 0
        canvas = self._surface.canvas
        with canvas.clipped(Box(rect.left, rect.top, rect.right - rect.left, rect.bottom - rect.top)):
            for placed in nodes:
                if view.matrix == IDENTITY:
                    painter.draw(canvas, placed.node, placed.position)
                else:
                    with canvas.transformed(view.matrix):
                        painter.draw(canvas, placed.node, placed.position)
        return stock.converter.patches(pixels)


def _opened(node: Node, position: float) -> list[_Placed]:
    """Clips and changing groups in drawing order, groups that change nothing opened."""
    local = local_position(node, position)
    if local is None:
        return []
    changed = any(active(effect, local) and not isinstance(effect, Gain | Ramp) for effect in node.effects)
    if isinstance(node, Group) and not node.dissolve and not changed:
        return [placed for child in node.children for placed in _opened(child, local)]
    return [_Placed(node, position)]


def _covers(placed: _Placed) -> bool:
    """A film or black that nothing but a fade changes hides all below it."""
    node = placed.node
    local = local_position(node, placed.position)
    if local is None or not isinstance(node, Clip) or not node.picture:
        return False
    source = node.source
    known = source == _BLACK or (isinstance(source, VideoSource) and source.picture and not source.layer)
    return (
        known
        and _plain_level([effect for effect in node.effects if active(effect, local)], local) is not None
    )


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
