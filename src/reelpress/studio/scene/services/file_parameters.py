"""The properties that pictures and films share: their file, the field that brings another, the fit."""

from dataclasses import dataclass
from typing import cast

from reelpress.studio.scene.ops import ImageFit
from reelpress.studio.scene.services.base import Parameter, Reading
from reelpress.studio.scene.slots import SLOT

FILE_PARAMETERS = (
    Parameter("resource", "text"),
    Parameter("reelpress:field", "text"),
    Parameter("reelpress:fit", "choice", "contain", ("contain", "cover")),
    Parameter("reelpress:radius", "number", "0"),
    Parameter("reelpress:anchor", "text", "center"),
)
_HORIZONTAL = {"left": 0.0, "right": 1.0}
_VERTICAL = {"top": 0.0, "bottom": 1.0}


@dataclass(frozen=True, slots=True)
class File:
    """`resource` is what everyone sees or, with a `field`, the sample of what a request brings."""

    resource: str
    field: str
    fit: ImageFit
    radius: float
    anchor: tuple[float, float]


def read_file(reading: Reading, fix: str) -> File:
    """A resource written as `{{field}}` names the field too, and has no sample. Raises SceneFault."""
    resource = reading.text("resource")
    field = reading.text("reelpress:field").strip()
    named = SLOT.fullmatch(resource.strip())
    if named:
        resource, field = "", field or named[1]
    if not resource and not field:
        raise reading.where.fault("no resource.", fix)
    anchor = reading.text("reelpress:anchor").lower().split()
    return File(
        resource,
        field,
        fit=cast("ImageFit", reading.choice("reelpress:fit")),
        radius=max(0.0, reading.number("reelpress:radius")),
        anchor=(
            next((_HORIZONTAL[word] for word in anchor if word in _HORIZONTAL), 0.5),
            next((_VERTICAL[word] for word in anchor if word in _VERTICAL), 0.5),
        ),
    )
