from typing import ClassVar

from reelpress.studio.scene.ops import Effect, FitRule, Rich, TextStyle, Write
from reelpress.studio.scene.rich import RichFault, read_paragraphs
from reelpress.studio.scene.services.base import FilterService, Parameter, Reading
from reelpress.studio.scene.services.text_parameters import (
    BOX_PARAMETERS,
    STYLE_PARAMETERS,
    faded,
    layer_mark,
    read_write,
)

_SMALLEST = 0.4  # of its size, where a text shrinks and nobody names a floor
_FITS = ("", "clip", "shrink")


class QtextFilter(FilterService):
    """Text drawn by Qt. With HTML it is Shotcut's "Text: Rich", whose looks are its own."""

    names = ("qtext",)
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *BOX_PARAMETERS,
        *STYLE_PARAMETERS,
        Parameter("html", "text"),
        Parameter("resource", "text"),
        Parameter("overflow-y", "flag"),
    )

    def effect(self, reading: Reading, first: int, last: int | None) -> Effect | None:
        if reading.text("resource"):
            raise reading.where.fault("rich text from a file is not supported.", "Write it into the filter.")
        if reading.text("html"):
            return _rich(reading, first, last)
        return read_write(reading, first, last) if reading.text("argument").strip() else None


def _rich(reading: Reading, first: int, last: int | None) -> Write:
    try:
        rich = Rich(read_paragraphs(reading.text("html")), _overflows_from(reading))
    except RichFault as fault:
        raise reading.where.fault(f"rich text: {fault.message}", fault.fix) from None
    text = "\n".join("".join(run.text for run in paragraph.runs) for paragraph in rich.paragraphs)
    return Write(
        text=text,
        style=_style(reading, rich),
        rect=faded(reading.rect("geometry"), reading.number("opacity")),
        halign="left",
        valign="top",
        fit=_fit(reading, rich),
        layer=layer_mark(text),
        first=first,
        last=last,
        rich=rich,
    )


def _overflows_from(reading: Reading) -> float | None:
    """Unless the filter says so itself, text goes on below a box as high as the canvas."""
    if reading.has("overflow-y"):
        return 0.0 if reading.flag("overflow-y") else None
    return float(reading.profile.height)


def _style(reading: Reading, rich: Rich) -> TextStyle:
    """What the filter says itself; its font is the first that the text names."""
    return TextStyle(
        family=next((run.family for run in rich.runs if run.family), ""),
        size=max((run.size for run in rich.runs), default=0.0),
        weight=400,
        italic=False,
        colour=(0, 0, 0, 255),
        background=reading.colour("bgcolour"),
        outline_colour=(0, 0, 0, 0),
        outline=0.0,
        pad=0.0,
        align="left",
    )


def _fit(reading: Reading, rich: Rich) -> FitRule:
    mode = reading.text("reelpress:fit").strip().lower()
    if mode not in _FITS:
        raise reading.where.fault(
            f"reelpress:fit = {mode!r} is not for rich text, which wraps by itself.",
            'Choose "shrink", or leave it away.',
        )
    largest = max((run.size for run in rich.runs), default=0.0)
    floor = reading.number("reelpress:min_size") or _SMALLEST * largest
    return FitRule("shrink" if mode == "shrink" else "clip", min_size=floor)
