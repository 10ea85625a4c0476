"""Segments joined by packets: sound and pictures stay together over every join, and players can seek."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from tests.studio.mlt_documents import clear, document, producer, text
from tests.studio.render.conftest import Job
from tests.studio.render.mp4_boxes import check_strict
from tests.studio.render.scenes import filmed

from reelpress.studio.plan import OutputSpec, PartSource, Resolved, ResourceFacts, compile_plan, resolve
from reelpress.studio.render.cache import Cache
from reelpress.studio.render.join import Film, join, whole, write_file
from reelpress.studio.scene import parse_scene

FPS, RATE = 25, 48_000
FLASHES = (7, 20, 33, 40, 50, 60, 73, 80, 93)  # frames; spans begin at 20, 40, 60 and 80
FRAMES = 100
CLICK = np.hanning(72) * np.sin(2 * np.pi * 4000 * np.arange(72) / RATE)


def make_flashing_film(path: Path) -> Path:
    """Grey, but white for one frame at every flash, whose sound is a click of 1.5 ms at its first instant."""
    with av.open(str(path), "w", format="mp4") as container:
        video: Any = container.add_stream("libx264", rate=FPS, options={"crf": "12", "preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        video.codec_context.colorspace = 1
        audio: Any = container.add_stream("aac", rate=RATE)
        audio.layout = "stereo"
        for number in range(FRAMES):
            grey = np.full((270, 320), 128, np.uint8)
            grey[:180] = 230 if number in FLASHES else 40 + number
            frame = VideoFrame.from_ndarray(grey, "yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        wave = np.zeros(FRAMES * RATE // FPS, np.float32)
        for flash in FLASHES:
            at = flash * RATE // FPS
            wave[at : at + len(CLICK)] = 0.8 * CLICK
        sound = AudioFrame.from_ndarray(np.ascontiguousarray(np.stack([wave, wave])), "fltp", "stereo")
        sound.sample_rate, sound.pts = RATE, 0
        container.mux(audio.encode(sound))
        container.mux(audio.encode(None))
    return path


@dataclass
class Made:
    job: Job
    film: Film
    data: bytes

    @property
    def joins(self) -> list[int]:
        return [span.first for span in self.job.plan.spans]


def made_of(parts: list[PartSource], files: dict[str, Path], folder: Path, fps: int = 0) -> Made:
    plan = compile_plan(parts, [], OutputSpec(fps_num=fps))
    resolved = resolve(plan, {"name": "Asha", "price": "12"})
    assert isinstance(resolved, Resolved)
    job = Job(plan, resolved, files)
    film = filmed(job, Cache(folder / "cache"))
    return Made(job, film, whole(film, join(film)))


def scene(**blanks: int) -> bytes:
    """The whole film, with a name over frames 20 to 39 and a price over 60 to 79."""
    film = producer("film", "avformat-novalidate", "flash.mp4", FRAMES, tag="chain")
    clips = [
        film,
        clear("hello", 20, text("{{name}}", geometry="20 20 120 40 1")),
        clear("price", 20, text("{{price}}", geometry="20 100 120 40 1")),
    ]
    return document(
        clips, [[("film", 0, 0, 99)], [("hello", 20, 0, 19), ("price", 20, 0, 19)]], frames=FRAMES
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("flashes")
    files = {"flash.mp4": make_flashing_film(folder / "flash.mp4")}
    return made_of([PartSource("mlt", scene=parse_scene(scene()))], files, folder)


@pytest.fixture(scope="module")
def in_parts(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The film as a part of its own, then the scene."""
    folder = tmp_path_factory.mktemp("parts")
    files = {"flash.mp4": make_flashing_film(folder / "flash.mp4")}
    facts = {"flash.mp4": ResourceFacts("video", 320, 180, FRAMES / FPS, has_audio=True)}
    still = PartSource("static", "film", resource="flash.mp4", facts=facts)
    return made_of([still, PartSource("mlt", scene=parse_scene(scene()))], files, folder, fps=FPS)


def flashes(data: bytes) -> list[float]:
    """Seconds at which the picture turns white."""
    with av.open(io.BytesIO(data)) as container:
        return [
            float(frame.pts * frame.time_base)
            for frame in container.decode(video=0)
            if frame.to_ndarray()[90, 200:].mean() > 200
        ]


def heard(data: bytes) -> np.ndarray:
    """The left channel as a player plays it: what the edit list cuts is not there."""
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.audio[0]
        total = np.zeros(round(stream.duration * stream.time_base * RATE) + 4096, np.float32)
        for frame in container.decode(stream):
            at = round(float(frame.pts * frame.time_base) * RATE)
            samples = frame.to_ndarray()[0][max(0, -at) :]
            total[max(0, at) : max(0, at) + len(samples)] = samples
    return total


