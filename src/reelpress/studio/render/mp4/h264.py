"""NAL units of H.264 (ITU-T H.264, 7.3, 7.4 and annex B) and how MP4 stores them (ISO/IEC 14496-15, 5.3)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

SLICE, IDR, SEI, SPS, PPS, AUD = 1, 5, 6, 7, 8, 9
PICTURE_UNITS = frozenset(range(SLICE, IDR + 1))  # coded slices and their data partitions
_START = b"\0\0\1"
_LENGTH_BYTES = 4
_LONGEST_SPS_BYTES = 4096  # what is read of it, so that a hostile one takes no time
_WITH_CHROMA_FORMAT = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})


class H264Fault(ValueError):
    """Bytes that are not the H.264 they are said to be."""


def unit_type(unit: bytes) -> int:
    return unit[0] & 31


def annex_b_units(stream: bytes) -> list[bytes]:
    """The NAL units between start codes of three or four bytes."""
    units: list[bytes] = []
    start = stream.find(_START)
    while start >= 0:
        end = stream.find(_START, start + 3)
        # A unit never ends in zero: what is left there belongs to the next start code or is padding.
        unit = stream[start + 3 : end if end >= 0 else len(stream)].rstrip(b"\0")
        if unit:
            units.append(unit)
        start = end
    return units


def avcc_units(sample: bytes) -> list[bytes]:
    """The NAL units of a sample with lengths of four bytes.

    Raises H264Fault where the lengths do not add up to the sample.
    """
    units: list[bytes] = []
    at = 0
    while at < len(sample):
        end = at + _LENGTH_BYTES + int.from_bytes(sample[at : at + _LENGTH_BYTES], "big")
        if end > len(sample) or end <= at + _LENGTH_BYTES:
            raise H264Fault(f"the NAL unit at byte {at} does not fit its sample of {len(sample)} bytes")
        units.append(sample[at + _LENGTH_BYTES : end])
        at = end
    return units


def picture_units(units: Iterable[bytes]) -> list[bytes]:
    """Slices alone: no SEI, delimiters, parameter sets or filler."""
    return [unit for unit in units if unit_type(unit) in PICTURE_UNITS]


def avcc_sample(units: Iterable[bytes]) -> bytes:
    return b"".join(_with_lengths(units))


def annex_b(units: Iterable[bytes]) -> bytes:
    return b"".join(b"\0" + _START + unit for unit in units)


def to_sample(stream: bytes) -> bytes:
    """One picture in Annex B as an MP4 sample; parameter sets go to `avcC` instead."""
    return avcc_sample(picture_units(annex_b_units(stream)))


def is_idr(units: Iterable[bytes]) -> bool:
    return any(unit_type(unit) == IDR for unit in units)


def parameter_sets(units: Iterable[bytes]) -> tuple[bytes, bytes]:
    """The SPS and PPS. Raises H264Fault unless there is exactly one of each (repeats may be equal)."""
    found: dict[int, set[bytes]] = {SPS: set(), PPS: set()}
    for unit in units:
        found.get(unit_type(unit), set[bytes]()).add(unit)
    if len(found[SPS]) != 1 or len(found[PPS]) != 1:
        raise H264Fault(f"{len(found[SPS])} different SPS and {len(found[PPS])} PPS where one each is needed")
    return found[SPS].pop(), found[PPS].pop()


@dataclass(frozen=True, slots=True)
class Sps:
    """What a file must say again outside its SPS (7.3.2.1.1); sizes in luma samples after cropping."""

    profile: int
    constraints: int
    level: int
    chroma_format: int
    luma_bits: int
    chroma_bits: int
    width: int
    height: int

    @property
    def has_chroma_format(self) -> bool:
        return self.profile in _WITH_CHROMA_FORMAT


@lru_cache(maxsize=64)
def parse_sps(unit: bytes) -> Sps:
    """Raises H264Fault where the unit is no SPS or ends early."""
    if len(unit) < 5 or unit_type(unit) != SPS:
        raise H264Fault("not an SPS")
    profile, constraints, level = unit[1:4]
    bits = BitReader(unit[4:_LONGEST_SPS_BYTES].replace(b"\0\0\3", b"\0\0"))
    bits.ue()  # seq_parameter_set_id
    chroma_format, luma_bits, chroma_bits = 1, 8, 8
    if profile in _WITH_CHROMA_FORMAT:
        chroma_format, luma_bits, chroma_bits = _sample_format(bits)
    bits.ue()  # log2_max_frame_num_minus4
    _skip_picture_order(bits)
    bits.ue()  # max_num_ref_frames
    bits.u(1)  # gaps_in_frame_num_value_allowed_flag
    width, height = _size(bits, chroma_format)
    return Sps(profile, constraints, level, chroma_format, luma_bits, chroma_bits, width, height)


def decoder_configuration(sps: bytes, pps: bytes) -> bytes:
    """The body of `avcC` (ISO/IEC 14496-15, 5.3.3.1) for lengths of four bytes. Raises H264Fault."""
    said = parse_sps(sps)
    body = bytes([1, said.profile, said.constraints, said.level, 0xFC | _LENGTH_BYTES - 1, 0xE0 | 1])
    body += len(sps).to_bytes(2, "big") + sps + b"\1" + len(pps).to_bytes(2, "big") + pps
    if said.has_chroma_format:
        body += bytes([0xFC | said.chroma_format, 0xF8 | said.luma_bits - 8, 0xF8 | said.chroma_bits - 8, 0])
    return body


def _with_lengths(units: Iterable[bytes]) -> Iterator[bytes]:
    for unit in units:
        yield len(unit).to_bytes(_LENGTH_BYTES, "big")
        yield unit


class BitReader:
    """Reads an RBSP bit by bit (7.2, 9.1)."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    def u(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise H264Fault("the SPS ends early")
        return self._value >> self._left & (1 << count) - 1

    def ue(self) -> int:
        zeros = 0
        while not self.u(1):
            zeros += 1
            if zeros > 32:
                raise H264Fault("the SPS holds a number of over 32 bits")
        return (1 << zeros) - 1 + self.u(zeros)

    def se(self) -> int:
        code = self.ue()
        return (code + 1) // 2 if code & 1 else -(code // 2)


