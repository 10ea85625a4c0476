"""The properties that dynamictext, the qtext filter and the qtext producer share."""

import re
from typing import cast

from reelpress.studio.scene.ops import Align, FitRule, Key, Keys, TextFit, TextStyle, VAlign, Write
from reelpress.studio.scene.services.base import Parameter, Reading
from reelpress.studio.scene.slots import SLOT

KEYWORD = re.compile(
    r"(?<!\\)#(?:smpte_[n]?df|timecode|frame|filedate|localfiledate|localtime|resource|createdate|meta\.)"
)

STYLE_PARAMETERS = (
    Parameter("family", "text", "Sans"),
    Parameter("size", "number", "48"),
    Parameter("weight", "number", "400"),
    Parameter("style", "choice", "normal", ("normal", "italic", "oblique")),
    Parameter("fgcolour", "colour", "0x000000ff"),
    Parameter("bgcolour", "colour", "0x00000020"),
    Parameter("olcolour", "colour", "0x00000000"),
    Parameter("outline", "number", "0"),
    Parameter("pad", "number", "0"),
    Parameter("underline", "flag", "0"),
    Parameter("strikethrough", "flag", "0"),
    Parameter("reelpress:letter_spacing", "number", "0"),
    Parameter("reelpress:shadow_colour", "colour", "0x00000000"),
    Parameter("reelpress:shadow_x", "number", "0"),
    Parameter("reelpress:shadow_y", "number", "0"),
    Parameter("reelpress:shadow_blur", "number", "0"),
    Parameter("reelpress:fit", "choice", "", ("", "scale", "shrink", "wrap", "ellipsis")),
    Parameter("reelpress:max_lines", "number", "0"),
    Parameter("reelpress:min_size", "number", "0"),
    Parameter("reelpress:anchor", "text", ""),
)
BOX_PARAMETERS = (
    Parameter("argument", "text"),
    Parameter("geometry", "rect", "0%/0%:100%x100%:100%"),
    Parameter("halign", "choice", "left", ("left", "center", "centre", "middle", "right")),
    Parameter("valign", "choice", "top", ("top", "center", "centre", "middle", "bottom")),
    Parameter("opacity", "number", "1"),
)
_HALIGN: dict[str, Align] = {"left": "left", "right": "right"}
_VALIGN: dict[str, VAlign] = {"top": "top", "bottom": "bottom"}


def read_style(reading: Reading, align: Align) -> TextStyle:
    size = reading.number("size")
    if not 1 <= size <= 2000:
        raise reading.where.fault(f"a text size of {size:g} px.", "Choose a size from 1 to 2000.")
    return TextStyle(
        family=reading.text("family"),
        size=size,
        weight=int(reading.number("weight")),
        italic=reading.choice("style") != "normal",
        colour=reading.colour("fgcolour"),
        background=reading.colour("bgcolour"),
        outline_colour=reading.colour("olcolour"),
        outline=max(0.0, reading.number("outline")),
        pad=max(0.0, reading.number("pad")),
        align=align,
        underline=reading.flag("underline"),
        strike=reading.flag("strikethrough"),
        letter_spacing=reading.number("reelpress:letter_spacing"),
        shadow_colour=reading.colour("reelpress:shadow_colour"),
        shadow_x=reading.number("reelpress:shadow_x"),
        shadow_y=reading.number("reelpress:shadow_y"),
        shadow_blur=max(0.0, reading.number("reelpress:shadow_blur")),
    )


def read_fit(reading: Reading, text: str) -> FitRule:
    """Text that never changes keeps melt's rule; text with slots shrinks unless told otherwise."""
    named = reading.choice("reelpress:fit")
    mode = named or ("shrink" if SLOT.search(text) else "scale")
    lines = int(reading.number("reelpress:max_lines")) or text.count("\n") + 1
    floor = reading.number("reelpress:min_size") or max(12.0, 0.4 * reading.number("size"))
    return FitRule(cast("TextFit", mode), max_lines=max(1, lines), min_size=floor)


def read_write(reading: Reading, first: int, last: int | None) -> Write:
    """A text filter's effect: its text in its geometry, over what was drawn so far."""
    text = checked_text(reading, reading.text("argument"))
    anchor = reading.text("reelpress:anchor").lower().split()
    halign = next((word for word in anchor if word in _HALIGN), reading.choice("halign"))
    valign = next((word for word in anchor if word in _VALIGN), reading.choice("valign"))
    align: Align = _HALIGN.get(halign, "center")
    return Write(
        text=text,
        style=read_style(reading, align),
        rect=faded(reading.rect("geometry"), reading.number("opacity")),
        halign=align,
        valign=_VALIGN.get(valign, "middle"),
        fit=read_fit(reading, text),
        layer=layer_mark(text),
        first=first,
        last=last,
    )


def faded(keys: Keys, opacity: float) -> Keys:
    """The keys of a rectangle, its opacity multiplied."""
    return tuple(Key(key.frame, (*key.values[:4], key.values[4] * opacity), key.curve) for key in keys)


def layer_mark(text: str) -> str:
    """Not empty when the text depends on data; the name itself is given when all layers are known."""
    return "?" if SLOT.search(text) else ""


def checked_text(reading: Reading, text: str) -> str:
    if KEYWORD.search(text):
        raise reading.where.fault(
            "keywords such as #timecode# are not supported.", "Write the text itself, or a {{field}}."
        )
    return text.replace("\\#", "#").replace("\r\n", "\n")
