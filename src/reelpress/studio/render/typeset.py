"""A text effect becomes lines at places, laid out once per text, style and box."""

import math
from dataclasses import dataclass, replace

from reelpress.studio.render.fit import Fitted, fit_text, reads_right_to_left, with_direction
from reelpress.studio.render.skia_door import Canvas, Fonts, Ink, Line
from reelpress.studio.scene.geometry import text_margin
from reelpress.studio.scene.ops import Box, TextStyle, Write

_FRACTION = {"left": 0.0, "top": 0.0, "center": 0.5, "middle": 0.5, "right": 1.0, "bottom": 1.0}


_Inked = tuple[Line, float, float]  # x and y in the block


@dataclass(frozen=True, slots=True)
class Block:
    """Laid-out text of `width` x `height` px, its top left corner at the origin."""

    lines: tuple[_Inked, ...]
    width: float
    height: float
    scale: float


class Typesetter:
    def __init__(self, fonts: Fonts) -> None:
        self._fonts = fonts
        self._blocks: dict[tuple[str, Write, float, float], Block] = {}

    def draw(self, canvas: Canvas, write: Write, text: str, box: Box) -> None:
        """Draw `text` inside `box` by the effect's style, alignment and fit rule."""
        if not text.strip() or box.width < 1 or box.height < 1:
            return
        block = self._block(write, text, box)
        left = box.x + (box.width - block.width * block.scale) * _FRACTION[write.halign]
        top = box.y + (box.height - block.height * block.scale) * _FRACTION[write.valign]
        down = 0.0
        if block.scale == 1 and block.lines:
            # melt lays text it need not scale on whole pixels, its ascent rounded up as FreeType does.
            left, top = math.floor(left), math.floor(top)
            line, _, y = block.lines[0]
            down = math.ceil(y + line.baseline) - y - line.baseline
        margin = text_margin(write)
        grown = Box(box.x - margin, box.y - margin, box.width + 2 * margin, box.height + 2 * margin)
        with canvas.clipped(grown), canvas.transformed((block.scale, 0, left, 0, block.scale, top)):
            if write.style.background[3] and block.lines:
                canvas.fill(Box(0, 0, block.width, block.height), write.style.background)
            for line, x, y in block.lines:
                canvas.line(line, x, y + down)

    def _block(self, write: Write, text: str, box: Box) -> Block:
        key = (text, write, round(box.width, 2), round(box.height, 2))
        if key not in self._blocks:
            self._blocks[key] = self._lay_out(write, text, box)
        return self._blocks[key]

    def _lay_out(self, write: Write, text: str, box: Box) -> Block:
        style = write.style
        right_to_left = reads_right_to_left(text)
        plain = Ink(style.colour)

        def measure(line: str, size: float) -> tuple[float, float]:
            shaped = self._line(with_direction(line, right_to_left=right_to_left), style, size, plain)
            return shaped.width, shaped.height + style.line_spacing * size / style.size

        offset = style.pad + (0.0 if style.outline_under else style.outline / 2)
        room = (box.width - 2 * offset, box.height - 2 * offset)
        scales = write.fit.mode in {"scale", "fill"}
        fitted = (
            Fitted(tuple(text.split("\n")), style.size)
            if scales
            else fit_text(text, style.size, room, write.fit, measure)
        )
        block = self._stack(style, fitted, offset, right_to_left)
        if not scales:
            return block
        scale = min(box.width / block.width, box.height / block.height)
        return replace(block, scale=scale if write.fit.mode == "fill" else min(1.0, scale))

    def _stack(self, style: TextStyle, fitted: Fitted, offset: float, right_to_left: bool) -> Block:
        inks = _inks(style)
        drawn = [with_direction(line, right_to_left=right_to_left) for line in fitted.lines]
        shaped = [[self._line(line, style, fitted.size, ink) for ink, _, _ in inks] for line in drawn]
        width = max((lines[0].width for lines in shaped), default=0.0)
        placed: list[_Inked] = []
        top = offset
        for lines in shaped:
            left = offset + (width - lines[0].width) * _FRACTION[style.align]
            placed += [(line, left + dx, top + dy) for line, (_, dx, dy) in zip(lines, inks, strict=True)]
            top += lines[0].height + style.line_spacing * fitted.size / style.size
        return Block(tuple(placed), max(1.0, width + 2 * offset), max(1.0, top + offset), 1.0)

    def _line(self, text: str, style: TextStyle, size: float, ink: Ink) -> Line:
        return self._fonts.line(
            text,
            family=style.family,
            size=size,
            weight=style.weight,
            italic=style.italic,
            spacing=style.letter_spacing * size / style.size,
            paint=ink,
        )


def _inks(style: TextStyle) -> tuple[tuple[Ink, float, float], ...]:
    """Shadow, fill, outline on top or underneath, as Qt draws them; each with its offset."""
    fill = (Ink(style.colour, underline=style.underline, strike=style.strike), 0.0, 0.0)
    drawn = [fill]
    if style.outline and style.outline_colour[3]:
        outline = (Ink(style.outline_colour, stroke=style.outline), 0.0, 0.0)
        drawn = [outline, fill] if style.outline_under else [fill, outline]
    if style.shadow_colour[3]:
        shadow = Ink(style.shadow_colour, blur=style.shadow_blur, flat=True)
        drawn.insert(0, (shadow, style.shadow_x, style.shadow_y))
    return tuple(drawn)