def _sample_format(bits: BitReader) -> tuple[int, int, int]:
    chroma_format = bits.ue()
    if chroma_format == 3:
        bits.u(1)  # separate_colour_plane_flag
    luma_bits, chroma_bits = 8 + bits.ue(), 8 + bits.ue()
    if chroma_format > 3 or luma_bits > 14 or chroma_bits > 14:
        raise H264Fault(f"chroma format {chroma_format}, {luma_bits} and {chroma_bits} bits do not exist")
    bits.u(1)  # qpprime_y_zero_transform_bypass_flag
    if bits.u(1):
        for number in range(12 if chroma_format == 3 else 8):
            if bits.u(1):
                _skip_scaling_list(bits, 16 if number < 6 else 64)
    return chroma_format, luma_bits, chroma_bits


def _skip_scaling_list(bits: BitReader, size: int) -> None:
    last, following = 8, 8
    for _ in range(size):
        if following:
            following = (last + bits.se()) % 256
        last = following or last


def _skip_picture_order(bits: BitReader) -> None:
    kind = bits.ue()
    if kind == 0:
        bits.ue()  # log2_max_pic_order_cnt_lsb_minus4
    elif kind == 1:
        bits.u(1)  # delta_pic_order_always_zero_flag
        bits.se()  # offset_for_non_ref_pic
        bits.se()  # offset_for_top_to_bottom_field
        for _ in range(bits.ue()):
            bits.se()  # offset_for_ref_frame


def _size(bits: BitReader, chroma_format: int) -> tuple[int, int]:
    columns, rows = 1 + bits.ue(), 1 + bits.ue()
    frames_only = bits.u(1)
    if not frames_only:
        bits.u(1)  # mb_adaptive_frame_field_flag
    bits.u(1)  # direct_8x8_inference_flag
    width, height = 16 * columns, 16 * rows * (2 - frames_only)
    if bits.u(1):
        left, right, top, bottom = bits.ue(), bits.ue(), bits.ue(), bits.ue()
        width -= (left + right) * (2 if chroma_format in (1, 2) else 1)
        height -= (top + bottom) * (2 if chroma_format == 1 else 1) * (2 - frames_only)
    return width, height
