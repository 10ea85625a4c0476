import re
from typing import ClassVar

from reelpress.studio.scene.ops import Effect, Wipe
from reelpress.studio.scene.services.base import Parameter, Reading, TransitionService

_BUILT_IN = re.compile(r"%?luma(0[1-9]|1\d|2[0-2])\.pgm")


class Luma(TransitionService):
    """A dissolve from a to b, or a wipe along one of the 22 maps that MLT makes by itself."""

    names = ("luma",)
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("resource", "text", ""),
        Parameter("softness", "number", "0"),
        Parameter("reverse", "flag", "0"),
        Parameter("invert", "flag", "0"),
        Parameter("fixed", "choice", "", ("",)),
    )
    role = "dissolve"

    def effect(self, reading: Reading, first: int, last: int | None) -> Effect | None:  # noqa: ARG002 - the interface's signature
        reading.choice("fixed")
        return None

    def backwards(self, reading: Reading) -> bool:
        """Whether the way is gone from its end to its beginning."""
        if reading.text("resource").strip():
            return reading.flag("reverse") != reading.flag("invert")
        return reading.flag("reverse") or reading.flag("invert")

    def wipe(self, reading: Reading) -> Wipe | None:
        resource = reading.text("resource").strip()
        if not resource:
            return None
        match = _BUILT_IN.fullmatch(resource.replace("\\", "/").rpartition("/")[2])
        if match is None:
            raise reading.where.fault(
                f"a wipe along the picture {resource!r} is not supported.",
                "Choose a dissolve or one of the wipes from Bar Horizontal to Clock Top.",
            )
        softness = reading.number("softness")
        if not 0 <= softness <= 1:
            raise reading.where.fault(f"a softness of {softness:g}.", "Choose one from 0 to 1.")
        return Wipe(int(match[1]), softness, reading.flag("invert"))
