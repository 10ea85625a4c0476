import io
import os
import subprocess
import sys
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.studio.render.mp4.coded import DARKEST, NTSC, PRIMING, RATE, STEP, pictures, sound
from tests.studio.render.mp4.conftest import FfmpegsFile
from tests.studio.render.mp4_boxes import check_strict, find, top_boxes

from reelpress.studio.render.mp4 import AUDIO, VIDEO, AudioTrack, Layout, TrackFault, VideoTrack, lay_out
from reelpress.studio.render.mp4.read import read_movie
from reelpress.studio.render.mp4.read import top_boxes as read_top_boxes
from reelpress.studio.render.mp4.strict import strict_faults

RATES = [NTSC, Fraction(24_000, 1001), Fraction(24), Fraction(25), Fraction(60), Fraction(25, 2)]
COUNT = 60


def joined(fps: Fraction = NTSC, samples: int | None = None, count: int = COUNT) -> bytes:
    coded = pictures(count, fps)
    heard = sound(samples) if samples else None
    layout = lay_out(coded.track, heard.track if heard else None)
    file = b"".join(layout.pieces(coded.samples, heard.samples if heard else ()))
    assert len(file) == layout.total
    return file


def decoded(file: bytes, kind: str) -> list[Any]:
    """Every frame, any damage raising."""
    with av.open(io.BytesIO(file)) as container:
        stream = getattr(container.streams, kind)[0]
        stream.codec_context.options = {"err_detect": "explode"}
        return list(container.decode(stream))


def packets(file: bytes, kind: str) -> list[tuple[Fraction, Fraction, bool, bytes]]:
    with av.open(io.BytesIO(file)) as container:
        stream = getattr(container.streams, kind)[0]
        return [
            (each.pts * each.time_base, each.duration * each.time_base, each.is_keyframe, bytes(each))
            for each in container.demux(stream)
            if each.size
        ]


