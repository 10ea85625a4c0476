from typing import ClassVar

from reelpress.studio.scene.ops import Effect, Source, VideoSource
from reelpress.studio.scene.services.base import Parameter, ProducerService, Reading
from reelpress.studio.scene.services.file_parameters import FILE_PARAMETERS, read_file


class Avformat(ProducerService):
    """A film or sound file; with `reelpress:field` it is the sample of a clip that a request brings."""

    names = ("avformat", "avformat-novalidate")
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *FILE_PARAMETERS,
        Parameter("video_index", "number", "0"),
        Parameter("audio_index", "number", "0"),
        Parameter("set.test_image", "flag", "0"),
        Parameter("set.test_audio", "flag", "0"),
    )

    def source(self, reading: Reading) -> tuple[Source, tuple[Effect, ...]]:
        file = read_file(reading, "Choose the file again in the editor.")
        picture = reading.number("video_index") >= 0 and not reading.flag("set.test_image")
        sound = reading.number("audio_index") >= 0 and not reading.flag("set.test_audio")
        if not file.field:
            return VideoSource(file.resource, picture, sound), ()
        source = VideoSource(file.resource, picture, sound, file.field, file.fit, file.radius, file.anchor)
        return source, ()
