"""Zips that point elsewhere, unpack to too much, or hold what they should not."""

from __future__ import annotations

import io
import stat
import struct
import warnings
import zipfile

from tests.studio.hostile.cases import Case, Kept, Materials, Refused
from tests.studio.hostile.documents import GOOD
from tests.studio.hostile.pictures import picture

OUTSIDE = "points outside"


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes], packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", packed) as archive:
        warnings.simplefilter("ignore")  # two entries of one name
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


def _named(name: str) -> Case:
    content = zipped(("a.mlt", GOOD), (name, b"x"))
    return Case(f"zip-with-{name[:12]!r}", "bundle.zip", lambda _: content, Refused(OUTSIDE))


def _linked(mode: int) -> bytes:
    entry = zipfile.ZipInfo("sample.png")
    entry.external_attr = (mode | 0o777) << 16
    return zipped(("a.mlt", GOOD), (entry, b"/etc/passwd"))


def _lying_sizes(_: Materials) -> bytes:
    """Both headers say 10 bytes; the entry unpacks to 50 MB."""
    data = zipped(("a.mlt", GOOD), ("sample.png", bytes(50_000_000)))
    return data.replace(struct.pack("<I", 50_000_000), struct.pack("<I", 10))


def _overlapping(_: Materials) -> bytes:
    """Ten entries, all of the same bytes."""
    data = zipped(("a.mlt", GOOD), *((f"{n}.png", bytes(100_000)) for n in range(10)))
    parts = data.split(b"PK\x01\x02")
    first = parts[2][38:42]
    return b"PK\x01\x02".join([*parts[:3], *(part[:38] + first + part[42:] for part in parts[3:])])


def _deep(_: Materials) -> bytes:
    inner = zipped(("sample.png", picture("PNG")))
    for level in range(20):
        inner = zipped((f"{level}.zip", inner), packed=zipfile.ZIP_STORED)
    return zipped(("a.mlt", GOOD), ("sample.png", inner))


CASES = [
    Case(
        "zip-that-is-fine",
        "bundle.zip",
        lambda _: zipped(("a/a.mlt", GOOD), ("a/sample.png", picture("PNG"))),
        Kept("mlt", None, None),
    ),
    *(
        _named(name)
        for name in ("../../evil.png", "/etc/passwd", "C:/evil.png", "a\\..\\..\\evil.png", "a/../../../evil")
    ),
    Case("zip-with-a-link", "bundle.zip", lambda _: _linked(stat.S_IFLNK), Refused("link or a device")),
    Case("zip-with-a-device", "bundle.zip", lambda _: _linked(stat.S_IFBLK), Refused("link or a device")),
    Case(
        "zip-bomb",
        "bundle.zip",
        lambda _: zipped(("a.mlt", GOOD), ("sample.png", bytes(80_000_000))),
        Refused("far more"),
    ),
    Case("zip-lying-about-sizes", "bundle.zip", _lying_sizes, Refused("damaged|far more")),
    Case("zip-of-overlapping-entries", "bundle.zip", _overlapping, Refused("damaged")),
    Case(
        "zip-with-twins",
        "bundle.zip",
        lambda _: zipped(("a.mlt", GOOD), ("a.png", b"1"), ("A.PNG", b"2")),
        Refused("twice"),
    ),
    Case("zip-in-zips", "bundle.zip", _deep, Refused("zip inside a zip")),
    Case(
        "zip-with-two-templates",
        "bundle.zip",
        lambda _: zipped(("a.mlt", GOOD), ("b.mlt", GOOD)),
        Refused("one template"),
    ),
    Case(
        "zip-of-201-files",
        "bundle.zip",
        lambda _: zipped(*((f"{n}", b"") for n in range(201))),
        Refused("201 files"),
    ),
    Case("zip-cut", "bundle.zip", lambda _: zipped(("a.mlt", GOOD))[:-40], Refused("damaged")),
    Case(
        "zip-encrypted",
        "bundle.zip",
        lambda _: (
            lambda d: (
                d[:6]
                + b"\x01"
                + d[7 : d.index(b"PK\x01\x02") + 8]
                + b"\x01"
                + d[d.index(b"PK\x01\x02") + 9 :]
            )
        )(zipped(("a.mlt", GOOD))),
        Refused("encrypted|password"),
    ),
    Case(
        "zip-with-a-control-character",
        "bundle.zip",
        lambda _: zipped(("a.mlt", GOOD), ("a\x1b[2J.png", b"")),
        Refused("control characters"),
    ),
    Case(
        "zip-with-a-playlist",
        "bundle.zip",
        lambda m: zipped(("a.mlt", GOOD), ("sample.png", f"#EXTM3U\n{m.canary}/a.ts\n".encode())),
        Refused("playlist"),
    ),
]
