"""How an AAC frame shapes its overlap with the next: the beginning of its raw data block, nothing more."""

from dataclasses import dataclass

_PAIR, _FILL = 1, 6  # id_syn_ele (ISO/IEC 14496-3, table 4.85)
_ESCAPED = 15


@dataclass(slots=True)
class _Bits:
    value: int
    left: int

    @classmethod
    def of(cls, data: bytes) -> "_Bits":
        return cls(int.from_bytes(data, "big"), 8 * len(data))

    def take(self, count: int) -> int:
        """0 beyond the end."""
        self.left -= count
        return self.value >> max(self.left, 0) & ((1 << count) - 1)


def overlap_of(frame: bytes) -> tuple[int, int] | None:
    """Window sequence and window shape that both channels of a stereo frame have; None where they differ.

    Tables 4.4, 4.5 and 4.6: a pair's ics_info comes first where both channels share it.
    """
    bits = _Bits.of(frame[:300])
    element = bits.take(3)
    while element == _FILL:
        count = bits.take(4)
        if count == _ESCAPED:
            count += bits.take(8) - 1
        bits.left -= 8 * count
        element = bits.take(3)
    bits.take(4)
    if element != _PAIR or not bits.take(1) or bits.left < 4:
        return None
    bits.take(1)
    return bits.take(2), bits.take(1)
