from typing import ClassVar

from reelpress.studio.scene.ops import Effect
from reelpress.studio.scene.services.base import Parameter, Reading, TransitionService


class Luma(TransitionService):
    """A dissolve from a to b; wipes along a picture are not drawn."""

    names = ("luma",)
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("resource", "choice", "", ("",)),
        Parameter("reverse", "flag", "0"),
        Parameter("invert", "flag", "0"),
    )
    role = "dissolve"

    def effect(self, reading: Reading, first: int, last: int | None) -> Effect | None:  # noqa: ARG002 - the interface's signature
        reading.choice("resource")
        if reading.flag("reverse") or reading.flag("invert"):
            raise reading.where.fault("a reversed dissolve is not supported.", "Swap the two clips.")
        return None
