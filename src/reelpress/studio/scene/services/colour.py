from typing import ClassVar

from reelpress.studio.scene.ops import ColourSource, Effect, Source
from reelpress.studio.scene.services.base import Parameter, ProducerService, Reading


class Colour(ProducerService):
    """A plain, possibly transparent, colour over the whole canvas."""

    names = ("color", "colour")
    parameters: ClassVar[tuple[Parameter, ...]] = (Parameter("resource", "colour", "black"),)

    def source(self, reading: Reading) -> tuple[Source, tuple[Effect, ...]]:
        # Shotcut names its black background "0" and draws it opaque.
        if reading.text("resource").strip() == "0":
            return ColourSource((0, 0, 0, 255)), ()
        return ColourSource(reading.colour("resource")), ()
