"""The bytes of MP4 boxes (ISO/IEC 14496-12, 4.2): big-endian, a size, four letters, a body."""

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.int64]
U32_MAX = 0xFFFF_FFFF


def u16(value: int) -> bytes:
    return value.to_bytes(2, "big")


def u32(value: int) -> bytes:
    return value.to_bytes(4, "big")


def u64(value: int) -> bytes:
    return value.to_bytes(8, "big")


def u32s(values: Table) -> bytes:
    return values.astype(">u4").tobytes()


def u64s(values: Table) -> bytes:
    return values.astype(">u8").tobytes()


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return u32(8 + len(body)) + kind + body


def full_box(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    return box(kind, u32(version << 24 | flags), *parts)
