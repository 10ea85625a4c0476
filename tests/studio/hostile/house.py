"""What every copy of a film is, whatever it was made from."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av

BT709 = LIMITED = 1


def assert_house_film(path: Path, size: tuple[int, int]) -> float:
    """Seconds of picture: H.264 in MP4, constant rate, bt709 limited, square pixels, AAC 48 kHz stereo."""
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    with av.logging.Capture() as said, av.open(str(path), options={"err_detect": "explode"}) as film:
        (video,), sounds = film.streams.video, film.streams.audio
        context = video.codec_context
        assert (context.name, video.profile, context.pix_fmt) == ("h264", "High", "yuv420p")
        assert (video.width, video.height) == size
        assert (context.colorspace, context.color_primaries, context.color_trc) == (BT709, BT709, BT709)
        assert context.color_range == LIMITED
        assert video.sample_aspect_ratio in (None, 1)
        for sound in sounds:
            assert (sound.codec_context.name, sound.sample_rate, sound.layout.name) == (
                "aac",
                48_000,
                "stereo",
            )
        frames = list(film.decode(video))
        declared, rate = video.frames, video.average_rate
    assert [frame.pts * frame.time_base for frame in frames] == [
        n / Fraction(rate) for n in range(len(frames))
    ]
    assert not any(frame.rotation or frame.interlaced_frame or frame.is_corrupt for frame in frames)
    assert (len(frames), said) == (declared, [])
    _assert_sound_decodes(path, said)
    assert [message for level, _, message in said if level <= av.logging.WARNING] == []
    return float(len(frames) / rate)


def assert_house_sound(path: Path) -> float:
    """Seconds. FLAC, 48 kHz, stereo."""
    with av.open(str(path)) as file:
        (sound,) = file.streams.audio
        assert (sound.codec_context.name, sound.sample_rate, sound.layout.name) == ("flac", 48_000, "stereo")
        return sum(frame.samples for frame in file.decode(sound)) / 48_000


def _assert_sound_decodes(path: Path, said: list) -> None:
    with av.logging.Capture() as more, av.open(str(path), options={"err_detect": "explode"}) as film:
        if film.streams.audio:
            assert sum(frame.samples for frame in film.decode(audio=0)) > 0
    said += more
