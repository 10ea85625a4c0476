"""Slices of H.264 moved to another row of a taller picture (ITU-T H.264, 7.3.3 slice header syntax).

CABAC data begins at a byte boundary after the header, so a header can be rewritten and the data copied.
"""

from reelpress.studio.render.mp4.h264 import IDR, SPS, BitReader, H264Fault, unit_type

_HEADER_BYTES = 40  # more than any header of ours takes
_NO_FILTER, _OWN_EDGES_ONLY = 1, 2  # disable_deblocking_filter_idc


def frame_number_bits(sps: bytes) -> int:
    """Bits of `frame_num`. Raises H264Fault for an SPS our slices cannot live under."""
    if unit_type(sps) != SPS:
        raise H264Fault("not an SPS")
    bits = BitReader(sps[1:].replace(b"\0\0\3", b"\0\0"))
    profile = bits.u(8)
    bits.u(16)  # constraints and level
    bits.ue()  # seq_parameter_set_id
    if profile != 100 or bits.ue() != 1 or bits.ue() or bits.ue() or bits.u(1) or bits.u(1):
        raise H264Fault("not 8-bit 4:2:0 of High profile without scaling lists")
    number_bits = bits.ue() + 4
    if bits.ue() != 2:
        raise H264Fault("picture order of another type than 2 (there are B pictures)")
    return number_bits


def moved(unit: bytes, number_bits: int, first_mb: int, *, first_of_piece: bool) -> bytes:
    """The same slice beginning at macroblock `first_mb`.

    The first slice of a piece is not filtered across its upper edge: its encoder knew other pixels there.
    """
    head = unit[1:_HEADER_BYTES]
    raw, kept = _unescaped(head)
    bits, out = _Copier(raw), _BitWriter()
    bits.ue()
    out.ue(first_mb)
    _copy_header(bits, out, unit, number_bits, first_of_piece=first_of_piece)
    while bits.position % 8:
        if not bits.u(1):
            raise H264Fault("a slice without CABAC alignment")
    out.align()
    data_at = 1 + kept[bits.position // 8]
    header = out.bytes()
    if header[-1] == 0:  # its filter fields always hold a one; otherwise the data might need other escapes
        raise H264Fault("a header that ends in zeros")
    return unit[:1] + _escaped(header) + unit[data_at:]


def _copy_header(
    bits: "_Copier", out: "_BitWriter", unit: bytes, number_bits: int, *, first_of_piece: bool
) -> None:
    kind = bits.ue()
    out.ue(kind)
    out.ue(bits.ue())  # pic_parameter_set_id
    out.u(bits.u(number_bits), number_bits)
    predicted, reference = kind % 5 == 0, (unit[0] >> 5) & 3
    if unit_type(unit) == IDR:
        out.ue(bits.ue())  # idr_pic_id
    if predicted:
        override = bits.u(1)
        out.u(override, 1)
        if override:
            out.ue(bits.ue())
        out.u(_expected_zero(bits, "reference list modification"), 1)
    if reference:
        if unit_type(unit) == IDR:
            out.u(bits.u(2), 2)  # no_output_of_prior_pics_flag, long_term_reference_flag
        else:
            out.u(_expected_zero(bits, "adaptive reference marking"), 1)
    if predicted:
        out.ue(bits.ue())  # cabac_init_idc
    out.se(bits.se())  # slice_qp_delta
    filtering = bits.ue()
    out.ue(_OWN_EDGES_ONLY if first_of_piece and filtering != _NO_FILTER else filtering)
    if filtering != _NO_FILTER:
        out.se(bits.se())
        out.se(bits.se())


def _expected_zero(bits: "_Copier", what: str) -> int:
    if bits.u(1):
        raise H264Fault(f"a slice with {what}")
    return 0


def _unescaped(data: bytes) -> tuple[bytes, list[int]]:
    """Bytes without emulation prevention, and for each (and the end) where it stands in `data`."""
    raw, places, zeros = bytearray(), list[int](), 0
    for place, byte in enumerate(data):
        if zeros >= 2 and byte == 3:
            zeros = 0
            continue
        zeros = zeros + 1 if byte == 0 else 0
        raw.append(byte)
        places.append(place)
    return bytes(raw), [*places, len(data)]


def _escaped(data: bytes) -> bytes:
    out, zeros = bytearray(), 0
    for byte in data:
        if zeros >= 2 and byte <= 3:
            out.append(3)
            zeros = 0
        out.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes(out)


class _Copier(BitReader):
    """A bit reader that knows where it is."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.position = 0

    def u(self, count: int) -> int:
        self.position += count
        return super().u(count)


class _BitWriter:
    def __init__(self) -> None:
        self._value, self._count = 0, 0

    def u(self, value: int, count: int) -> None:
        self._value = self._value << count | value
        self._count += count

    def ue(self, value: int) -> None:
        self.u(value + 1, 2 * (value + 1).bit_length() - 1)

    def se(self, value: int) -> None:
        self.ue(2 * value - 1 if value > 0 else -2 * value)

    def align(self) -> None:
        """cabac_alignment_one_bit up to the next byte."""
        missing = -self._count % 8
        self.u((1 << missing) - 1, missing)

    def bytes(self) -> bytes:
        return self._value.to_bytes(self._count // 8, "big")
