"""Sample tables (`stbl`, ISO/IEC 14496-12, 8.5 to 8.9): durations, key frames, sizes, places."""

import numpy as np
from numpy.typing import NDArray

from reelpress.studio.render.mp4.boxes import Table, full_box, u16, u32, u32s, u64s
from reelpress.studio.render.mp4.model import Sizes

_ROLL = b"roll"


def durations(runs: list[tuple[int, int]]) -> bytes:
    """`stts` of (samples, ticks each)."""
    table = b"".join(u32(count) + u32(ticks) for count, ticks in runs if count)
    return full_box(b"stts", 0, 0, u32(len(table) // 8), table)


def key_samples(numbers: Sizes) -> bytes:
    return full_box(b"stss", 0, 0, u32(len(numbers)), u32s(numbers.astype(np.int64) + 1))


def sizes_of(sizes: Sizes) -> bytes:
    return full_box(b"stsz", 0, 0, u32(0), u32(len(sizes)), sizes.astype(">u4").tobytes())


def samples_per_chunk(counts: Table) -> bytes:
    """`stsc`: one entry for each run of chunks with equal counts."""
    begins: NDArray[np.intp] = np.flatnonzero(np.diff(counts, prepend=-1))
    entries = np.stack([begins + 1, counts[begins], np.ones_like(begins)], axis=1)
    return full_box(b"stsc", 0, 0, u32(len(begins)), u32s(entries))


def chunk_offsets(offsets: Table, *, wide: bool) -> bytes:
    if wide:
        return full_box(b"co64", 0, 0, u32(len(offsets)), u64s(offsets))
    return full_box(b"stco", 0, 0, u32(len(offsets)), u32s(offsets))


def roll_group(samples: int) -> bytes:
    """Every AAC frame needs the one before it to be decoded first (8.9.3, 10.1)."""
    one_before = (-1).to_bytes(2, "big", signed=True)
    group = full_box(b"sgpd", 1, 0, _ROLL, u32(2), u32(1), one_before)
    members = full_box(b"sbgp", 0, 0, _ROLL, u32(1), u32(samples), u16(0), u16(1))
    return group + members
