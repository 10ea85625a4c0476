from fractions import Fraction
from typing import Any

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.studio.render.mp4.coded import HEIGHT, WIDTH, pictures
from tests.studio.render.mp4.conftest import FfmpegsFile

from reelpress.studio.render.mp4.h264 import (
    AUD,
    IDR,
    PPS,
    SEI,
    SLICE,
    SPS,
    H264Fault,
    annex_b,
    annex_b_units,
    avcc_sample,
    avcc_units,
    decoder_configuration,
    is_idr,
    parameter_sets,
    parse_sps,
    to_sample,
    unit_type,
)

# What an encapsulated payload may be: no start code inside, no zero at the end (7.4.1).
UNITS = st.lists(
    st.builds(
        lambda kind, body: bytes([0x60 | kind]) + body.replace(b"\0\0", b"\0\1") + b"\x80",
        st.sampled_from([SLICE, IDR, SEI, SPS, PPS, AUD]),
        st.binary(max_size=40),
    ),
    max_size=8,
)


@given(UNITS)
def test_units_come_back_from_both_forms(units: list[bytes]) -> None:
    assert annex_b_units(annex_b(units)) == units
    assert avcc_units(avcc_sample(units)) == units
    assert annex_b_units(b"".join(b"\0\0\1" + unit for unit in units)) == units


def test_zeros_before_a_start_code_belong_to_no_unit() -> None:
    assert annex_b_units(b"\0\0\0\0\1\x65\x80\0\0\0\0\0\1\x41\x80\0\0") == [b"\x65\x80", b"\x41\x80"]
    assert annex_b_units(b"no start code") == []


def test_a_sample_is_the_slices_alone() -> None:
    first = annex_b([b"\x09\x10", b"\x67sps", b"\x68pps", b"\x06sei", b"\x65one", b"\x65two"])
    assert avcc_units(to_sample(first)) == [b"\x65one", b"\x65two"]
    assert is_idr(annex_b_units(first))
    assert not is_idr([b"\x41slice", b"\x06\x05"])


@pytest.mark.parametrize("sample", [b"\0\0\0\5\x65", b"\0\0\0\0", b"\0\0\1", b"\0\0\0\1\x65\xff\xff\xff\xff"])
def test_lengths_that_do_not_fit_are_refused(sample: bytes) -> None:
    with pytest.raises(H264Fault, match="does not fit"):
        avcc_units(sample)


def test_parameter_sets_are_one_of_each() -> None:
    sets = [b"\x67sps", b"\x68pps", b"\x65", b"\x67sps", b"\x68pps"]
    assert parameter_sets(sets) == (b"\x67sps", b"\x68pps")
    for wrong in ([b"\x67sps"], [*sets, b"\x67other"], [*sets, b"\x68other"]):
        with pytest.raises(H264Fault):
            parameter_sets(wrong)


def test_real_pictures_hold_one_slice_each_and_begin_groups_where_asked() -> None:
    coded = pictures()
    assert {unit_type(unit) for unit in annex_b_units(b"".join(coded.access_units))} >= {
        SPS,
        PPS,
        AUD,
        SLICE,
        IDR,
    }
    kinds = [[unit_type(unit) for unit in avcc_units(sample)] for sample in coded.samples]
    assert kinds == [[IDR] if number % 20 == 0 else [SLICE] for number in range(60)]
    assert coded.track.keyframes.tolist() == [0, 20, 40]


@pytest.mark.parametrize(
    ("size", "options"),
    [
        ((320, 180), {}),
        ((1920, 1080), {"preset": "slow"}),
        ((1080, 1920), {"profile": "main"}),
        ((322, 182), {"profile": "baseline"}),
        ((320, 180), {"x264-params": "cqm=jvt"}),
        ((320, 192), {"x264-params": "interlaced=1"}),
    ],
)
def test_the_sps_is_read_as_the_encoder_meant_it(size: tuple[int, int], options: dict[str, str]) -> None:
    encoder: Any = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height = size
    encoder.pix_fmt, encoder.time_base = "yuv420p", Fraction(1, 25)
    encoder.flags |= 1 << 22  # parameter sets beside the stream
    encoder.options = {"preset": "ultrafast", **options}
    encoder.open()
    sps, _ = parameter_sets(annex_b_units(bytes(encoder.extradata)))
    read = parse_sps(sps)
    assert (read.width, read.height) == size
    assert (read.chroma_format, read.luma_bits, read.chroma_bits) == (1, 8, 8)
    assert (read.profile, read.constraints, read.level) == tuple(sps[1:4])


def test_the_decoder_configuration_is_the_one_ffmpeg_writes(ffmpegs_file: FfmpegsFile) -> None:
    track = pictures().track
    assert decoder_configuration(track.sps, track.pps) in ffmpegs_file()


def test_a_cut_or_foreign_sps_is_refused() -> None:
    sps = pictures().track.sps
    for wrong in (sps[:7], sps[:4] + bytes(60_000), b"\x68" + sps[1:], b""):
        with pytest.raises(H264Fault):
            parse_sps(wrong)
    assert (parse_sps(sps).width, parse_sps(sps).height) == (WIDTH, HEIGHT)
