"""What is odd about a film is gone in our copy, and its picture is still the same picture."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from tests.studio.assets.samples import make_video
from tests.studio.hostile.boxes import changed, numbers
from tests.studio.hostile.footage import footage, woven
from tests.studio.hostile.house import assert_house_film

from reelpress.studio.assets.transcode import transcode_video

BARS = np.array(
    [
        (191, 191, 191),
        (191, 191, 0),
        (0, 191, 191),
        (0, 191, 0),
        (191, 0, 191),
        (191, 0, 0),
        (0, 0, 191),
        (16, 16, 16),
    ],
    float,
)
BAR_PX = 32
LUMA = {1: (0.2126, 0.0722), 5: (0.299, 0.114), 6: (0.299, 0.114), 9: (0.2627, 0.0593)}
LIMITED, FULL = 1, 2
UNTAGGED = 2
LOSSLESS = {"crf": "1", "preset": "ultrafast"}


def planes(matrix: int, scope: int, bits: int = 8) -> np.ndarray:
    """Y, U and V of each bar (ITU-R BT.601-7, 2.5; BT.709-6, 3), in levels of `bits`."""
    red, blue = LUMA[matrix]
    rgb = BARS / 255
    y = rgb @ (red, 1 - red - blue, blue)
    u, v = (rgb[:, 2] - y) / (2 - 2 * blue), (rgb[:, 0] - y) / (2 - 2 * red)
    if scope == FULL:
        top = 2**bits - 1
        return np.stack([y * top, u * top + 2 ** (bits - 1), v * top + 2 ** (bits - 1)], 1)
    return np.stack([219 * y + 16, 224 * u + 128, 224 * v + 128], 1) * 2 ** (bits - 8)


def bars(path: Path, pixels: str, matrix: int, scope: int, *, tag: int | None = None) -> Path:
    """A film of the bars in exactly these levels."""
    bits = 10 if "10" in pixels else 8
    levels = np.round(planes(matrix, scope, bits)).astype(np.uint16 if bits == 10 else np.uint8)
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=25, options=LOSSLESS)
        stream.width, stream.height, stream.pix_fmt = BAR_PX * len(BARS), 64, pixels
        context = stream.codec_context
        context.colorspace, context.color_range = tag or matrix, scope
        for number in range(3):
            frame = av.VideoFrame(stream.width, stream.height, pixels)
            for index, plane in enumerate(frame.planes):
                row = np.repeat(levels[:, index], plane.width // len(BARS))
                padded = np.zeros(plane.line_size // row.itemsize, row.dtype)
                padded[: len(row)] = row
                plane.update(np.tile(padded, plane.height).tobytes())
            frame.pts, frame.time_base = number, Fraction(1, 25)
            frame.colorspace, frame.color_range = tag or matrix, scope
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def seen(path: Path) -> np.ndarray:
    """Y, U and V in the middle of each bar of our copy."""
    with av.open(str(path)) as film:
        frame = next(film.decode(video=0))
    found = []
    for plane in frame.planes:
        whole = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
        width = plane.width // len(BARS)
        found.append([whole[8:-8, n * width + 4 : (n + 1) * width - 4].mean() for n in range(len(BARS))])
    return np.array(found).T


def copied(source: Path) -> Path:
    target = source.with_name("ours.mp4")
    transcode_video(source, "mov", target)
    return target


@pytest.mark.parametrize("pixels", ["yuv420p", "yuv444p", "yuv420p10le", "yuv422p10le"])
@pytest.mark.parametrize(
    ("matrix", "scope"), [(1, LIMITED), (1, FULL), (5, LIMITED), (6, LIMITED), (6, FULL), (9, LIMITED)]
)
def test_a_bar_chart_comes_out_in_the_right_bt709_levels(
    tmp_path: Path, pixels: str, matrix: int, scope: int
):
    ours = copied(bars(tmp_path / "in.mp4", pixels, matrix, scope))
    assert np.abs(seen(ours) - planes(1, LIMITED)).max() <= 3
    assert_house_film(ours, (BAR_PX * len(BARS), 64))


def test_a_small_film_without_a_tag_is_taken_as_bt601(tmp_path: Path):
    ours = copied(bars(tmp_path / "in.mp4", "yuv420p", 6, LIMITED, tag=UNTAGGED))
    assert np.abs(seen(ours) - planes(1, LIMITED)).max() <= 3


def corners(path: Path) -> list[str]:
    """The brightest channel of each quarter: top left, top right, bottom left, bottom right."""
    with av.open(str(path)) as film:
        picture = next(film.decode(video=0)).to_ndarray(format="rgb24")
    height, width = picture.shape[0] // 4, picture.shape[1] // 4
    points = [picture[y, x] for y in (height, 3 * height) for x in (width, 3 * width)]
    return ["white" if point.min() > 150 else "rgb"[int(point.argmax())] for point in points]


def quarters(index: int, width: int, height: int) -> np.ndarray:
    picture = np.zeros((height, width, 3), np.uint8)
    picture[: height // 2, : width // 2, 0] = picture[: height // 2, width // 2 :, 1] = 200
    picture[height // 2 :, : width // 2, 2] = 200
    picture[height // 2 :, width // 2 :] = 220
    return picture


@pytest.mark.parametrize(
    ("matrix", "as_seen"),
    [
        ((1, 0, 0, 1), "r g b white"),
        ((0, 1, -1, 0), "b r white g"),
        ((-1, 0, 0, -1), "white b g r"),
        ((0, -1, 1, 0), "g white r b"),
        ((-1, 0, 0, 1), "g r white b"),
        ((1, 0, 0, -1), "b white r g"),
        ((0, 1, 1, 0), "r b g white"),
        ((0, -1, -1, 0), "white g b r"),
    ],
)
def test_every_quarter_turn_and_mirror_is_undone(tmp_path: Path, matrix: tuple[int, ...], as_seen: str):
    film = footage(tmp_path / "in.mp4", size=(96, 64), stamps_ms=(0, 40), picture=quarters)
    a, b, c, d = (number * 0x10000 for number in matrix)
    fields = numbers(a, b, 0, c, d, 0, 0, 0, 0x40000000)
    (tmp_path / "in.mp4").write_bytes(changed(film, "moov/trak/tkhd", 40, fields))
    ours = copied(tmp_path / "in.mp4")
    assert corners(ours) == as_seen.split()
    assert_house_film(ours, (96, 64) if matrix[0] else (64, 96))


def test_the_two_fields_of_interlaced_film_do_not_show(tmp_path: Path):
    options = {"x264-params": "tff=1"} | LOSSLESS
    footage(tmp_path / "in.mp4", size=(128, 96), options=options, picture=woven)
    with av.open(str(copied(tmp_path / "in.mp4"))) as film:
        pictures = [frame.to_ndarray(format="gray").astype(int) for frame in film.decode(video=0)]
    combing = [np.abs(2 * one[1:-1] - one[:-2] - one[2:]).mean() for one in pictures[2:-2]]
    assert max(combing) < 1


def test_sound_that_starts_late_is_late_in_our_copy(tmp_path: Path):
    footage(tmp_path / "in.mp4", tracks=1, sound_from_ms=240, stamps_ms=tuple(range(0, 800, 40)))
    loud = np.flatnonzero(np.abs(heard(copied(tmp_path / "in.mp4"))) > 0.1)
    assert loud[0] / 48_000 == pytest.approx(0.24, abs=0.03)


def test_of_several_sounds_the_first_is_kept(tmp_path: Path):
    footage(tmp_path / "in.mp4", tracks=8, stamps_ms=tuple(range(0, 800, 40)))
    tone = heard(copied(tmp_path / "in.mp4"))[9_600:28_800]
    assert np.abs(np.fft.rfft(tone)).argmax() * 48_000 / len(tone) == pytest.approx(220, abs=5)


def test_a_sound_with_the_picture_keeps_its_length(tmp_path: Path):
    make_video(tmp_path / "in.mp4", frames=25)
    assert len(heard(copied(tmp_path / "in.mp4"))) / 48_000 == pytest.approx(1.0, abs=0.05)


def heard(path: Path) -> np.ndarray:
    with av.open(str(path)) as film:
        return np.concatenate([frame.to_ndarray()[0] for frame in film.decode(audio=0)])
