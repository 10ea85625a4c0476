from typing import ClassVar

from reelpress.studio.scene.ops import Effect, Key, Place
from reelpress.studio.scene.services.base import FilterService, Parameter, Reading, TransitionService

PARAMETERS = (
    Parameter("rect", "rect", ""),
    Parameter("rotation", "numbers", ""),
    Parameter("compositing", "choice", "0", ("0", "00:00:00.000")),
    Parameter("distort", "flag", "0"),
    Parameter("rotate_center", "flag", "0"),
)


class QtblendFilter(FilterService):
    """Kdenlive's "Transform"."""

    names = ("qtblend",)
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *PARAMETERS,
        Parameter("background_color", "choice", "0", ("0", "0x00000000", "#00000000")),
    )

    def effect(self, reading: Reading, first: int, last: int | None) -> Effect | None:
        reading.choice("background_color")
        return placement(reading, first, last)


class QtblendTransition(TransitionService):
    """Lays track b over track a."""

    names = ("qtblend",)
    parameters: ClassVar[tuple[Parameter, ...]] = PARAMETERS
    role = "blend"

    def effect(self, reading: Reading, first: int, last: int | None) -> Effect | None:
        return placement(reading, first, last)


def placement(reading: Reading, first: int, last: int | None) -> Place | None:
    reading.choice("compositing")
    rect, rotation = reading.rect("rect"), reading.numbers("rotation")
    if rotation and all(key.values == (0.0,) for key in rotation):
        rotation = ()
    if not rect and not rotation:
        return None
    profile = reading.profile
    return Place(
        rect=rect or (Key(0, (0.0, 0.0, float(profile.width), float(profile.height), 1.0)),),
        rotation=rotation,
        stretch=reading.flag("distort"),
        rotate_about_centre=reading.flag("rotate_center"),
        first=first,
        last=last,
    )
