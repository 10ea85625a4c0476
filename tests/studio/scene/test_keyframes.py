import os
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.studio.mlt_documents import document, filter_, producer

from reelpress.studio.scene.keyframes import parse_number_keys, parse_rect_keys, value_at
from reelpress.studio.scene.timecode import parse_time

FPS = Fraction(25)
NUMBERS = st.floats(-10_000, 10_000, allow_nan=False).map(lambda value: round(value, 3))


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        ("0", 0),
        ("75", 75),
        ("-3", -3),
        ("00:00:01.000", 25),
        ("00:00:02,480", 62),
        ("00:00:01:05", 30),
        ("1:00:00.000", 90_000),
        ("1.5", 38),
        ("02:03.04", 3076),
        ("-00:00:01.000", -25),
    ],
)
def test_a_time_is_read_in_every_spelling_of_mlt(text: str, frames: int) -> None:
    assert parse_time(text, FPS) == frames


@pytest.mark.parametrize("text", ["", "later", "1:2:3:4:5", "--1", "00:00:01.000x"])
def test_what_is_not_a_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a time"):
        parse_time(text, FPS)


def test_linear_keys_meet_in_the_middle_and_hold_outside() -> None:
    keys = parse_number_keys("10=0;20=100", FPS, 50)
    assert [value_at(keys, at)[0] for at in (0, 10, 15, 20, 40)] == [0, 0, 50, 100, 100]


def test_a_discrete_key_holds_until_the_next() -> None:
    keys = parse_number_keys("0|=1;00:00:00.400=5", FPS, 50)
    assert [value_at(keys, at)[0] for at in (0, 9.9, 10)] == [1, 1, 5]


def test_a_smooth_key_passes_its_points_and_bends_between() -> None:
    keys = parse_number_keys("0~=0;10~=10;20~=0", FPS, 50)
    assert value_at(keys, 10)[0] == 10
    assert value_at(keys, 5)[0] == pytest.approx(5.625)  # linear would say 5


def test_a_negative_key_counts_from_the_end() -> None:
    keys = parse_number_keys("0=0;-10=1", FPS, 50)
    assert keys[1].frame == 40


@pytest.mark.parametrize(
    "text",
    ["10 20 30 40", "10 20 30 40 1", "10/20:30x40:1", "10,20,30,40", "10/20:30x40", "5% 20% 15% 40% 100%"],
)
def test_a_rectangle_is_read_in_every_spelling(text: str) -> None:
    keys = parse_rect_keys(text, FPS, 50, 200, 100)
    assert value_at(keys, 0) == pytest.approx((10, 20, 30, 40, 1))


@pytest.mark.parametrize("text", ["0=1;x=2", "1 2 3", "0=a b c d", "0?=1 2 3 4", "", "1e30 0 0 0"])
def test_a_broken_animation_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_rect_keys(text, FPS, 50, 200, 100)


def test_a_negative_clock_counts_from_the_end() -> None:
    assert parse_number_keys("-00:00:00.400=1;0=0", FPS, 50)[1].frame == 40


def test_percents_quotes_and_trailing_semicolons_are_read() -> None:
    keys = parse_number_keys('0="10%";00:00:00.400 ~= "1";', FPS, 50)
    assert [(key.frame, key.values, key.curve) for key in keys] == [
        (0, (0.1,), "linear"),
        (10, (1.0,), "smooth"),
    ]
    assert parse_number_keys("50%;", FPS, 50)[0].values == (0.5,)


def test_a_value_without_a_time_is_the_first_key_and_holds() -> None:
    keys = parse_number_keys("3;10=5", FPS, 50)
    assert [value_at(keys, at)[0] for at in (0, 9, 10)] == [3, 3, 5]


def test_a_minus_before_the_sign_is_a_kind_not_part_of_the_time() -> None:
    assert parse_number_keys("25-=1;-5-=2", FPS, 50)[1].frame == 45
    assert {key.curve for key in parse_number_keys("25-=1;-5-=2", FPS, 50)} == {"tight"}


# Where each curve is after a quarter, a half and three quarters of the way, by MLT's formulas.
EASED = {
    "a": (0.0761, 0.2929, 0.6173),
    "b": (0.3827, 0.7071, 0.9239),
    "c": (0.1464, 0.5, 0.8536),
    "d": (0.0625, 0.25, 0.5625),
    "e": (0.4375, 0.75, 0.9375),
    "f": (0.125, 0.5, 0.875),
    "g": (0.0156, 0.125, 0.4219),
    "h": (0.5781, 0.875, 0.9844),
    "i": (0.0625, 0.5, 0.9375),
    "j": (0.0039, 0.0625, 0.3164),
    "k": (0.6836, 0.9375, 0.9961),
    "l": (0.0312, 0.5, 0.9688),
    "m": (0.0010, 0.0312, 0.2373),
    "n": (0.7627, 0.9688, 0.9990),
    "o": (0.0156, 0.5, 0.9844),
    "p": (0.0055, 0.0312, 0.1768),
    "q": (0.8232, 0.9688, 0.9945),
    "r": (0.0156, 0.5, 0.9844),
    "s": (0.0318, 0.1340, 0.3386),
    "t": (0.6614, 0.8660, 0.9682),
    "u": (0.0670, 0.5, 0.9330),
    "v": (-0.1612, -0.375, -0.1085),
    "w": (1.1085, 1.375, 1.1612),
    "x": (-0.1875, 0.5, 1.1875),
    "y": (-0.0051, -0.0221, 0.0676),
    "z": (0.9324, 1.0221, 1.0051),
    "A": (-0.0110, 0.5, 1.0110),
    "B": (0.0410, 0.2812, 0.5273),
    "C": (0.4727, 0.7188, 0.9590),
    "D": (0.1406, 0.5, 0.8594),
    "-": (0.1562, 0.5, 0.8438),
    "$": (0.1562, 0.5, 0.8438),
}


