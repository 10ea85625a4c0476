"""The boxes of an MP4 file (ISO/IEC 14496-12), read without any library."""

from collections.abc import Iterator
from pathlib import Path

from reelpress.studio.render.mp4.strict import strict_faults

CONTAINERS = {"moov", "trak", "edts", "mdia", "minf", "stbl"}


def top_boxes(path: Path) -> list[str]:
    data = path.read_bytes()
    return [kind for kind, _ in _boxes(data)]


def find(path: Path, kind: str) -> list[bytes]:
    """The bodies of all boxes of a kind, in file order."""
    return list(_find(path.read_bytes(), kind))


def _find(data: bytes, wanted: str) -> Iterator[bytes]:
    for kind, body in _boxes(data):
        if kind == wanted:
            yield body
        if kind in CONTAINERS:
            yield from _find(body, wanted)


def _boxes(data: bytes) -> Iterator[tuple[str, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big") or len(data) - at
        head = 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        yield data[at + 4 : at + 8].decode("latin-1"), data[at + head : at + size]
        at += size


def check_strict(file: Path | bytes) -> list[str]:
    """What a player that follows QuickTime to the letter would miss, as sentences; see `strict_faults`."""
    return strict_faults(file if isinstance(file, bytes) else file.read_bytes())
