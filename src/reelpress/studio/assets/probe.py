"""Opening untrusted video and sound: one demuxer, no nested files, caps before the first decode."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av.audio.stream import AudioStream
from av.codec.context import CodecContext
from av.container.input import InputContainer
from av.error import FFmpegError
from av.stream import Disposition
from av.video.stream import VideoStream

from reelpress.studio.assets.faults import MediaFault

MAX_DURATION_S = 300.0
MAX_SIDE_PX = 4096
MAX_FRAME_PX = 4096 * 2304
MAX_RATE = Fraction(60)
STANDARD_RATES = tuple(
    Fraction(*pair)
    for pair in ((24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (50, 1), (60000, 1001), (60, 1))
)
RATE_TOLERANCE = 0.02

VIDEO_CODECS = frozenset(
    ["h264", "hevc", "vp8", "vp9", "av1", "theora", "mpeg4", "mpeg2video", "mpeg1video", "mjpeg"]
) | frozenset(  # what editors export
    ["prores", "dnxhd", "qtrle", "png", "ffv1", "utvideo"]
)
AUDIO_CODECS = frozenset(("aac", "mp3", "mp2", "opus", "vorbis", "flac", "alac", "ac3", "eac3"))
TIME_UNITS_PER_S = 1_000_000


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """Seconds, pixels and frames per second; zero width when there is no picture."""

    duration_s: float
    width: int = 0
    height: int = 0
    fps: Fraction = Fraction(0)
    has_audio: bool = False
    codec: str = ""

    @property
    def has_video(self) -> bool:
        return self.width > 0


@contextmanager
def opened(path: Path, demuxer: str) -> Generator[InputContainer]:
    """The file as `demuxer` sees it. Raises MediaFault when it cannot be read as that."""
    with path.open("rb") as file:
        try:
            # From a file object no protocol is involved; and no demuxer may open another file.
            container = av.open(file, format=demuxer, container_options={"protocol_whitelist": "none"})
            assert isinstance(container, InputContainer)
        except (FFmpegError, ValueError) as fault:
            raise MediaFault(
                f"the file looks like {demuxer} but cannot be read as that", "export it again and resend"
            ) from fault
        try:
            yield container
        except MemoryError:
            raise  # FFmpeg's own is one too; the limit is at fault, not the file
        except FFmpegError as fault:
            raise MediaFault(
                "the file is damaged: it stops making sense part way", "export it again"
            ) from fault
        finally:
            container.close()


def probe(path: Path, demuxer: str) -> MediaFacts:
    """Facts of a usable video or sound, with every cap checked. Raises MediaFault. Runs in the sandbox."""
    with opened(path, demuxer) as container:
        picture, sound = picture_stream(container), sound_stream(container)
        if picture is None and sound is None:
            raise MediaFault("the file holds neither a picture nor sound", "send a file that can be played")
        duration = _duration_s(container)
        if picture is None:
            assert sound is not None
            return MediaFacts(duration, has_audio=True, codec=_codec_name(sound))
        _check_frame(picture)
        return MediaFacts(
            duration,
            picture.width,
            picture.height,
            house_rate(picture.average_rate or picture.guessed_rate),
            sound is not None,
            _codec_name(picture),
        )


def picture_stream(container: InputContainer) -> VideoStream | None:
    """The first real video stream; cover art is none. Raises MediaFault for a codec not taken."""
    for stream in container.streams.video:
        if stream.disposition & Disposition.attached_pic:
            continue
        _check_codec(_codec_name(stream), VIDEO_CODECS, "video")
        return stream
    return None


def sound_stream(container: InputContainer) -> AudioStream | None:
    """The first audio stream. Raises MediaFault for a codec not taken."""
    for stream in container.streams.audio:
        name = _codec_name(stream)
        if not name.startswith("pcm_"):
            _check_codec(name, AUDIO_CODECS, "audio")
        return stream
    return None


def sound_lead_s(container: InputContainer) -> float:
    """Seconds from the first frame to the first sample; negative where the sound starts earlier."""
    picture, sound = picture_stream(container), sound_stream(container)
    assert picture is not None
    assert sound is not None
    if picture.start_time is None or sound.start_time is None:
        return 0.0
    return float(sound.start_time * (sound.time_base or 0) - picture.start_time * (picture.time_base or 0))


def house_rate(rate: Fraction | None) -> Fraction:
    """The constant rate a clip is stored at: the standard one it means, else whole frames per second."""
    if rate is None or rate <= 0:
        return Fraction(30)
    nearest = min(STANDARD_RATES, key=lambda standard: abs(standard - rate))
    if abs(nearest - rate) / nearest <= RATE_TOLERANCE:
        return nearest
    return Fraction(min(max(round(rate), 1), int(MAX_RATE)))


def _codec_name(stream: VideoStream | AudioStream) -> str:
    """Empty where FFmpeg has no decoder: then there is no context either, whatever the stubs say."""
    context = cast("CodecContext | None", stream.codec_context)
    return context.codec.canonical_name if context is not None else ""


def _check_codec(name: str, known: frozenset[str], kind: str) -> None:
    if name not in known:
        raise MediaFault(
            f"its {kind} codec {name or '(unknown)'} is not taken", "export it as H.264 with AAC"
        )


def _duration_s(container: InputContainer) -> float:
    if container.duration is None or container.duration <= 0:
        raise MediaFault("the file does not say how long it is", "export it again as MP4")
    duration = container.duration / TIME_UNITS_PER_S
    if duration > MAX_DURATION_S:
        raise MediaFault(
            f"it is {duration:.0f} s long, at most {MAX_DURATION_S:.0f} s are taken",
            "cut it into shorter pieces",
        )
    return duration


def _check_frame(stream: VideoStream) -> None:
    width, height = stream.width, stream.height
    if width < 16 or height < 16:
        raise MediaFault(f"its picture is {width}x{height}, at least 16x16 is needed", "export it larger")
    if max(width, height) > MAX_SIDE_PX or width * height > MAX_FRAME_PX:
        raise MediaFault(
            f"its picture is {width}x{height}, at most {MAX_SIDE_PX} pixels a side and "
            f"{MAX_FRAME_PX // 1_000_000} megapixels are taken",
            "export it smaller",
        )
