"""Slice headers rewritten on slices that x264 wrote."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.studio.render.test_house import film

from reelpress.studio.render.house import CLEAN, Coded, Coding, encode, house_sets
from reelpress.studio.render.mp4.h264 import SPS, BitReader, H264Fault
from reelpress.studio.render.planes import Frame, blank
from reelpress.studio.render.quality import decoded
from reelpress.studio.render.slices import _BitWriter, _escaped, _unescaped, frame_number_bits, moved

FPS = Fraction(25)
WIDTH, ROWS = 320, 10
COLUMNS = WIDTH // 16
HEIGHT = ROWS * 16
INTRA = Coding("veryfast", "qp", 20, "keyint=1")
UNFILTERED = Coding("superfast", "qp", 23, "scenecut=0:rc-lookahead=0:mbtree=0:no-deblock=1", threads=2)
FILTERED = Coding("veryfast", "qp", 30, "scenecut=0:rc-lookahead=0:mbtree=0")


def first_macroblock(unit: bytes) -> int:
    return BitReader(unit[1:20].replace(b"\0\0\3", b"\0\0")).ue()


def in_the_middle(count: int, seed: int) -> list[Frame]:
    """Something moves between flat edges: no motion vector finds anything better beyond them."""
    frames = []
    for frame in film(WIDTH, 64, count, seed):
        whole = blank(WIDTH, HEIGHT)
        whole.data[:] = 128
        whole.y[48:112] = frame.y
        frames.append(whole)
    return frames


def stacked(one: Coded, other: Coded, bits: int) -> list[list[bytes]]:
    below = ROWS * COLUMNS
    return [
        [
            *upper,
            *(
                moved(unit, bits, below + first_macroblock(unit), first_of_piece=number == 0)
                for number, unit in enumerate(lower)
            ),
        ]
        for upper, lower in zip(one.pictures, other.pictures, strict=True)
    ]


@pytest.mark.parametrize(
    "coding",
    [INTRA, FILTERED, UNFILTERED, CLEAN.with_extra(f"mvrange=32:slice-max-mbs={4 * COLUMNS}"), CLEAN],
    ids=["intra", "filtered", "unfiltered", "in slices", "personal"],
)
def test_two_encodes_become_one_tall_picture_with_the_same_pixels(coding: Coding) -> None:
    one, other = (encode(in_the_middle(8, seed), FPS, coding) for seed in (1, 2))
    tall = encode([blank_of(2 * HEIGHT)], FPS, coding)
    bits = frame_number_bits(tall.sps)
    assert bits == frame_number_bits(one.sps)
    joined = list(decoded(stacked(one, other, bits), tall.sps, tall.pps))
    halves = [list(decoded(piece.pictures, piece.sps, piece.pps)) for piece in (one, other)]
    assert len(joined) == 8
    for picture, upper, lower in zip(joined, *halves, strict=True):
        for top, half in ((0, upper), (HEIGHT, lower)):
            assert np.array_equal(picture.crop(0, top, WIDTH, top + HEIGHT).data, half.data)


def blank_of(height: int) -> Frame:
    frame = blank(WIDTH, height)
    frame.data[:] = 128
    return frame


def every_slice() -> list[bytes]:
    coded = [
        encode(film(WIDTH, HEIGHT, 40, 3), FPS, coding.with_extra(f"slice-max-mbs={3 * COLUMNS}"))
        for coding in (UNFILTERED, FILTERED, INTRA)
    ]
    return [unit for run in coded for units in run.pictures for unit in units]


UNITS = every_slice()
BITS = {
    coding: frame_number_bits(encode([blank_of(HEIGHT)], FPS, coding).sps)
    for coding in (UNFILTERED, FILTERED)
}


def bits_of(number: int) -> int:
    """All runs but the intra one, whose frame numbers may be shorter, have the same."""
    return (
        BITS[UNFILTERED]
        if number < 2 * len(UNITS) // 3
        else frame_number_bits(encode([blank_of(HEIGHT)], FPS, INTRA).sps)
    )


def test_a_slice_put_where_it_was_is_the_same_byte_for_byte() -> None:
    assert len(UNITS) == 3 * 40 * 4
    for number, unit in enumerate(UNITS):
        there = first_macroblock(unit)
        assert there == number % 4 * 3 * COLUMNS
        assert moved(unit, bits_of(number), there, first_of_piece=False) == unit


@given(st.integers(0, len(UNITS) - 1), st.integers(0, 139_263))
def test_a_slice_moved_there_and_back_is_the_same(number: int, row: int) -> None:
    unit, bits = UNITS[number], bits_of(number)
    there = moved(unit, bits, row, first_of_piece=False)
    assert first_macroblock(there) == row
    assert b"\0\0\0" not in there[:40]
    assert b"\0\0\1" not in there[:40]
    assert moved(there, bits, first_macroblock(unit), first_of_piece=False) == unit


@given(st.lists(st.sampled_from([0, 0, 0, 1, 2, 3, 4, 255]), max_size=30).map(bytes))
def test_no_start_code_can_arise_in_a_header(raw: bytes) -> None:
    escaped = _escaped(raw)
    assert not any(bytes([0, 0, low]) in escaped for low in (0, 1, 2))
    back, places = _unescaped(escaped)
    assert back == raw
    assert bytes(escaped[place] for place in places[:-1]) == raw
    assert places[-1] == len(escaped)


def test_the_first_slice_of_a_piece_is_not_filtered_across_its_upper_edge() -> None:
    filtered = UNITS[2 * len(UNITS) // 3 - 1]
    cut = moved(filtered, BITS[UNFILTERED], first_macroblock(filtered), first_of_piece=True)
    assert cut != filtered
    unfiltered = encode(film(WIDTH, HEIGHT, 2), FPS, UNFILTERED).pictures[1][0]
    assert moved(unfiltered, BITS[UNFILTERED], 0, first_of_piece=True) == unfiltered, "nothing to switch off"


def test_parameter_sets_of_b_pictures_are_refused() -> None:
    coded = encode(film(WIDTH, HEIGHT), FPS, CLEAN.with_extra("bframes=2"))
    with pytest.raises(H264Fault, match="B pictures"):
        frame_number_bits(coded.sps)


def sps(*, profile: int = 100, chroma: int = 1, scaling: int = 0) -> bytes:
    """The beginning of an SPS by hand (7.3.2.1.1)."""
    out = _BitWriter()
    out.u(profile, 8)
    out.u(30, 16)
    for number in (0, chroma, 0, 0):
        out.ue(number)
    out.u(0, 1)
    out.u(scaling, 1)
    out.ue(0)  # four bits of frame_num
    out.ue(2)  # picture order of type 2
    out.align()
    return bytes([0x60 | SPS]) + out.bytes()


def test_parameter_sets_that_our_slices_cannot_live_under_are_refused() -> None:
    assert frame_number_bits(sps()) == 4
    for other in (sps(profile=77), sps(chroma=3), sps(scaling=1)):
        with pytest.raises(H264Fault, match="High profile"):
            frame_number_bits(other)


def test_what_is_no_sps_is_refused() -> None:
    _, pps = house_sets(WIDTH, HEIGHT, FPS)
    with pytest.raises(H264Fault, match="not an SPS"):
        frame_number_bits(pps)
    with pytest.raises(H264Fault):
        frame_number_bits(sps()[:4])


def header(*, reordered: int = 0, marked: int = 0, aligned: bool = True) -> bytes:
    """A P slice by hand, as H.264 7.3.3 writes it under our parameter sets."""
    out = _BitWriter()
    out.ue(0)  # first_mb_in_slice
    out.ue(5)  # P
    out.ue(0)
    out.u(3, 4)  # frame_num
    out.u(0, 1)
    out.u(reordered, 1)
    out.u(marked, 1)
    out.ue(0)  # cabac_init_idc
    out.se(-2)
    out.ue(1)  # no filter
    if aligned:
        out.align()
    else:
        out.u(0, 8)
        out.align()
    return bytes([0x61]) + out.bytes() + b"\xaa" * 20


def test_headers_with_what_the_house_never_writes_are_refused() -> None:
    assert moved(header(), 4, 0, first_of_piece=False) == header()
    with pytest.raises(H264Fault, match="reference list"):
        moved(header(reordered=1), 4, 0, first_of_piece=False)
    with pytest.raises(H264Fault, match="marking"):
        moved(header(marked=1), 4, 0, first_of_piece=False)
    with pytest.raises(H264Fault, match="alignment"):
        moved(header(aligned=False), 4, 0, first_of_piece=False)
    with pytest.raises(H264Fault):
        moved(header()[:3], 4, 0, first_of_piece=False)
