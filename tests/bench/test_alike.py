from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame
from bench.alike import NotAlike, check_alike, luma_at
from bench.straight import write_straight
from bench.templates import Case

WIDTH, HEIGHT, FRAMES = 96, 64, 40
CASE = Case("f10", 6, (), first=12)


def film(seed: int) -> Iterator[np.ndarray]:
    """Frames that grow lighter by three steps each, over a texture of their own."""
    texture = np.random.default_rng(seed).integers(0, 60, (HEIGHT, WIDTH), dtype=np.uint8)
    for number in range(FRAMES):
        frame = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
        frame[:HEIGHT] = texture + 20 + 3 * number
        yield frame


def written(path: Path, frames: Iterator[np.ndarray], sound: Path) -> Path:
    write_straight(frames, 30.0, path, sound)
    return path


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as container:
        output: Any = container
        stream = output.add_stream("aac", rate=48_000)
        stream.layout = "stereo"
        frame = AudioFrame.from_ndarray(np.zeros((2, 48_000), np.float32), "fltp", "stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, 0, Fraction(1, 48_000)
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("number", [0, 13, FRAMES - 1])
def test_a_frame_is_found_by_its_number_behind_b_frames(number: int, sound: Path, tmp_path: Path) -> None:
    found = luma_at(written(tmp_path / "film.mp4", film(1), sound), number)
    wanted = list(film(1))[number][:HEIGHT]
    assert abs(float(found.mean()) - float(wanted.mean())) < 1.2


def test_the_same_film_passes_and_a_black_one_does_not(sound: Path, tmp_path: Path) -> None:
    ours = written(tmp_path / "ours.mp4", film(1), sound)
    check_alike(CASE, ours, written(tmp_path / "rival.mp4", film(1), sound))
    dark = (np.where(np.arange(HEIGHT * 3 // 2)[:, None] < HEIGHT, 16, frame) for frame in film(1))
    black = written(tmp_path / "black.mp4", (frame.astype(np.uint8) for frame in dark), sound)
    with pytest.raises(NotAlike, match=r"frame 15 of black\.mp4"):
        check_alike(CASE, ours, black)


def test_a_film_that_ends_early_does_not_pass(sound: Path, tmp_path: Path) -> None:
    ours = written(tmp_path / "ours.mp4", film(1), sound)
    short = written(tmp_path / "short.mp4", islice(film(1), 16), sound)
    with pytest.raises(NotAlike, match="ends before frame"):
        check_alike(CASE, ours, short)


def test_the_straight_encode_takes_the_sound_packet_by_packet(sound: Path, tmp_path: Path) -> None:
    made = written(tmp_path / "film.mp4", film(1), sound)
    assert _packets(made) == _packets(sound)


def _packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]
