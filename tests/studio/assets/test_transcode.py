"""The house encoding."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from tests.studio.assets.samples import make_video, make_wav

from reelpress.studio.assets.faults import MediaFault
from reelpress.studio.assets.probe import house_rate, probe
from reelpress.studio.assets.transcode import transcode_audio, transcode_video


@pytest.mark.parametrize(
    ("form", "codec", "demuxer"),
    [("mp4", "libx264", "mov"), ("webm", "libvpx-vp9", "matroska"), ("mpegts", "libx264", "mpegts")],
)
def test_every_container_becomes_the_same_kind_of_mp4(tmp_path: Path, form: str, codec: str, demuxer: str):
    source = make_video(tmp_path / "in", form=form, codec=codec)
    facts = transcode_video(source, demuxer, tmp_path / "ours.mp4")
    assert (facts.width, facts.height, facts.fps, facts.has_audio) == (128, 96, Fraction(25), True)
    assert facts.duration_s == pytest.approx(0.8)
    with av.open(str(tmp_path / "ours.mp4")) as ours:
        video, audio = ours.streams.video[0], ours.streams.audio[0]
        assert (video.codec_context.name, video.profile, video.pix_fmt) == ("h264", "High", "yuv420p")
        assert (video.average_rate, video.frames) == (Fraction(25), 20)
        assert (video.colorspace, video.color_range) == (1, 1)
        assert (audio.codec_context.name, audio.sample_rate, audio.layout.name) == ("aac", 48_000, "stereo")
        stamps = [frame.pts * frame.time_base for frame in ours.decode(video)]
    assert stamps == [Fraction(number, 25) for number in range(20)]
    data = (tmp_path / "ours.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize(("rotation", "top_is_red"), [(-90, True), (90, False)])
def test_a_turned_video_is_stored_upright(tmp_path: Path, rotation: int, top_is_red: bool):
    source = make_video(tmp_path / "in.mp4", rotation=rotation, sound=False)
    facts = transcode_video(source, "mov", tmp_path / "ours.mp4")
    assert (facts.width, facts.height) == (96, 128)
    with av.open(str(tmp_path / "ours.mp4")) as ours:
        top = next(ours.decode(video=0)).to_ndarray(format="rgb24")[4, 48]
    assert (top[0] > top[2]) == top_is_red


def test_colours_come_through(tmp_path: Path):
    transcode_video(make_video(tmp_path / "in.mp4"), "mov", tmp_path / "ours.mp4")
    with av.open(str(tmp_path / "ours.mp4")) as ours:
        picture = next(ours.decode(video=0)).to_ndarray(format="rgb24").astype(int)
    assert np.abs(picture[48, 20] - (220, 20, 20)).max() < 10
    assert np.abs(picture[48, 100] - (20, 20, 220)).max() < 10


def test_sound_becomes_flac_at_48_khz_without_a_delay(tmp_path: Path):
    facts = transcode_audio(make_wav(tmp_path / "in.wav"), "wav", tmp_path / "ours.flac")
    assert facts.duration_s == pytest.approx(0.5, abs=0.001)
    with av.open(str(tmp_path / "ours.flac")) as ours:
        stream = ours.streams.audio[0]
        assert (stream.codec_context.name, stream.sample_rate, stream.layout.name) == (
            "flac",
            48_000,
            "stereo",
        )


@pytest.mark.parametrize(
    ("rate", "house"),
    [
        (Fraction(2997, 100), Fraction(30000, 1001)),
        (Fraction(299, 10), Fraction(30000, 1001)),
        (Fraction(24), Fraction(24)),
        (Fraction(10), Fraction(10)),
        (Fraction(1000), Fraction(60)),
        (Fraction(1, 10), Fraction(1)),
        (None, Fraction(30)),
    ],
)
def test_the_constant_rate_is_the_standard_one_that_is_meant(rate: Fraction | None, house: Fraction):
    assert house_rate(rate) == house


@pytest.mark.parametrize("demuxer", ["mov", "matroska", "hls", "concat"])
def test_a_playlist_named_mp4_opens_nothing(tmp_path: Path, demuxer: str):
    inner = make_video(tmp_path / "inner.mp4")
    for text in (
        f"#EXTM3U\n#EXTINF:1,\nfile://{inner}\n#EXT-X-ENDLIST\n",
        f"ffconcat version 1.0\nfile {inner}\n",
    ):
        (tmp_path / "evil.mp4").write_text(text)
        with pytest.raises(MediaFault, match="cannot be read"):
            probe(tmp_path / "evil.mp4", demuxer)


def test_a_video_cut_off_in_the_middle_is_refused_or_kept_as_far_as_it_goes(tmp_path: Path):
    source = make_video(tmp_path / "in.ts", form="mpegts", frames=50)
    source.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    facts = transcode_video(source, "mpegts", tmp_path / "ours.mp4")
    assert 0 < facts.duration_s < 2


def test_a_sound_without_picture_is_no_video(tmp_path: Path):
    with pytest.raises(MediaFault, match="no picture"):
        transcode_video(make_wav(tmp_path / "a.wav"), "wav", tmp_path / "ours.mp4")


def test_a_long_video_is_refused(tmp_path: Path):
    source = make_video(tmp_path / "in.mp4", width=16, height=16, frames=310, rate=1, sound=False)
    with pytest.raises(MediaFault, match="at most 300 s"):
        probe(source, "mov")
