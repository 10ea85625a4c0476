from collections.abc import Callable
from fractions import Fraction
from typing import Any

import av
import pytest
from av.packet import Packet
from tests.studio.render.mp4.coded import NTSC, PRIMING, RATE, pictures, set_up_pictures, set_up_sound, sound

FfmpegsFile = Callable[..., bytes]


@pytest.fixture(scope="session")
def ffmpegs_file(tmp_path_factory: pytest.TempPathFactory) -> FfmpegsFile:
    """The coded packets in a file that FFmpeg's own muxer writes."""

    def make(fps: Fraction = NTSC, samples: int | None = None) -> bytes:
        target = tmp_path_factory.mktemp("ffmpeg") / "film.mp4"
        with av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as container:
            video: Any = container.add_stream("libx264", rate=fps)
            set_up_pictures(video.codec_context, fps)
            packets = _video_packets(video, fps)
            if samples:
                audio: Any = container.add_stream("aac", rate=RATE)
                set_up_sound(audio.codec_context)
                packets += _audio_packets(audio, samples)
            container.start_encoding()
            for packet in sorted(packets, key=lambda each: each.dts * each.time_base):
                container.mux(packet)
        return target.read_bytes()

    return make


def _video_packets(stream: Any, fps: Fraction) -> list[Any]:
    coded = pictures(fps=fps)
    made = [_packet(stream, sample, number, 1, 1 / fps) for number, sample in enumerate(coded.access_units)]
    for number in coded.track.keyframes:
        made[number].is_keyframe = True
    return made


def _audio_packets(stream: Any, samples: int) -> list[Any]:
    left = PRIMING + samples
    made: list[Any] = []
    for number, frame in enumerate(sound(samples).samples):
        duration = min(1024, left - 1024 * number)
        made.append(_packet(stream, frame, 1024 * number - PRIMING, duration, Fraction(1, RATE)))
        made[-1].is_keyframe = True
    return made


def _packet(stream: Any, data: bytes, time: int, duration: int, time_base: Fraction) -> Any:
    packet: Any = Packet(data)
    packet.stream, packet.time_base = stream, time_base
    packet.pts = packet.dts = time
    packet.duration = duration
    return packet
