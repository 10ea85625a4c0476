"""Nodes of the plan drawn on a canvas at an instant, by the rules of `scene.geometry`."""

import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from reelpress.studio.plan.mapping import Resolved, image_key
from reelpress.studio.plan.model import PlanPart
from reelpress.studio.render.fonts import fonts_for
from reelpress.studio.render.media_in import Film
from reelpress.studio.render.model import RenderFault
from reelpress.studio.render.pictures import Pictures
from reelpress.studio.render.planes import Converter
from reelpress.studio.render.rich_text import RichSetter
from reelpress.studio.render.skia_door import Canvas, Picture, Pixels
from reelpress.studio.render.typeset import Typesetter
from reelpress.studio.render.wipes import wipe_mask
from reelpress.studio.scene.geometry import (
    active,
    blur_at,
    contain,
    crop_at,
    light_at,
    local_position,
    place_at,
    rect_at,
    scalar_at,
    trimmed,
)
from reelpress.studio.scene.ops import (
    Blur,
    Box,
    Clip,
    ColourSource,
    Crop,
    Effect,
    Group,
    ImageSource,
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

_WITH_ALPHA = frozenset({"argb", "rgba", "abgr", "bgra", "yuva420p", "yuva422p", "yuva444p"})
Signature = tuple[object, ...]
Size = tuple[float, float]
_Reader = tuple[str, int]  # a film and the thread that reads it


class Stock:
    """What drawing needs from outside: files, values, and what was decoded or laid out before."""

    def __init__(self, resolved: Resolved, files: Mapping[str, Path], canvas: tuple[int, int]) -> None:
        self.pictures = Pictures(files, canvas)
        self.typesetter = Typesetter(fonts_for(files))
        self.converter = Converter()
        self._files = files
        self.rich_text = RichSetter(fonts_for(files))
        self._texts = {entry.layer: entry for entry in resolved.texts}
        self._brought = {entry.layer: entry for entry in (*resolved.images, *resolved.clips)}
        self._films: dict[_Reader, Film] = {}
        self._film_pictures: dict[_Reader, tuple[object, Picture]] = {}

    def text(self, write: Write) -> str:
        entry = self._texts.get(write.layer)
        return write.text if not write.layer else entry.text if entry else ""

    def runs(self, write: Write, rich: Rich) -> tuple[str, ...]:
        """What each run of rich text says."""
        entry = self._texts.get(write.layer)
        if not write.layer:
            return tuple(run.text for run in rich.runs)
        return entry.runs if entry else ("",) * len(rich.runs)

    def film(self, name: str) -> Film:
        """A decoder of the calling thread's own: GOPs side by side read one film at different times."""
        reader = name, threading.get_ident()
        if reader not in self._films:
            path = self._files.get(name)
            if path is None:
                raise RenderFault("the file is missing.", name)
            self._films[reader] = Film(path, name)
        return self._films[reader]

    def film_picture(self, name: str, seconds: float) -> Picture:
        frame = self.film(name).at(seconds)
        reader = name, threading.get_ident()
        known = self._film_pictures.get(reader)
        if known is None or known[0] is not frame:
            pixels = self.converter.film_to_bgra(frame)
            if frame.format.name in _WITH_ALPHA:
                pixels = _premultiplied(pixels)
            known = (frame, Picture(pixels))
            self._film_pictures[reader] = known
        return known[1]

    def still(self, source: ImageSource) -> Picture | None:
        """The picture of an image source; None when a request brought none and the template has none."""
        name = self.file_name(source)
        return self.pictures.get(name) if name else None

    def file_name(self, source: ImageSource | VideoSource) -> str:
        """The file a source shows; empty when a request brought none and the template has none."""
        entry = self._brought.get(source.layer) if source.layer else None
        return image_key(entry.field) if entry is not None and entry.value else source.resource

    def close(self) -> None:
        for film in self._films.values():
            film.close()
        self._films.clear()


class Painter:
    """Draws nodes of one part; positions are frames of the part's own rate."""

    def __init__(self, part: PlanPart, stock: Stock) -> None:
        self._stock = stock
        self._size = (float(part.width), float(part.height))
        self._whole = Box(0, 0, *self._size)
        self._pixels = (part.width, part.height)
        self._rate = part.fps_num / part.fps_den

    def draw(self, canvas: Canvas, node: Node, position: float) -> None:
        local = local_position(node, position)
        if local is None or (isinstance(node, Clip) and not node.picture):
            return
        effects = [effect for effect in node.effects if active(effect, local)]
        self._draw_through(canvas, node, effects, local)

    def size_of(self, clip: Clip) -> Size | None:
        """The size of the clip's own picture, for `marks`."""
        source = clip.source
        if isinstance(source, ColourSource) or source.fit == "cover":
            return None
        if isinstance(source, VideoSource):
            name = self._stock.file_name(source)
            if not name or not source.picture or not clip.picture:
                return None
            film = self._stock.film(name)
            return self._after_trim(clip, float(film.width), float(film.height))
        picture = self._stock.still(source)
        return self._after_trim(clip, picture.width, picture.height) if picture else None

    def _after_trim(self, clip: Clip, width: float, height: float) -> Size:
        part = self._part(clip, width, height)
        return part.width, part.height

    def _part(self, clip: Clip, width: float, height: float) -> Box:
        """What is shown of a clip's picture."""
        trim = next((effect for effect in clip.effects if isinstance(effect, Trim)), None)
        return Box(0, 0, width, height) if trim is None else trimmed(trim, (width, height), self._size)

    def signature(self, node: Node, position: float) -> Signature:
        """Equal signatures draw equal pixels."""
        local = local_position(node, position)
        if local is None or (isinstance(node, Clip) and not node.picture):
            return ()
        effects = tuple(_effect_signature(effect, local) for effect in node.effects if active(effect, local))
        if isinstance(node, Group):
            children = tuple(self.signature(child, local) for child in node.children)
            fade = scalar_at(node.dissolve, local, 0.0) if node.dissolve else 0.0
            return (id(node), fade, effects, children)
        moment = local if isinstance(node.source, VideoSource) else 0.0
        return (id(node), moment, effects)

    def _draw_through(
        self, canvas: Canvas, node: Node, effects: list[Effect], local: float, natural: Size | None = None
    ) -> None:
        """Draw the node with the first of its effects applied first, which is innermost.

        With `natural`, a clip's picture at its own size, before it is placed on the canvas.
        """
        if not effects:
            if natural is not None and isinstance(node, Clip):
                self._picture(canvas, node, natural, local)
            else:
                self._content(canvas, node, local)
            return
        *inner, outer = effects
        match outer:
            case Write():
                self._draw_through(canvas, node, inner, local)
                self._write(canvas, outer, local)
            case Shape():
                self._draw_through(canvas, node, inner, local)
                canvas.shape(outer)
            case Light():
                level, alpha = light_at(outer, local)
                if alpha > 0:
                    with canvas.layer(alpha, level):
                        self._draw_through(canvas, node, inner, local, natural)
            case Crop():
                with self._cropped(canvas, outer, local, natural or self._size):
                    self._draw_through(canvas, node, inner, local, natural)
            case Blur():
                with self._blurred(canvas, outer, local, natural or self._size):
                    self._draw_through(canvas, node, inner, local, natural)
            case Place():
                self._place(canvas, node, inner, outer, local)
            case _:
                self._draw_through(canvas, node, inner, local, natural)

    @contextmanager
    def _cropped(self, canvas: Canvas, crop: Crop, local: float, frame: Size) -> Generator[None]:
        box, radius = crop_at(crop, local, frame, self._size)
        if crop.colour[3]:
            canvas.fill(Box(0, 0, *frame), crop.colour)
        with canvas.clipped_ellipse(box) if crop.circle else canvas.clipped(box, radius):
            yield

    @contextmanager
    def _blurred(self, canvas: Canvas, blur: Blur, local: float, frame: Size) -> Generator[None]:
        across, down = blur_at(blur, local, frame[0] / self._size[0])
        if not across and not down:
            yield
            return
        whole = Box(0, 0, *frame)
        with canvas.clipped(whole), canvas.blurred(across, down, whole):
            yield

    def _write(self, canvas: Canvas, write: Write, local: float) -> None:
        box, opacity = rect_at(write.rect, local - write.first)
        if opacity >= 1:
            self._set(canvas, write, box)
        elif opacity > 0:
            with canvas.layer(opacity):
                self._set(canvas, write, box)

    def _set(self, canvas: Canvas, write: Write, box: Box) -> None:
        if write.rich is None:
            self._stock.typesetter.draw(canvas, write, self._stock.text(write), box)
        else:
            self._stock.rich_text.draw(canvas, write, self._stock.runs(write, write.rich), box)

    def _place(self, canvas: Canvas, node: Node, inner: list[Effect], place: Place, local: float) -> None:
        natural = None
        if isinstance(node, Clip) and not any(isinstance(effect, Place | Write | Shape) for effect in inner):
            natural = self._natural_size(node, place, local)
        shown_by_data = isinstance(node, Clip) and layer_of(node.source)
        placement = place_at(
            place, local, natural or self._size, None if natural and shown_by_data else self._size
        )
        if place.background[3]:
            canvas.fill(self._whole, place.background)
        if placement.opacity <= 0 or not placement.rect.width or not placement.rect.height:
            return
        with canvas.clipped(self._whole):
            if placement.opacity < 1:
                with canvas.layer(placement.opacity):
                    self._placed(canvas, node, inner, placement.matrix, natural, local)
            else:
                self._placed(canvas, node, inner, placement.matrix, natural, local)

    def _placed(
        self,
        canvas: Canvas,
        node: Node,
        inner: list[Effect],
        matrix: tuple[float, float, float, float, float, float],
        natural: Size | None,
        local: float,
    ) -> None:
        with canvas.transformed(matrix):
            if natural is not None:
                self._draw_through(canvas, node, inner, local, natural)
            else:
                with canvas.clipped(self._whole):
                    self._draw_through(canvas, node, inner, local)

    def _natural_size(self, clip: Clip, place: Place, local: float) -> Size | None:
        """The size a clip's own picture is measured by; one that covers takes the rectangle's."""
        if not isinstance(clip.source, ColourSource) and clip.source.fit == "cover":
            rect, _ = rect_at(place.rect, local - place.first)
            return (max(1.0, rect.width), max(1.0, rect.height))
        return self.size_of(clip)

    def _content(self, canvas: Canvas, node: Node, local: float) -> None:
        if isinstance(node, Group):
            self._children(canvas, node, local)
            return
        source = node.source
        if isinstance(source, ColourSource):
            if source.colour[3]:
                canvas.fill(self._whole, source.colour)
            return
        if isinstance(source, VideoSource) and not source.picture:
            return
        size = self._size if source.fit == "cover" else self.size_of(node)
        if size is not None:
            with canvas.transformed(contain(*size, self._size)):
                self._picture(canvas, node, size, local)

    def _children(self, canvas: Canvas, group: Group, local: float) -> None:
        if not group.dissolve or len(group.children) < 2:
            for child in group.children:
                self.draw(canvas, child, local)
            return
        share = min(1.0, max(0.0, scalar_at(group.dissolve, local)))
        *below, above = group.children
        if group.wipe is not None:
            mask = wipe_mask(group.wipe, share, self._pixels)
            with canvas.layer():
                with canvas.layer():
                    for child in below:
                        self.draw(canvas, child, local)
                    canvas.mask(mask, self._whole, outside=True)
                with canvas.layer(add=True):
                    self.draw(canvas, above, local)
                    canvas.mask(mask, self._whole)
            return
        with canvas.layer():
            with canvas.layer(1 - share):
                for child in below:
                    self.draw(canvas, child, local)
            with canvas.layer(share, add=True):
                self.draw(canvas, above, local)

    def _picture(self, canvas: Canvas, clip: Clip, size: tuple[float, float], local: float) -> None:
        """The clip's picture over (0, 0, size)."""
        source, target = clip.source, Box(0, 0, *size)
        if isinstance(source, ColourSource):
            return
        picture = self._shown(source, local)
        if picture is None:
            return
        part = (
            _crop(picture, target, source.anchor)
            if source.fit == "cover"
            else self._part(clip, picture.width, picture.height)
        )
        if source.radius:
            with canvas.rounded(target, source.radius):
                canvas.picture(picture, part, target)
        else:
            canvas.picture(picture, part, target)

    def _shown(self, source: ImageSource | VideoSource, local: float) -> Picture | None:
        """What a source shows at its own position; a film holds its last picture when it is over."""
        if isinstance(source, ImageSource):
            return self._stock.still(source)
        name = self._stock.file_name(source)
        return self._stock.film_picture(name, local / self._rate) if name and source.picture else None


def _premultiplied(pixels: Pixels) -> Pixels:
    alpha = pixels[..., 3:].astype(np.uint16)
    colour = (pixels[..., :3] * alpha + 127) // 255
    return np.concatenate([colour, alpha], axis=2).astype(np.uint8)


def _crop(picture: Picture, target: Box, anchor: tuple[float, float]) -> Box:
    """The part of a picture with the target's proportions, taken where the anchor says."""
    scale = min(picture.width / max(target.width, 1), picture.height / max(target.height, 1))
    width, height = target.width * scale, target.height * scale
    x, y = anchor
    return Box((picture.width - width) * x, (picture.height - height) * y, width, height)


def _effect_signature(effect: Effect, local: float) -> Signature:
    match effect:
        case Place():
            rect = rect_at(effect.rect, local - effect.first)
            return (id(effect), rect, scalar_at(effect.rotation, local - effect.first, 0.0))
        case Write():
            return (id(effect), rect_at(effect.rect, local - effect.first))
        case Light():
            return (id(effect), light_at(effect, local))
        case Blur():
            return (id(effect), blur_at(effect, local))
        case Crop():
            at = local - effect.first
            return (id(effect), rect_at(effect.rect, at), scalar_at(effect.radius, at, 0.0))
        case Shape() | Trim():
            return (id(effect),)
        case _:
            return ()
