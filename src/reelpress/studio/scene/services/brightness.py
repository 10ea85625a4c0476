from typing import ClassVar

from reelpress.studio.scene.ops import Effect, Key, Keys, Light
from reelpress.studio.scene.services.base import FilterService, Parameter, Reading


class Brightness(FilterService):
    """Brightness, and Shotcut's fades, which are this filter under other names."""

    names = ("brightness",)
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("level", "numbers", ""),
        Parameter("alpha", "numbers", ""),
        Parameter("start", "number", "1"),
        Parameter("end", "number", ""),
    )

    def effect(self, reading: Reading, first: int, last: int | None) -> Effect | None:
        level = reading.numbers("level") or self._ramp(reading)
        alpha = reading.numbers("alpha")
        if alpha == (Key(0, (1.0,)),):
            alpha = ()
        if alpha and all(key.values[0] < 0 for key in alpha):
            alpha = level
        if level == (Key(0, (1.0,)),):
            level = ()
        return Light(level, alpha, first, last) if level or alpha else None

    def _ramp(self, reading: Reading) -> Keys:
        """The deprecated pair start/end: from one to the other over the filter's length."""
        start = Key(0, (reading.number("start"),))
        if not reading.has("end"):
            return (start,)
        return (start, Key(max(1, reading.length - 1), (reading.number("end"),)))
