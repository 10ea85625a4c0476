from typing import ClassVar

from reelpress.studio.scene.ops import Effect, ImageSource, Source
from reelpress.studio.scene.services.base import Parameter, ProducerService, Reading
from reelpress.studio.scene.services.file_parameters import FILE_PARAMETERS, read_file


class Qimage(ProducerService):
    """A still picture; with `reelpress:field` it is the sample of a picture that a request brings."""

    names = ("qimage", "pixbuf")
    parameters: ClassVar[tuple[Parameter, ...]] = FILE_PARAMETERS

    def source(self, reading: Reading) -> tuple[Source, tuple[Effect, ...]]:
        file = read_file(reading, "Choose the picture again in the editor.")
        return ImageSource(file.resource, file.field, file.fit, file.radius, file.anchor), ()