@pytest.mark.parametrize("mark", EASED)
def test_every_eased_key_goes_the_way_its_letter_says(mark: str) -> None:
    keys = parse_number_keys(f"0{mark}=100;40=300", FPS, 50)
    shares = [(value_at(keys, at)[0] - 100) / 200 for at in (10, 20, 30)]
    assert shares == pytest.approx(EASED[mark], abs=2e-4)
    assert [value_at(keys, at)[0] for at in (0, 40)] == pytest.approx([100, 300])


def test_a_natural_curve_is_level_at_its_peaks_where_a_smooth_one_goes_over() -> None:
    natural = parse_number_keys("0$=0;10$=5;20$=10;30$=0", FPS, 50)
    smooth = parse_number_keys("0~=0;10~=5;20~=10;30~=0", FPS, 50)
    assert max(value_at(natural, at)[0] for at in range(31)) == 10
    assert max(value_at(smooth, at)[0] for at in range(31)) > 10
    assert value_at(natural, 15)[0] == pytest.approx(8.125)
    # Where the neighbours' distances differ, their square roots weigh the slopes.
    uneven = parse_number_keys("0$=0;10$=10;20$=9;30$=0", FPS, 50)
    assert value_at(uneven, 15)[0] == pytest.approx(10.01782, abs=1e-5)


@pytest.mark.skipif(shutil.which("melt") is None, reason="melt is not installed")
@pytest.mark.parametrize(
    "level",
    [
        "0=0;10=1;20=0.2",
        "0|=0.2;00:00:00.400!=1;20=0.5",
        "0~=0;8~=1;20~=0.2;32~=0.9;49=0",
        "0.8;10=0.1;30=1",
        "0=0.1;-10=0.9",
        '0="30%";30=1;',
    ],
)
def test_melt_gives_the_same_values_at_every_frame(level: str, tmp_path: Path) -> None:
    clip = producer("clip", "color", "#ffffffff", 50, filter_("brightness", {"level": level}))
    (tmp_path / "scene.mlt").write_bytes(
        document([clip], [[("clip", 0, 0, 49)]], frames=50, width=64, height=64)
    )
    command = "melt scene.mlt -consumer avformat:grey.raw f=rawvideo vcodec=rawvideo pix_fmt=gray an=1"
    for last_try in (False, True):  # melt itself hung once, in a run of the whole suite
        try:
            subprocess.run(
                [*command.split(), "real_time=-1", "terminate_on_pause=1"],
                cwd=tmp_path,
                env=os.environ
                | {"QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":0", "XDG_CACHE_HOME": str(tmp_path)},
                check=True,
                capture_output=True,
                timeout=60,
            )
            break
        except subprocess.TimeoutExpired:
            if last_try:
                raise
    grey = (tmp_path / "grey.raw").read_bytes()
    white, black = 235, 16  # melt dims limited-range luma as it is
    theirs = [grey[at * 64 * 64 + 32 * 64 + 32] / white for at in range(50)]
    keys = parse_number_keys(level, FPS, 50)
    ours = [min(1.0, max(black / white, value_at(keys, at)[0])) for at in range(50)]
    assert ours == pytest.approx(theirs, abs=0.01)


@given(st.dictionaries(st.integers(0, 2000), NUMBERS, min_size=1, max_size=12))
def test_every_key_is_met_exactly(points: dict[int, float]) -> None:
    for mark in ("", "~", "|"):
        text = ";".join(f"{frame}{mark}={value}" for frame, value in points.items())
        keys = parse_number_keys(text, FPS, 2001)
        for frame, value in points.items():
            assert value_at(keys, frame)[0] == pytest.approx(value)


@given(st.dictionaries(st.integers(0, 500), NUMBERS, min_size=2, max_size=8), st.floats(-10, 510))
def test_linear_and_tight_values_stay_between_their_neighbours(points: dict[int, float], at: float) -> None:
    for mark in ("", "-", "c", "o"):
        keys = parse_number_keys(";".join(f"{f}{mark}={v}" for f, v in points.items()), FPS, 501)
        value = value_at(keys, at)[0]
        assert min(points.values()) - 1e-6 <= value <= max(points.values()) + 1e-6
