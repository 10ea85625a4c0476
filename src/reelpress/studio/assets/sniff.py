"""What an upload really is, from its first bytes. File names and content types are not believed.

The demuxer named here is the only one the file is ever opened with: a playlist under a video's
name is then a broken video, not a list of files to read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import puremagic

AssetKind = Literal["mlt", "video", "image", "audio", "font"]
SniffedKind = Literal["mlt", "zip", "video", "image", "audio", "font"]

HEAD_BYTES = 4096
TS_PACKET_BYTES = 188


@dataclass(frozen=True, slots=True)
class Sniffed:
    """`format` is the demuxer (media), Pillow's format (image) or the suffix (font, template)."""

    kind: SniffedKind
    format: str


@dataclass(frozen=True, slots=True)
class Unwanted:
    """Why this content is not taken, and what to send instead."""

    reason: str
    fix: str


_AUDIO_BRANDS = (b"M4A ", b"M4B ")
_STILL_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis")
_QUICKTIME_ATOMS = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")

_PREFIXES: tuple[tuple[bytes, Sniffed], ...] = (
    (b"\x89PNG\r\n\x1a\n", Sniffed("image", "PNG")),
    (b"\xff\xd8\xff", Sniffed("image", "JPEG")),
    (b"GIF87a", Sniffed("image", "GIF")),
    (b"GIF89a", Sniffed("image", "GIF")),
    (b"\x1a\x45\xdf\xa3", Sniffed("video", "matroska")),
    (b"OggS", Sniffed("audio", "ogg")),
    (b"fLaC", Sniffed("audio", "flac")),
    (b"ID3", Sniffed("audio", "mp3")),
    (b"\xff\xf1", Sniffed("audio", "aac")),
    (b"\xff\xf9", Sniffed("audio", "aac")),
    (b"\x00\x01\x00\x00", Sniffed("font", "ttf")),
    (b"true", Sniffed("font", "ttf")),
    (b"OTTO", Sniffed("font", "otf")),
    (b"PK\x03\x04", Sniffed("zip", "zip")),
)
_RIFF = {
    b"WEBP": Sniffed("image", "WEBP"),
    b"WAVE": Sniffed("audio", "wav"),
    b"AVI ": Sniffed("video", "avi"),
}
_PLAYLISTS = (b"#extm3u", b"ffconcat", b"[playlist]", b"<mpd", b"<asx", b"<smil")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
_STILL_FIX = "send a PNG, JPEG, WebP or GIF"


def sniff(head: bytes) -> Sniffed | Unwanted:
    """Decide from the first `HEAD_BYTES` of a file."""
    if not head:
        return Unwanted("the file is empty", "send a file with content")
    return (
        _by_prefix(head)
        or _by_container(head)
        or _by_frame_sync(head)
        or _as_text(head)
        or _unwanted_binary(head)
    )


def _by_prefix(head: bytes) -> Sniffed | None:
    return next((found for magic, found in _PREFIXES if head.startswith(magic)), None)


def _by_container(head: bytes) -> Sniffed | Unwanted | None:
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return Sniffed("audio", "aiff")
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in _STILL_BRANDS:
            return Unwanted("HEIF and AVIF pictures are not taken", _STILL_FIX)
        return Sniffed("audio" if brand in _AUDIO_BRANDS else "video", "mov")
    if head[4:8] in _QUICKTIME_ATOMS:
        return Sniffed("video", "mov")
    return None


def _by_frame_sync(head: bytes) -> Sniffed | None:
    if len(head) > 2 * TS_PACKET_BYTES and all(head[i * TS_PACKET_BYTES] == 0x47 for i in range(3)):
        return Sniffed("video", "mpegts")
    # MPEG audio: 11 sync bits, then layer III (01) with a bit rate and a sample rate that exist.
    if (
        len(head) > 3
        and head[0] == 0xFF
        and head[1] & 0xE6 == 0xE2
        and head[2] & 0xF0 != 0xF0
        and head[2] & 0x0C != 0x0C
    ):
        return Sniffed("audio", "mp3")
    return None


def _as_text(head: bytes) -> Sniffed | Unwanted | None:
    if head.startswith(_UTF_16):
        return Unwanted("the file is text in UTF-16", "save it as UTF-8")
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if any(text.startswith(mark) for mark in _PLAYLISTS) or b"<mpd" in text[:1000]:
        return Unwanted(
            "the file is a playlist: it only names other files, and those are not opened",
            "send the video or sound itself",
        )
    if not text.startswith(b"<"):
        return None
    if b"<svg" in text:
        return Unwanted("SVG pictures are not taken, they can hold scripts and open files", _STILL_FIX)
    if b"<mlt" in text or b"<westley" in text:
        return Sniffed("mlt", "mlt")
    return Unwanted("the file is XML without an <mlt> root element", "send what Shotcut or Kdenlive saves")


def _unwanted_binary(head: bytes) -> Unwanted:
    fix = "send MLT XML, a zip of it with its media, or a video, picture, sound or TTF/OTF font"
    if head[:4] in (b"wOFF", b"wOF2", b"ttcf"):
        return Unwanted("web fonts and font collections are not taken", "send a single TTF or OTF font")
    try:
        name = puremagic.from_string(head)  # pyright: ignore[reportUnknownMemberType] - its PathLike has no parameter
    except (puremagic.PureError, ValueError):
        return Unwanted("the file is of a kind that is not known here", fix)
    return Unwanted(f"a {name.lstrip('.')} file cannot be used in a video", fix)
