from typing import ClassVar

from reelpress.studio.scene.ops import Align, Effect, Place, VAlign
from reelpress.studio.scene.services.base import Parameter, Reading, TransitionService

_HALIGN: dict[str, Align] = {"left": "left", "0": "left", "right": "right", "2": "right"}
_VALIGN: dict[str, VAlign] = {"top": "top", "0": "top", "bottom": "bottom", "2": "bottom"}


class Composite(TransitionService):
    """Lays track b over track a, in a geometry."""

    names = ("composite",)
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("geometry", "rect", ""),
        Parameter("distort", "flag", "0"),
        Parameter("fill", "flag", "0"),
        Parameter("halign", "text", "left"),
        Parameter("valign", "text", "top"),
        Parameter("operator", "choice", "over", ("over",)),
        Parameter("luma", "choice", "", ("",)),
    )
    role = "blend"

    def effect(self, reading: Reading, first: int, last: int | None) -> Effect | None:
        reading.choice("operator")
        reading.choice("luma")
        rect = reading.rect("geometry")
        if not rect:
            return None
        return Place(
            rect=rect,
            stretch=reading.flag("distort"),
            upscale=reading.flag("fill"),
            halign=_HALIGN.get(reading.text("halign"), "center"),
            valign=_VALIGN.get(reading.text("valign"), "middle"),
            first=first,
            last=last,
        )
