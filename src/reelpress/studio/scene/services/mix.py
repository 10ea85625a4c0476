from typing import ClassVar

from reelpress.studio.scene.ops import Effect
from reelpress.studio.scene.services.base import Parameter, Reading, TransitionService


class Mix(TransitionService):
    """Mixes the sound of two tracks; a negative `start` cross-fades from a to b."""

    names = ("mix",)
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("start", "number", "0.5"),
        Parameter("sum", "flag", "0"),
        Parameter("combine", "flag", "0"),
    )
    role = "sound"

    def effect(self, reading: Reading, first: int, last: int | None) -> Effect | None:  # noqa: ARG002 - the interface's signature
        return None
