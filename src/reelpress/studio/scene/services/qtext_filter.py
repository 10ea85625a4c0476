from typing import ClassVar

from reelpress.studio.scene.ops import Effect
from reelpress.studio.scene.services.base import FilterService, Parameter, Reading
from reelpress.studio.scene.services.text_parameters import BOX_PARAMETERS, STYLE_PARAMETERS, read_write


class QtextFilter(FilterService):
    """Text drawn by Qt; Shotcut's "Text: Rich" is this filter with HTML, which is not drawn."""

    names = ("qtext",)
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *BOX_PARAMETERS,
        *STYLE_PARAMETERS,
        Parameter("html", "text"),
        Parameter("resource", "text"),
    )

    def effect(self, reading: Reading, first: int, last: int | None) -> Effect | None:
        if reading.text("html") or reading.text("resource"):
            raise reading.where.fault("rich text (HTML) is not supported.", 'Use "Text: Simple" instead.')
        return read_write(reading, first, last) if reading.text("argument").strip() else None
