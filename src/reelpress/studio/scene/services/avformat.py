from typing import ClassVar

from reelpress.studio.scene.ops import Effect, Source, VideoSource
from reelpress.studio.scene.services.base import Parameter, ProducerService, Reading


class Avformat(ProducerService):
    """A film or sound file, decoded by FFmpeg."""

    names = ("avformat", "avformat-novalidate")
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("resource", "text"),
        Parameter("video_index", "number", "0"),
        Parameter("audio_index", "number", "0"),
        Parameter("set.test_image", "flag", "0"),
        Parameter("set.test_audio", "flag", "0"),
    )

    def source(self, reading: Reading) -> tuple[Source, tuple[Effect, ...]]:
        resource = reading.text("resource")
        if not resource:
            raise reading.where.fault("no resource.", "Choose the file again in the editor.")
        picture = reading.number("video_index") >= 0 and not reading.flag("set.test_image")
        sound = reading.number("audio_index") >= 0 and not reading.flag("set.test_audio")
        return VideoSource(resource, picture, sound), ()
