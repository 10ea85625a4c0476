from typing import ClassVar

from reelpress.studio.scene.ops import Effect, Key, Light
from reelpress.studio.scene.services.base import Parameter, Reading, TransitionService


class Cairoblend(TransitionService):
    """frei0r's blend, as older Shotcut projects use it between tracks: `0` is opacity, `1` the mode."""

    names = ("frei0r.cairoblend",)
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("0", "number", "1"),
        Parameter("1", "choice", "normal", ("normal",)),
    )
    role = "blend"

    def effect(self, reading: Reading, first: int, last: int | None) -> Effect | None:
        reading.choice("1")
        opacity = reading.number("0")
        return None if opacity == 1 else Light(alpha=(Key(0, (opacity,)),), first=first, last=last)
