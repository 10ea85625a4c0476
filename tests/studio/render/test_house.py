"""The house encoding: one pair of parameter sets whoever encodes, and equal bytes from equal input."""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from reelpress.studio.render import bands, quality
from reelpress.studio.render.house import (
    CLEAN,
    DRAWN,
    GRAINY,
    SHARED,
    Coded,
    Coding,
    Rhythm,
    encode,
    house_sets,
)
from reelpress.studio.render.mp4.h264 import IDR, is_idr, parse_sps, unit_type
from reelpress.studio.render.planes import Converter, Frame, blank
from reelpress.studio.render.similarity import ssim
from reelpress.studio.render.slices import frame_number_bits

SIZES = ((320, 180), (640, 360), (320, 640), (1080, 1080))
RATES = (Fraction(25), Fraction(30), Fraction(30000, 1001), Fraction(50))
KEPT = bands.kept_coding(CLEAN)
CODINGS = {
    "shared": SHARED,
    "personal": CLEAN,
    "personal, cut and busy": replace(CLEAN, cuts=(1,), busy=(2,)),
    "over grain": GRAINY,
    "drawn": DRAWN,
    "personal, coarse": CLEAN.at(28),
    "personal, between": CLEAN.at(23.25),
    "personal in slices": CLEAN.with_extra("slice-max-mbs=60"),
    "not filtered": CLEAN.with_extra("no-deblock=1"),
    "kept": KEPT,
    "kept in slices": KEPT.with_extra("slice-max-mbs=60"),
    "straight preset": Coding(quality.STRAIGHT_PRESET, "crf", quality.STRAIGHT_CRF),
    "slower": Coding("slower", "crf", 20),
    "ultrafast": Coding("ultrafast", "qp", 30),
}


