from typing import ClassVar

from reelpress.studio.scene.ops import Effect
from reelpress.studio.scene.services.base import FilterService, Parameter, Reading
from reelpress.studio.scene.services.text_parameters import BOX_PARAMETERS, STYLE_PARAMETERS, read_write


class Dynamictext(FilterService):
    """Shotcut's "Text: Simple"."""

    names = ("dynamictext",)
    parameters: ClassVar[tuple[Parameter, ...]] = (*BOX_PARAMETERS, *STYLE_PARAMETERS)

    def effect(self, reading: Reading, first: int, last: int | None) -> Effect | None:
        return read_write(reading, first, last) if reading.text("argument").strip() else None
