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


class Qtext(ProducerService):
    """A title drawn by Qt, in the middle of the canvas and scaled to fill it, as melt does."""

    names = ("qtext",)
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *STYLE_PARAMETERS,
        Parameter("text", "text"),
        Parameter("resource", "text"),
        Parameter("align", "choice", "left", ("left", "center", "centre", "right")),
    )

    def source(self, reading: Reading) -> tuple[Source, tuple[Effect, ...]]:
        resource = reading.text("resource")
        text = reading.text("text") or resource.removeprefix("+").removesuffix(".txt")
        if not text.strip() or (resource and not resource.startswith("+") and not reading.text("text")):
            raise reading.where.fault("text from a file is not supported.", "Write the text into the title.")
        text = checked_text(reading, text)
        align = cast("Align", reading.choice("align").replace("centre", "center"))
        fit = read_fit(reading, text)
        width, height = reading.profile.width, reading.profile.height
        write = Write(
            text=text,
            style=read_style(reading, align),
            rect=(Key(0, (0.0, 0.0, float(width), float(height), 1.0)),),
            halign="center",
            valign="middle",
            fit=FitRule("fill") if fit.mode == "scale" else fit,
            layer=layer_mark(text),
        )
        return ColourSource((0, 0, 0, 0)), (write,)