def film(width: int, height: int, count: int = 3, seed: int = 1) -> list[Frame]:
    """Noise that moves, so that every tool of an encoder finds work."""
    noise = np.random.default_rng(seed).integers(40, 200, (height // 4, width // 4), np.uint8)
    ground = noise.repeat(4, 0).repeat(4, 1)
    frames = []
    for number in range(count):
        frame = blank(width, height)
        frame.data[:] = 128
        frame.y[: ground.shape[0], : ground.shape[1]] = np.roll(ground, (2 * number, 3 * number), (0, 1))
        frames.append(frame)
    return frames


@pytest.mark.parametrize("coding", CODINGS.values(), ids=CODINGS)
@pytest.mark.parametrize(("size", "fps"), list(zip(SIZES, RATES, strict=True)), ids=str)
def test_every_preset_writes_the_same_parameter_sets(
    coding: Coding, size: tuple[int, int], fps: Fraction
) -> None:
    coded = encode(film(*size), fps, coding)
    assert (coded.sps, coded.pps) == house_sets(*size, fps)


@pytest.mark.parametrize("coding", [CLEAN, KEPT], ids=["personal", "kept"])
def test_short_vectors_lower_only_what_the_last_bytes_promise_of_vectors(coding: Coding) -> None:
    """`log2_max_mv_length_vertical` (E.2.1) stands there, and the house allows longer ones."""
    coded = encode(film(320, 640), Fraction(25), coding.with_extra("mvrange=32"))
    sps, pps = house_sets(320, 640, Fraction(25))
    assert coded.pps == pps
    assert len(coded.sps) == len(sps)
    assert coded.sps[:-3] == sps[:-3]


@pytest.mark.parametrize("fps", RATES, ids=str)
def test_parameter_sets_do_not_depend_on_what_is_shown_or_how_long(fps: Fraction) -> None:
    sets = {
        (coded.sps, coded.pps)
        for seed, count in ((1, 1), (2, 2), (3, 40))
        for coded in [encode(film(320, 180, count, seed), fps, CLEAN)]
    }
    assert sets == {house_sets(320, 180, fps)}


def test_a_strip_of_another_height_has_the_same_pps_and_as_wide_frame_numbers() -> None:
    sps, pps = house_sets(320, 640, Fraction(25))
    for height in (64, 176, 180, 640):
        coded = encode(film(320, height), Fraction(25), CLEAN)
        assert coded.pps == pps
        assert frame_number_bits(coded.sps) == frame_number_bits(sps)


def test_the_parameter_sets_say_high_profile_and_the_size_after_cropping() -> None:
    said = parse_sps(house_sets(320, 180, Fraction(25))[0])
    assert (said.profile, said.width, said.height, said.chroma_format, said.luma_bits) == (
        100,
        320,
        180,
        1,
        8,
    )


@pytest.mark.parametrize(
    "coding",
    [SHARED, CLEAN, DRAWN, GRAINY, KEPT],
    ids=["shared", "personal", "drawn", "grainy", "kept"],
)
def test_a_run_is_closed_begins_with_an_idr_and_holds_slices_alone(coding: Coding) -> None:
    coded = encode(film(320, 180, 12), Fraction(25), coding)
    assert len(coded.pictures) == 12
    assert is_idr(coded.pictures[0])
    assert all(1 <= unit_type(unit) <= IDR for units in coded.pictures for unit in units)
    shown = list(quality.decoded(coded.pictures, coded.sps, coded.pps))
    assert len(shown) == 12
    for frame, source in zip(shown, film(320, 180, 12), strict=True):
        assert ssim(frame.y, source.y) > 0.8


@pytest.mark.parametrize("height", [176, 178, 180, 182, 184, 186, 630, 1350])
def test_pictures_of_every_even_height_keep_all_their_rows(height: int) -> None:
    frames = film(320, height)
    assert np.array_equal(frames[0].picture().to_ndarray(), frames[0].data)
    coded = encode(frames, Fraction(25), CLEAN.at(10))
    for shown, frame in zip(quality.decoded(coded.pictures, coded.sps, coded.pps), frames, strict=True):
        assert np.abs(shown.data.astype(int) - frame.data).max() <= 8
    rgb = Converter().to_rgb(frames[0])
    assert rgb.shape == (height, 320, 3)
    grey = (rgb.mean(-1) * 219 / 255 + 16)[-8:]
    assert np.abs(grey - frames[0].y[-8:]).max() <= 3


def test_a_rhythm_names_the_finer_and_the_finest_pictures_and_the_first_is_neither() -> None:
    rhythm = Rhythm(5, finer_every=3, finer_by=4, finest_every=6, finest_by=7)
    assert [rhythm.finer(number) for number in range(10)] == [0, 0, 0, 4, 0, 0, 7, 0, 0, 4]
    assert {Rhythm(5).finer(number) for number in range(10)} == {0}


def test_the_finest_picture_is_nearer_to_what_it_shows_than_the_finer_ones_before_it() -> None:
    """What `zones` say of it reaches x264, which codes no picture finer than the IDR."""
    frames = film(320, 180, 1) + film(320, 180, 1, seed=2) * 39
    coded = encode(frames, Fraction(25), DRAWN.at(30))
    shown = quality.decoded(coded.pictures, coded.sps, coded.pps)
    scores = [ssim(frame.y, frames[1].y) for frame in shown]
    assert scores[18] > scores[12] > scores[1]
    sizes = quality.sizes_of(coded)
    assert sizes[18] > 4 * max(sizes[13:18])


def told(coded: Coded) -> str:
    said = hashlib.sha256()
    for units in coded.pictures:
        said.update(b"".join(units))
    return said.hexdigest()


@pytest.mark.parametrize(
    "coding",
    [SHARED, CLEAN, DRAWN, GRAINY, KEPT],
    ids=["shared", "personal", "drawn", "grainy", "kept"],
)
def test_two_runs_write_the_same_bytes(coding: Coding) -> None:
    one, other = (encode(film(640, 360, 30), Fraction(25), coding) for _ in range(2))
    assert told(one) == told(other)


SCRIPT = """
from fractions import Fraction
from tests.studio.render.test_house import KEPT, film, told
from reelpress.studio.render.house import CLEAN, DRAWN, GRAINY, SHARED, encode
for coding in (SHARED, CLEAN, DRAWN, GRAINY, KEPT):
    print(told(encode(film(320, 180, 20), Fraction(25), coding)))
"""


def test_another_process_writes_the_same_bytes() -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    answer = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
    )
    here = [told(encode(film(320, 180, 20), Fraction(25), c)) for c in (SHARED, CLEAN, DRAWN, GRAINY, KEPT)]
    assert answer.stdout.split() == here
