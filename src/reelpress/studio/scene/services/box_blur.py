from typing import ClassVar

from reelpress.studio.scene.ops import Blur, Effect, Key, Keys
from reelpress.studio.scene.services.base import FilterService, Parameter, Reading


class BoxBlur(FilterService):
    """Shotcut's "Blur: Box"; a radius of 100 % is a tenth of the canvas's width."""

    names = ("box_blur",)
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("hradius", "numbers", "1"),
        Parameter("vradius", "numbers", "1"),
        Parameter("preserve_alpha", "choice", "0", ("0",)),
    )

    def effect(self, reading: Reading, first: int, last: int | None) -> Effect | None:
        reading.choice("preserve_alpha")
        return Blur(self._pixels(reading, "hradius"), self._pixels(reading, "vradius"), first, last)

    def _pixels(self, reading: Reading, name: str) -> Keys:
        share = reading.profile.width / 1000
        keys = reading.numbers(name)
        if any(not 0 <= key.values[0] <= 100 for key in keys):
            raise reading.where.fault(f"{name} is not from 0 to 100 %.", "Correct it in the editor.")
        return tuple(Key(key.frame, (key.values[0] * share,), key.curve) for key in keys)
