"""What tags and style sheets say of characters and paragraphs, one property at a time."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import cast

from reelpress.studio.scene.ops import LineRule, Paragraph, ParagraphAlign, Rgba, Run
from reelpress.studio.scene.rich.css import (
    CLEAR,
    PIXELS_PER_POINT,
    colour,
    declarations,
    family,
    length,
    pixels,
)
from reelpress.studio.scene.rich.faults import RichFault

_PLAIN_SIZE = 12 * PIXELS_PER_POINT  # Qt's own where nobody says another
# Qt's seven sizes: a share of the plain size, whatever size stands around them.
_STEPS = {-2: 0.7, -1: 0.8, 0: 1.0, 1: 1.2, 2: 1.5, 3: 2.0, 4: 2.4}
_NAMED_SIZES = {"small": -1, "medium": 0, "large": 1, "x-large": 2, "xx-large": 3}
_WEIGHTS = {"normal": 400, "bold": 700}
_BLOCK_INDENT_PX = 40.0
_LARGEST_PX = 2000.0
_FARTHEST_PX = 100_000.0
_ALIGNS = ("left", "center", "right", "justify")
_LINE_RULES: dict[str, LineRule] = {
    "proportional": "percent",
    "fixed": "exactly",
    "minimum": "at_least",
    "line-distance": "added",
}
# What says nothing beyond what is drawn anyway.
_IDLE: dict[str, frozenset[str]] = {
    "background": frozenset({"none", "transparent"}),
    "vertical-align": frozenset({"baseline"}),
    "letter-spacing": frozenset({"0px", "0", "normal"}),
    "word-spacing": frozenset({"0px", "0", "normal"}),
    "font-variant": frozenset({"normal"}),
    "text-transform": frozenset({"none"}),
    "white-space": frozenset({"pre-wrap", "normal"}),
}


@dataclass(frozen=True, slots=True)
class Look:
    """How characters look. `step`, one of Qt's seven sizes, outdoes a size in pixels, as in Qt."""

    family: str = ""
    pixels: float = _PLAIN_SIZE
    step: int | None = None
    weight: int = 400
    italic: bool = False
    colour: Rgba = (0, 0, 0, 255)
    background: Rgba = CLEAR
    underline: bool = False
    strike: bool = False

    @property
    def size(self) -> float:
        """In whole pixels, as Qt has it."""
        size = self.pixels if self.step is None else _PLAIN_SIZE * _STEPS[self.step]
        return float(math.floor(size + 0.5))

    def run(self, text: str) -> Run:
        return Run(
            text=text,
            family=self.family,
            size=self.size,
            weight=self.weight,
            italic=self.italic,
            colour=self.colour,
            background=self.background,
            underline=self.underline,
            strike=self.strike,
        )


@dataclass(frozen=True, slots=True)
class Block:
    """How a paragraph lies; `is_empty` is Qt's mark of one that its editor shows as an empty line."""

    align: ParagraphAlign | None = None
    right_to_left: bool = False
    top: float = 0.0
    bottom: float = 0.0
    left: float = 0.0
    right: float = 0.0
    steps_in: float = 0.0
    indent: float = 0.0
    line_rule: LineRule = "percent"
    spacing: float = 100.0
    is_empty: bool = False

    def paragraph(self, runs: tuple[Run, ...]) -> Paragraph:
        inward = self.steps_in * _BLOCK_INDENT_PX
        return Paragraph(
            runs=runs,
            align=self.align or ("right" if self.right_to_left else "left"),
            right_to_left=self.right_to_left,
            top=self.top,
            bottom=self.bottom,
            left=self.left + (0 if self.right_to_left else inward),
            right=self.right + (inward if self.right_to_left else 0),
            indent=self.indent,
            line_rule=self.line_rule,
            spacing=self.spacing,
        )


BLOCKS: Mapping[str, Block] = {
    "p": Block(top=12.0, bottom=12.0),
    "h1": Block(top=18.0, bottom=12.0),
    "h2": Block(top=16.0, bottom=12.0),
    "h3": Block(top=14.0, bottom=12.0),
}
_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "font": frozenset({"style", "color", "face", "size"}),
    **dict.fromkeys(BLOCKS, frozenset({"style", "align", "dir"})),
}


def tag_look(look: Look, tag: str, attributes: Mapping[str, str]) -> Look:
    """The look inside an element. Raises RichFault."""
    for name in attributes:
        if name not in _ATTRIBUTES.get(tag, frozenset({"style"})):
            raise RichFault(f"<{tag} {name[:40]}=...> is not drawn.")
    look = _TAGS[tag](look) if tag in _TAGS else look
    for name in attributes.keys() & _FONT.keys():
        look = _FONT[name](look, attributes[name])
    for name, value in declarations(attributes.get("style", "")):
        if name in _CHARACTERS:
            look = _CHARACTERS[name](look, value)
        elif tag in BLOCKS and name in _PARAGRAPHS:
            continue
        elif value.strip().lower() not in _IDLE.get(name, ()):
            raise RichFault(f"the style {name[:40]}: {value[:60]} is not drawn.")
    if (tag in BLOCKS or tag == "body") and look.background[3]:
        raise RichFault(f"a background of a whole <{tag}> is not drawn.", "Use the filter's own background.")
    return look


