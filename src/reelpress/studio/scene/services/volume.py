import math
import re
from typing import ClassVar

from reelpress.studio.scene.ops import Effect, Gain, Key
from reelpress.studio.scene.services.base import FilterService, Parameter, Reading

SILENCE_DB = -120.0


class Volume(FilterService):
    """Sound level; Shotcut's audio fades are this filter under other names."""

    names = ("volume",)
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("level", "numbers", ""),
        Parameter("gain", "text", "1"),
        Parameter("end", "text", ""),
    )

    def effect(self, reading: Reading, first: int, last: int | None) -> Effect | None:
        level = reading.numbers("level")
        if not level:
            level = (Key(0, (self._decibels(reading, "gain"),)),)
            if reading.has("end"):
                level = (*level, Key(max(1, reading.length - 1), (self._decibels(reading, "end"),)))
        return None if level == (Key(0, (0.0,)),) else Gain(level, first, last)

    def _decibels(self, reading: Reading, name: str) -> float:
        match = re.fullmatch(r"\s*([+-]?\d+(?:\.\d+)?)\s*(dB)?\s*", reading.text(name))
        if match is None:
            raise reading.where.fault(
                f"{name} = {reading.text(name)!r} is not supported.",
                "Set a level in dB; normalising is not drawn.",
            )
        value = float(match[1])
        if match[2]:
            return value
        return 20 * math.log10(value) if value > 0 else SILENCE_DB