def around(fps: Fraction) -> list[int | None]:
    """No sound, and sound as long as, shorter and longer than the pictures."""
    exact = round(COUNT / fps * RATE)
    return [None, exact, exact // 3, 2 * exact + 5]


@pytest.mark.parametrize("fps", RATES, ids=str)
@pytest.mark.parametrize("case", range(4), ids=["mute", "equal", "shorter", "longer"])
def test_every_picture_and_sample_is_decoded_at_its_time(fps: Fraction, case: int) -> None:
    samples = around(fps)[case]
    file = joined(fps, samples)
    assert check_strict(file) == []
    frames = decoded(file, "video")
    assert [frame.pts * frame.time_base for frame in frames] == [number / fps for number in range(COUNT)]
    greys = [float(frame.to_ndarray()[:180].mean()) for frame in frames]
    assert np.abs(np.array(greys) - (DARKEST + STEP * np.arange(COUNT))).max() < 1
    if samples:
        heard = decoded(file, "audio")
        assert heard[0].pts == 0
        assert np.diff([frame.pts for frame in heard]).tolist() == [1024] * (len(heard) - 1)
        assert 0 <= sum(frame.samples for frame in heard) - samples < 1024
        wave = np.concatenate([frame.to_ndarray() for frame in heard], axis=1)[0]
        meant = 0.25 * np.sin(2 * np.pi * 440 * np.arange(samples) / RATE)
        middle = slice(2048, samples - 2048)
        assert np.corrcoef(wave[middle], meant[middle])[0, 1] > 0.99


@pytest.mark.parametrize("fps", RATES, ids=str)
@pytest.mark.parametrize("case", range(4), ids=["mute", "equal", "shorter", "longer"])
def test_a_reader_sees_what_it_sees_in_ffmpegs_own_file(
    fps: Fraction, case: int, ffmpegs_file: FfmpegsFile
) -> None:
    samples = around(fps)[case]
    if samples:
        samples -= samples % 48  # FFmpeg's edit counts in milliseconds and drops what is beyond
    ours, theirs = joined(fps, samples), ffmpegs_file(fps, samples)
    assert check_strict(theirs) == []
    slices_only = [sample for _, _, _, sample in packets(ours, "video")]
    assert slices_only == pictures(COUNT, fps).samples
    assert [each[:3] for each in packets(ours, "video")] == [each[:3] for each in packets(theirs, "video")]
    if samples:
        assert packets(ours, "audio") == packets(theirs, "audio")
    with av.open(io.BytesIO(ours)) as one, av.open(io.BytesIO(theirs)) as other:
        assert abs(one.duration - other.duration) <= 1000  # microseconds
        for mine, its in zip(one.streams, other.streams, strict=True):
            mine_s, its_s = mine.duration * mine.time_base, its.duration * its.time_base
            assert (mine_s, mine.frames, mine.start_time) == (its_s, its.frames, its.start_time)
            if its.type == "video":
                assert mine.average_rate == its.average_rate == fps
                assert (mine.codec_context.color_range, mine.codec_context.colorspace) == (1, 1)
                assert mine.sample_aspect_ratio == 1


def test_seeking_lands_on_key_frames() -> None:
    with av.open(io.BytesIO(joined())) as container:
        for wanted, key in ((0, 0), (19, 0), (20, 20), (59, 40)):
            stream = container.streams.video[0]
            container.seek(round(wanted / NTSC / stream.time_base), stream=stream)
            first = next(iter(container.decode(video=0)))
            assert first.pts * first.time_base == key / NTSC


def test_the_file_names_its_colours_pixels_and_rates() -> None:
    file = joined(samples=2 * RATE)
    assert file[:32] == b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41"
    assert b"colrnclx\0\1\0\1\0\1\0" in file
    assert b"pasp\0\0\0\1\0\0\0\1" in file
    heard = sound(2 * RATE).track
    average = round(8 * int(heard.sizes.sum()) * RATE / 1024 / len(heard.sizes))
    at = file.index(b"\x40\x15")  # AAC, a stream of sound
    assert int.from_bytes(file[at + 9 : at + 13], "big") == average
    assert average <= int.from_bytes(file[at + 5 : at + 9], "big") < 2 * average
    assert file[at + 18 :].startswith(heard.asc)


def test_pictures_and_sound_alternate_every_half_second_pictures_first() -> None:
    layout = lay_out(pictures().track, sound().track)
    order = layout.order
    assert order.track.tolist() == [VIDEO, AUDIO] * 4
    starts = {
        VIDEO: order.of(VIDEO).first / float(NTSC),
        AUDIO: (order.of(AUDIO).first * 1024 - PRIMING) / RATE,
    }
    for number, begin in enumerate(starts[VIDEO]):
        assert number / 2 <= begin < number / 2 + float(1 / NTSC)
    for number, begin in enumerate(starts[AUDIO][1:], 1):
        assert number / 2 <= begin < number / 2 + 1024 / RATE
    assert order.offset[0] == len(layout.head)
    assert (order.offset[1:] == (order.offset + order.size)[:-1]).all()


def test_equal_tracks_give_equal_bytes_in_another_process(tmp_path: Path) -> None:
    file = tmp_path / "other.mp4"
    script = (
        "import sys, pathlib; from tests.studio.render.mp4.test_head import joined;"
        "pathlib.Path(sys.argv[1]).write_bytes(joined(samples=50_000))"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "7"}
    subprocess.run([sys.executable, "-c", script, str(file)], check=True, env=environment)
    assert file.read_bytes() == joined(samples=50_000)


def test_a_file_beyond_4_gib_counts_in_64_bits() -> None:
    sps, pps = pictures().track.sps, pictures().track.pps
    sizes = np.full(54_000, 100_000, np.uint32)
    audio = AudioTrack(sound().track.asc, np.full(84_376, 400, np.uint32), PRIMING, 86_400_000)
    layout = lay_out(VideoTrack(320, 180, Fraction(30), sps, pps, sizes, np.array([0])), audio)
    assert layout.total == len(layout.head) + 5_400_000_000 + 84_376 * 400
    assert layout.head[-16:-8] == b"\0\0\0\1mdat"
    assert int.from_bytes(layout.head[-8:], "big") == layout.total - len(layout.head) + 16
    assert layout.head.count(b"co64") == 2
    assert b"stco" not in layout.head
    assert strict_faults(layout.head, layout.total) == []
    assert int(layout.order.offset[-1]) > 5_400_000_000


def test_the_last_byte_below_4_gib_counts_in_32_bits() -> None:
    sps, pps = pictures().track.sps, pictures().track.pps

    def of(size: int) -> Layout:
        sizes = np.array([1, size], np.int64)
        return lay_out(VideoTrack(320, 180, Fraction(25), sps, pps, sizes, np.array([0])))

    most = 0xFFFF_FFFF - of(1).total + 1
    for size, table in ((most, b"stco"), (most + 1, b"co64")):
        layout = of(size)
        assert table in layout.head
        assert strict_faults(layout.head, layout.total) == []
    assert of(most).total == 0xFFFF_FFFF


def test_days_of_pictures_take_long_durations() -> None:
    sps, pps = pictures().track.sps, pictures().track.pps
    sizes = np.full(500_000, 10, np.uint32)
    layout = lay_out(VideoTrack(320, 180, Fraction(1001, 60_000) * 2, sps, pps, sizes, np.array([0])))
    assert strict_faults(layout.head, layout.total) == []
    with av.open(io.BytesIO(layout.head + bytes(sizes.sum()))) as container:
        assert container.streams.video[0].duration * container.streams.video[
            0
        ].time_base == 15_000_000_000 / Fraction(1001)


SIZES = st.lists(st.integers(1, 5000), min_size=1, max_size=300)
SHAPES = st.fractions(Fraction(1, 100), 240, max_denominator=1001)


@settings(max_examples=200, deadline=None)
@given(SIZES, st.none() | SIZES, st.sampled_from(RATES) | SHAPES, st.data())
def test_any_tracks_make_a_file_without_gaps_or_faults(
    video_sizes: list[int], audio_sizes: list[int] | None, fps: Fraction, data: st.DataObject
) -> None:
    numbers = st.integers(0, len(video_sizes) - 1)
    keys = sorted({0} | data.draw(st.sets(numbers)))
    coded = pictures().track
    sizes = np.array(video_sizes, np.uint32)
    video = VideoTrack(320, 180, fps, coded.sps, coded.pps, sizes, np.array(keys))
    audio = None
    if audio_sizes:
        held = 1024 * len(audio_sizes)
        priming = data.draw(st.integers(0, min(4096, held - 1)))
        samples = data.draw(st.integers(1, held - priming))
        audio = AudioTrack(sound().track.asc, np.array(audio_sizes, np.uint32), priming, samples)
    layout = lay_out(video, audio)
    assert layout.total == len(layout.head) + sum(video_sizes) + sum(audio_sizes or [])
    assert strict_faults(layout.head, layout.total) == []
    movie = read_movie(next(box for box in read_top_boxes(layout.head, layout.total) if box.kind == "moov"))
    for track in movie.tracks:
        assert (track.offsets == layout.sample_offsets(track.number)).all()
    spans = sorted(
        (int(at), int(at) + int(size))
        for track in movie.tracks
        for at, size in zip(track.offsets, track.sizes, strict=True)
    )
    assert spans[0][0] == len(layout.head)
    assert spans[-1][1] == layout.total
    assert all(end == begin for (_, end), (begin, _) in pairwise(spans))
    assert [track.edits[0].duration for track in movie.tracks] == [track.duration for track in movie.tracks]
    assert movie.duration == max(track.duration for track in movie.tracks)
    pictures_read = movie.tracks[0]
    assert pictures_read.media_duration / Fraction(pictures_read.scale) == len(video_sizes) / fps
    assert pictures_read.key_samples is not None
    assert (pictures_read.key_samples - 1).tolist() == keys
    if audio:
        assert movie.tracks[1].edits[0].media_time == audio.priming
        heard_s = movie.tracks[1].edits[0].duration / Fraction(movie.scale)
        assert abs(heard_s - Fraction(audio.samples, RATE)) <= Fraction(1, 2 * movie.scale)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"width": 322}, "size in the SPS"),
        ({"fps": Fraction(0)}, "rate"),
        ({"sizes": np.array([], np.uint32)}, "sizes"),
        ({"sizes": np.array([5, 0, 5])}, "sizes"),
        ({"keyframes": np.array([1, 20])}, "key frames"),
        ({"keyframes": np.array([0, 60])}, "key frames"),
        ({"keyframes": np.array([0, 20, 20])}, "key frames"),
        ({"sps": b"\x68"}, "SPS"),
        ({"pps": b""}, "PPS"),
    ],
)
def test_pictures_that_no_file_can_hold_are_refused(wrong: dict[str, Any], says: str) -> None:
    right = pictures().track
    names = ("width", "height", "fps", "sps", "pps", "sizes", "keyframes")
    with pytest.raises(TrackFault, match=says):
        VideoTrack(**({name: getattr(right, name) for name in names} | wrong))


def test_sound_may_not_promise_more_than_it_holds() -> None:
    right = sound(2 * RATE).track
    held = 1024 * len(right.sizes)
    AudioTrack(right.asc, right.sizes, PRIMING, held - PRIMING)
    with pytest.raises(TrackFault, match="beyond"):
        AudioTrack(right.asc, right.sizes, PRIMING, held - PRIMING + 1)


def test_a_short_sound_ends_its_edit_and_not_its_media() -> None:
    """Frames after the last one heard stay whole."""
    right = sound(2 * RATE).track
    layout = lay_out(pictures().track, AudioTrack(right.asc, right.sizes, PRIMING, RATE // 2))
    assert strict_faults(layout.head, layout.total) == []
    file = b"".join(layout.pieces(pictures().samples, sound(2 * RATE).samples))
    heard = decoded(file, "audio")
    assert 0 <= sum(frame.samples for frame in heard) - RATE // 2 < 2 * 1024


def test_top_level_is_type_index_media(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(joined(samples=RATE))
    assert top_boxes(path) == ["ftyp", "moov", "mdat"]
    assert len(find(path, "elst")) == 2
    assert find(path, "ctts") == []
    assert check_strict(path) == []