def clicks(sound: np.ndarray) -> list[float]:
    """Seconds at which clicks begin."""
    matched = np.abs(np.correlate(sound, CLICK.astype(np.float32), "valid"))
    found: list[float] = []
    for at in np.flatnonzero(matched > 0.5 * matched.max()):
        peak = int(at - 40 + np.argmax(matched[max(0, at - 40) : at + 40])) if at >= 40 else int(at)
        if peak == at and (not found or at / RATE - found[-1] > 0.02):
            found.append(at / RATE)
    return found


def test_flashes_and_clicks_coincide_across_every_join(made: Made) -> None:
    assert made.joins == [0, 20, 40, 60, 80]
    seen, sounded = flashes(made.data), clicks(heard(made.data))
    assert seen == pytest.approx([flash / FPS for flash in FLASHES], abs=1e-6)
    assert sounded == pytest.approx(seen, abs=0.002)


def test_flashes_and_clicks_coincide_over_parts_of_both_kinds(in_parts: Made) -> None:
    twice = [*FLASHES, *(FRAMES + flash for flash in FLASHES)]
    seen, sounded = flashes(in_parts.data), clicks(heard(in_parts.data))
    assert seen == pytest.approx([flash / FPS for flash in twice], abs=1e-6)
    assert sounded == pytest.approx(seen, abs=0.002)


def test_sound_and_picture_correlate_best_without_any_shift(in_parts: Made) -> None:
    sound = np.abs(heard(in_parts.data))
    light = np.zeros_like(sound)
    for flash in flashes(in_parts.data):
        light[round(flash * RATE) : round(flash * RATE) + len(CLICK)] = 1
    length = 2 * len(sound)
    both = np.fft.irfft(np.fft.rfft(sound, length) * np.conj(np.fft.rfft(light, length)), length)
    shift = int(np.argmax(both))
    shift = shift - length if shift > length // 2 else shift
    assert abs(shift) <= 0.002 * RATE


def packets(data: bytes, kind: str) -> Iterator[Any]:
    with av.open(io.BytesIO(data)) as container:
        stream = next(stream for stream in container.streams if stream.type == kind)
        yield from (packet for packet in container.demux(stream) if packet.size)


def test_aac_packets_are_copied_as_they_are(made: Made) -> None:
    assert made.film.sound is not None
    assert [bytes(packet) for packet in packets(made.data, "audio")] == made.film.sound.segment.samples()


def test_pictures_are_copied_as_they_are(made: Made) -> None:
    coded = [
        b"".join(samples)
        for stack in made.film.stacks
        for samples in zip(*(part.segment.samples() for part in stack), strict=True)
    ]
    assert [bytes(packet) for packet in packets(made.data, "video")] == coded


@pytest.mark.parametrize("which", ["made", "in_parts"])
def test_all_pictures_stand_on_one_grid_and_every_span_begins_with_a_key(
    which: str, request: pytest.FixtureRequest
) -> None:
    given: Made = request.getfixturevalue(which)
    found = list(packets(given.data, "video"))
    assert len(found) == given.job.plan.frames
    assert [packet.pts * packet.time_base for packet in found] == [
        Fraction(n, FPS) for n in range(len(found))
    ]
    assert all(packet.pts == packet.dts for packet in found)
    keys = [number for number, packet in enumerate(found) if packet.is_keyframe]
    assert set(given.joins) <= set(keys)
    sound = list(packets(given.data, "audio"))
    steps = {int((b.pts - a.pts) * a.time_base * RATE) for a, b in pairwise(sound)}
    assert steps == {1024}


@pytest.mark.parametrize("which", ["made", "in_parts"])
def test_a_strict_player_finds_no_fault(which: str, request: pytest.FixtureRequest) -> None:
    assert check_strict(request.getfixturevalue(which).data) == []


def test_seeking_to_a_join_and_around_it_shows_the_right_picture(made: Made) -> None:
    with av.open(io.BytesIO(made.data)) as container:
        in_order = [frame.to_ndarray() for frame in container.decode(video=0)]
    for number in sorted({n for join_ in made.joins for n in (join_ - 1, join_, join_ + 1) if n >= 0}):
        with av.open(io.BytesIO(made.data)) as container:
            stream = container.streams.video[0]
            container.seek(int(number / FPS / stream.time_base), stream=stream)
            shown = next(f for f in container.decode(stream) if f.pts * f.time_base >= Fraction(number, FPS))
            assert np.array_equal(shown.to_ndarray(), in_order[number]), number


def test_the_file_is_what_the_pieces_add_up_to(made: Made, tmp_path: Path) -> None:
    joined = join(made.film)
    write_file(made.film, joined, tmp_path / "video.mp4")
    assert (tmp_path / "video.mp4").read_bytes() == made.data
    assert len(made.data) == joined.total


def test_a_film_without_sound_joins_to_a_file_with_one_track(made: Made) -> None:
    silent = Film(made.film.size, made.film.fps, made.film.sets, made.film.stacks, None)
    data = whole(silent, join(silent))
    assert check_strict(data) == []
    with av.open(io.BytesIO(data)) as container:
        assert [stream.type for stream in container.streams] == ["video"]
        assert sum(1 for _ in container.decode(video=0)) == FRAMES
