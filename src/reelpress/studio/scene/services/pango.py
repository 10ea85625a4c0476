from dataclasses import replace
from typing import ClassVar, cast

from reelpress.studio.scene.ops import Align, ColourSource, Effect, FitRule, Key, Source, Write
from reelpress.studio.scene.services.base import Parameter, ProducerService, Reading
from reelpress.studio.scene.services.text_parameters import (
    STYLE_PARAMETERS,
    checked_text,
    layer_mark,
    read_fit,
    read_style,
)

_NONE = ("", "0", "0.0", "1", "1.0")
_UNDRAWN = tuple(
    Parameter(name, "choice", "", choices)
    for name, choices in {
        "markup": ("",),
        "font": ("",),
        "rotate": _NONE[:3],
        "width_crop": _NONE[:3],
        "width_fit": _NONE[:3],
        "stretch": _NONE[:3],
        "line_spacing": _NONE[:3],
        "aspect_ratio": _NONE,
    }.items()
)
_OWN = {"fgcolour": "0xffffffff", "bgcolour": "0x00000000"}
_ALIGN = {"0": "left", "1": "center", "2": "right", "centre": "center"}


class Pango(ProducerService):
    """A title drawn by Pango, in the middle of the canvas and scaled to fill it, as melt does."""

    names = ("pango",)
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *(replace(one, default=_OWN.get(one.name, one.default)) for one in STYLE_PARAMETERS),
        Parameter("text", "text"),
        Parameter("resource", "text"),
        Parameter("align", "choice", "left", ("left", "center", "centre", "right", "0", "1", "2")),
        *_UNDRAWN,
    )

    def source(self, reading: Reading) -> tuple[Source, tuple[Effect, ...]]:
        for parameter in _UNDRAWN:
            reading.choice(parameter.name)
        resource = reading.text("resource")
        text = reading.text("text") or resource.removeprefix("+").removesuffix(".txt").replace("~", "\n")
        if not text.strip() or (resource and not resource.startswith("+") and not reading.text("text")):
            raise reading.where.fault("text from a file is not supported.", "Write the text into the title.")
        text = checked_text(reading, text)
        named = reading.choice("align")
        fit = read_fit(reading, text)
        width, height = reading.profile.width, reading.profile.height
        write = Write(
            text=text,
            style=read_style(reading, cast("Align", _ALIGN.get(named, named))),
            rect=(Key(0, (0.0, 0.0, float(width), float(height), 1.0)),),
            halign="center",
            valign="middle",
            fit=FitRule("fill") if fit.mode == "scale" else fit,
            layer=layer_mark(text),
        )
        return ColourSource((0, 0, 0, 0)), (write,)
