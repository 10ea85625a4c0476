from typing import ClassVar, cast

from reelpress.studio.scene.ops import Effect, ImageFit, ImageSource, Source
from reelpress.studio.scene.services.base import Parameter, ProducerService, Reading
from reelpress.studio.scene.services.text_parameters import SLOT

_HORIZONTAL = {"left": 0.0, "right": 1.0}
_VERTICAL = {"top": 0.0, "bottom": 1.0}


class Qimage(ProducerService):
    """A still picture; with `reelpress:field` it is the sample of a picture that a request brings.

    A resource written as `{{field}}` names the field too, and has no sample.
    """

    names = ("qimage", "pixbuf")
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("resource", "text"),
        Parameter("reelpress:field", "text"),
        Parameter("reelpress:fit", "choice", "contain", ("contain", "cover")),
        Parameter("reelpress:radius", "number", "0"),
        Parameter("reelpress:anchor", "text", "center"),
    )

    def source(self, reading: Reading) -> tuple[Source, tuple[Effect, ...]]:
        resource = reading.text("resource")
        field = reading.text("reelpress:field").strip()
        named = SLOT.fullmatch(resource.strip())
        if named:
            resource, field = "", field or named[1]
        if not resource and not field:
            raise reading.where.fault("no resource.", "Choose the picture again in the editor.")
        anchor = reading.text("reelpress:anchor").lower().split()
        source = ImageSource(
            resource,
            layer=field,
            fit=cast("ImageFit", reading.choice("reelpress:fit")),
            radius=max(0.0, reading.number("reelpress:radius")),
            anchor=(
                next((_HORIZONTAL[word] for word in anchor if word in _HORIZONTAL), 0.5),
                next((_VERTICAL[word] for word in anchor if word in _VERTICAL), 0.5),
            ),
        )
        return source, ()
