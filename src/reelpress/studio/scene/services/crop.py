from typing import ClassVar

from reelpress.studio.scene.ops import Effect, Trim
from reelpress.studio.scene.services.base import FilterService, Parameter, Reading

MAX_PIXELS = 16_384
_SIDES = ("left", "right", "top", "bottom")


class CropSource(FilterService):
    """Shotcut's "Crop: Source", Kdenlive's "Edge Crop": cuts edges off before the picture is placed."""

    names = ("crop",)
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *(Parameter(side, "number", "0") for side in (*_SIDES, "center_bias")),
        Parameter("center", "flag", "0"),
        Parameter("use_profile", "flag", "0"),
        Parameter("active", "choice", "0", ("0",)),
    )

    def effect(self, reading: Reading, first: int, last: int | None) -> Effect | None:
        reading.choice("active")
        pixels = {name: int(reading.number(name)) for name in (*_SIDES, "center_bias")}
        if any(not 0 <= pixels[side] <= MAX_PIXELS for side in _SIDES):
            raise reading.where.fault(
                f"an edge is not from 0 to {MAX_PIXELS} pixels.", "Correct it in the editor."
            )
        if not reading.flag("center") and not any(pixels[side] for side in _SIDES):
            return None
        return Trim(
            left=pixels["left"],
            right=pixels["right"],
            top=pixels["top"],
            bottom=pixels["bottom"],
            centre=reading.flag("center"),
            bias=pixels["center_bias"],
            by_canvas=reading.flag("use_profile"),
            first=first,
            last=last,
        )