def tag_block(tag: str, attributes: Mapping[str, str]) -> Block:
    """How the paragraph of an element lies. Raises RichFault."""
    block = BLOCKS[tag]
    if "align" in attributes:
        block = _aligned(block, attributes["align"])
    if attributes.get("dir", "ltr").lower() not in {"ltr", "rtl"}:
        raise RichFault(f"the direction {attributes['dir'][:40]!r} is not drawn.")
    if attributes.get("dir", "").lower() == "rtl":
        block = replace(block, right_to_left=True)
    said = dict(declarations(attributes.get("style", "")))
    for name, value in said.items():
        if name in _PARAGRAPHS:
            block = _PARAGRAPHS[name](block, value)
    if "-qt-line-height-type" in said:
        block = _line_ruled(block, said["-qt-line-height-type"])
    return block


def _sized(look: Look, value: str) -> Look:
    if value.strip().lower() in _NAMED_SIZES:
        return replace(look, step=_NAMED_SIZES[value.strip().lower()])
    number, unit = length(value, "px pt")
    size = number * (PIXELS_PER_POINT if unit == "pt" else 1)
    if not 1 <= size <= _LARGEST_PX:
        raise RichFault(f"a text size of {value[:40]}.", f"Choose a size from 1 to {_LARGEST_PX:g} px.")
    return replace(look, pixels=size)


def _font_step(text: str) -> int:
    number = int(length(text, "-")[0])
    return max(-2, min(4, number if text.strip()[:1] in {"+", "-"} else number - 3))


def _weighed(look: Look, value: str) -> Look:
    weight = _WEIGHTS.get(value.strip().lower())
    number = float(weight) if weight else length(value, "-")[0]
    if not 1 <= number <= 1000:
        raise RichFault(f"a font weight of {value[:40]}.", "Choose bold or normal.")
    return replace(look, weight=int(number))


def _slanted(look: Look, value: str) -> Look:
    if value.strip().lower() not in {"normal", "italic", "oblique"}:
        raise RichFault(f"the font style {value[:40]!r} is not drawn.")
    return replace(look, italic=value.strip().lower() != "normal")


def _decorated(look: Look, value: str) -> Look:
    words = set(value.lower().split())
    if not words or words - {"none", "underline", "line-through"}:
        raise RichFault(f"the text decoration {value[:40]!r} is not drawn.")
    return replace(look, underline="underline" in words, strike="line-through" in words)


def _aligned(block: Block, value: str) -> Block:
    if value.strip().lower() not in _ALIGNS:
        raise RichFault(f"the alignment {value[:40]!r} is not drawn.")
    return replace(block, align=cast("ParagraphAlign", value.strip().lower()))


def _distant(value: str) -> float:
    number = pixels(value)
    if abs(number) > _FARTHEST_PX:
        raise RichFault(f"a distance of {value[:40]}.", "Set it again in the editor.")
    return number


def _spaced(block: Block, value: str) -> Block:
    """`line-height`: a share of the line's own, or at least so many pixels."""
    if value.strip().lower() == "normal":
        return block
    number, unit = length(value, "% px -")
    if not 0 <= number <= _FARTHEST_PX:
        raise RichFault(f"a line height of {value[:40]}.", "Set it again in the editor.")
    if unit == "px":
        return replace(block, line_rule="at_least", spacing=number)
    return replace(block, line_rule="percent", spacing=number if unit == "%" else 100 * number)


def _line_ruled(block: Block, value: str) -> Block:
    rule = _LINE_RULES.get(value.strip().lower())
    if rule is None:
        raise RichFault(f"the line height type {value[:40]!r} is not drawn.")
    return replace(block, line_rule=rule)


_TAGS: Mapping[str, Callable[[Look], Look]] = {
    "p": lambda look: replace(look, background=CLEAR),
    "h1": lambda look: replace(look, background=CLEAR, step=3, weight=700),
    "h2": lambda look: replace(look, background=CLEAR, step=2, weight=700),
    "h3": lambda look: replace(look, background=CLEAR, step=1, weight=700),
    "b": lambda look: replace(look, weight=700),
    "strong": lambda look: replace(look, weight=700),
    "i": lambda look: replace(look, italic=True),
    "em": lambda look: replace(look, italic=True),
    "u": lambda look: replace(look, underline=True),
    "s": lambda look: replace(look, strike=True),
}
_FONT: Mapping[str, Callable[[Look, str], Look]] = {
    "color": lambda look, value: replace(look, colour=colour(value)),
    "face": lambda look, value: replace(look, family=family(value)),
    "size": lambda look, value: replace(look, step=_font_step(value)),
}
_CHARACTERS: Mapping[str, Callable[[Look, str], Look]] = {
    "font-family": lambda look, value: replace(look, family=family(value)),
    "font-size": _sized,
    "font-weight": _weighed,
    "font-style": _slanted,
    "color": lambda look, value: replace(look, colour=colour(value)),
    "background-color": lambda look, value: replace(look, background=colour(value)),
    "text-decoration": _decorated,
}
_PARAGRAPHS: Mapping[str, Callable[[Block, str], Block]] = {
    "margin-top": lambda block, value: replace(block, top=_distant(value)),
    "margin-bottom": lambda block, value: replace(block, bottom=_distant(value)),
    "margin-left": lambda block, value: replace(block, left=_distant(value)),
    "margin-right": lambda block, value: replace(block, right=_distant(value)),
    "-qt-block-indent": lambda block, value: replace(block, steps_in=max(0, min(50, length(value, "-")[0]))),
    "text-indent": lambda block, value: replace(block, indent=_distant(value)),
    "text-align": _aligned,
    "line-height": _spaced,
    "-qt-line-height-type": lambda block, _: block,
    "-qt-paragraph-type": lambda block, value: replace(block, is_empty=value.strip().lower() == "empty"),
    "-qt-user-state": lambda block, _: block,
}
