from typing import ClassVar

from reelpress.studio.scene.ops import Crop, Effect
from reelpress.studio.scene.services.base import FilterService, Parameter, Reading


class Qtcrop(FilterService):
    """Shotcut's "Crop: Rectangle" and "Crop: Circle"."""

    names = ("qtcrop",)
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("rect", "rect", "0%/0%:100%x100%"),
        Parameter("radius", "numbers", "0"),
        Parameter("circle", "flag", "0"),
        Parameter("color", "colour", "#00000000"),
    )

    def effect(self, reading: Reading, first: int, last: int | None) -> Effect | None:
        return Crop(
            rect=reading.rect("rect"),
            radius=reading.numbers("radius"),
            circle=reading.flag("circle"),
            colour=reading.colour("color"),
            first=first,
            last=last,
        )
