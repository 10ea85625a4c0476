from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


@given(st.dictionaries(st.integers(0, 2000), NUMBERS, min_size=1, max_size=12))
def test_every_key_is_met_exactly(points: dict[int, float]) -> None:
    for mark in ("", "~", "|"):
        text = ";".join(f"{frame}{mark}={value}" for frame, value in points.items())
        keys = parse_number_keys(text, FPS, 2001)
        for frame, value in points.items():
            assert value_at(keys, frame)[0] == pytest.approx(value)


@given(st.dictionaries(st.integers(0, 500), NUMBERS, min_size=2, max_size=8), st.floats(-10, 510))
def test_linear_values_stay_between_their_neighbours(points: dict[int, float], at: float) -> None:
    keys = parse_number_keys(";".join(f"{f}={v}" for f, v in points.items()), FPS, 501)
    value = value_at(keys, at)[0]
    assert min(points.values()) - 1e-6 <= value <= max(points.values()) + 1e-6
