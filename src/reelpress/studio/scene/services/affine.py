from typing import ClassVar

from reelpress.studio.scene.ops import Align, Effect, Key, Place, VAlign
from reelpress.studio.scene.services.base import FilterService, Parameter, Reading

_NEUTRAL = ("0", "0.0", "0.00")
_UNDRAWN = tuple(
    Parameter(f"transition.{name}", "choice", "0", _NEUTRAL)
    for name in [
        "rotate_x",
        "rotate_y",
        "rotate_z",
        "fix_rotate_y",
        "fix_rotate_z",
        "shear_x",
        "shear_y",
        "shear_z",
        "fix_shear_x",
        "fix_shear_y",
        "fix_shear_z",
        "ox",
        "oy",
    ]
)
_HALIGN: dict[str, Align] = {"left": "left", "right": "right"}
_VALIGN: dict[str, VAlign] = {"top": "top", "bottom": "bottom"}


class Affine(FilterService):
    """Shotcut's "Size, Position & Rotate"."""

    names = ("affine",)
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("background", "colour", "#00000000"),
        Parameter("transition.rect", "rect", ""),
        Parameter("transition.geometry", "rect", "0 0 100% 100% 1"),
        Parameter("transition.fill", "flag", "1"),
        Parameter("transition.distort", "flag", "0"),
        Parameter("transition.halign", "text", "center"),
        Parameter("transition.valign", "text", "middle"),
        Parameter("transition.fix_rotate_x", "numbers", "0"),
        Parameter("transition.scale_x", "choice", "0", (*_NEUTRAL, "1")),
        Parameter("transition.scale_y", "choice", "0", (*_NEUTRAL, "1")),
        *_UNDRAWN,
    )

    def effect(self, reading: Reading, first: int, last: int | None) -> Effect | None:
        for parameter in (*_UNDRAWN, *(entry for entry in self.parameters if "scale_" in entry.name)):
            reading.choice(parameter.name)
        rotation = reading.numbers("transition.fix_rotate_x")
        background = reading.text("background").partition(":")[2] or reading.text("background")
        return Place(
            rect=reading.rect("transition.rect") or reading.rect("transition.geometry"),
            rotation=() if rotation == (Key(0, (0.0,)),) else rotation,
            stretch=reading.flag("transition.distort"),
            upscale=reading.flag("transition.fill"),
            by_canvas=reading.flag("transition.fill"),
            halign=_HALIGN.get(reading.text("transition.halign"), "center"),
            valign=_VALIGN.get(reading.text("transition.valign"), "middle"),
            background=(0, 0, 0, 0) if background.strip() == "0" else reading.colour("background"),
            first=first,
            last=last,
        )
