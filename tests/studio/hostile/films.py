"""MP4 and QuickTime files that are cut, that lie, or that are something else under that name."""

from __future__ import annotations

import struct
import zlib

from tests.studio.hostile.boxes import box, changed, find, numbers, renamed, replaced, resized
from tests.studio.hostile.cases import Case, Kept, Materials, Refused

STBL = "moov/trak/mdia/minf/stbl"
UNREADABLE = r"cannot be read as that|stops making sense|no frame of its picture"
LONG = r"at most 300 s|longer than 300 s|does not say how long"
HUGE = 0x7FFFFFFF


def _film(name: str, change, outcome: Kept | Refused) -> Case:
    return Case(name, f"{name}.mp4", lambda made: change(made.film), outcome)


def _table(kind: str, at: int, *values: int):
    return lambda film: changed(film, f"{STBL}/{kind}", at, numbers(*values))


def _text(name: str, text: str, reason: str) -> Case:
    def content(made: Materials) -> bytes:
        return text.format(secret=made.secret, canary=made.canary).encode()

    return Case(name, f"{name}.mp4", content, Refused(reason))


def _moov_first(film: bytes) -> bytes:
    """`moov` before the samples, every sample's place corrected."""
    moov = find(film, "moov")
    head = film[moov.start : moov.end]
    shift = len(head)
    for track in (0, 1):
        table = find(head, f"moov/trak#{track}/mdia/minf/stbl/stco")
        count = struct.unpack_from(">I", head, table.body + 4)[0]
        places = [struct.unpack_from(">I", head, table.body + 8 + 4 * i)[0] + shift for i in range(count)]
        head = changed(head, f"moov/trak#{track}/mdia/minf/stbl/stco", 8, numbers(*places))
    ftyp = find(film, "ftyp")
    return film[: ftyp.end] + head + film[ftyp.end : moov.start]


def _nested(depth: int) -> bytes:
    inner = b""
    for _ in range(depth):
        inner = box(b"moov", inner)
    return inner


def _external(location: bytes, entry: bytes = b"url "):
    """A data reference without the flag that says: in this same file."""
    return lambda film: replaced(
        film,
        "moov/trak/mdia/minf/dinf/dref",
        box(b"dref", numbers(0, 1) + box(entry, numbers(0) + location)),
    )


def _alias(made: Materials) -> bytes:
    """QuickTime's `alis` with an absolute path (tag 2) to a file beside ours."""
    path = str(made.secret).encode()
    record = numbers(0) + bytes(2) + struct.pack(">HH", 150 + 4 + len(path) + 4, 2) + bytes(144)
    record += (
        struct.pack(">HH", 2, len(path)) + path + b"\0" * (len(path) % 2) + struct.pack(">HH", 0xFFFF, 0)
    )
    return replaced(
        made.film, "moov/trak/mdia/minf/dinf/dref", box(b"dref", numbers(0, 1) + box(b"alis", record))
    )


def _compressed_moov(film: bytes) -> bytes:
    bomb = zlib.compress(bytes(60_000_000), 9)
    cmov = box(b"cmov", box(b"dcom", b"zlib") + box(b"cmvd", numbers(60_000_000) + bomb))
    return film[: find(film, "moov").start] + box(b"moov", cmov)


def _many_tracks(film: bytes) -> bytes:
    track = find(film, "moov/trak")
    return replaced(film, "moov/trak", film[track.start : track.end] * 5_000)


def _behind_a_box(text: str):
    return lambda made: (
        box(b"ftyp", b"isom" + numbers(0)) + text.format(secret=made.secret, canary=made.canary).encode()
    )


CUT = [
    _film("moov-missing", lambda film: film[: find(film, "moov").start], Refused(UNREADABLE)),
    _film("moov-cut", lambda film: film[:-600], Refused("codec .* is not taken")),
    _film("mdat-missing", lambda film: renamed(film, "mdat", b"moof"), Kept()),
    Case(
        "mdat-cut",
        "mdat-cut.mp4",
        lambda made: _moov_first(made.film)[: -(len(made.film) // 4)],
        Refused(UNREADABLE),
    ),
    _film("only-a-header", lambda film: film[:32], Refused(UNREADABLE)),
]
SIZES = [
    _film("moov-past-the-end", lambda film: resized(film, "moov", HUGE), Kept()),
    _film("trak-past-the-end", lambda film: resized(film, "moov/trak", HUGE), Kept()),
    _film("mdat-past-the-end", lambda film: resized(film, "mdat", HUGE), Refused(UNREADABLE)),
    _film(
        "64-bit-size",
        lambda film: film[:32] + numbers(1) + b"mdat" + numbers(0x7FFFFFFF, 0xFFFFFFF0) + film[48:],
        Refused(UNREADABLE),
    ),
    _film("zero-size-box", lambda film: film[:32] + numbers(0) + b"free" + film[32:], Refused(UNREADABLE)),
    _film("size-below-eight", lambda film: film[:32] + numbers(3) + b"free" + film[32:], Refused(UNREADABLE)),
    _film("10000-boxes-deep", lambda film: film[:32] + _nested(10_000), Refused(UNREADABLE)),
    _film("compressed-moov-bomb", _compressed_moov, Refused("neither a picture nor sound")),
    _film("5000-tracks", _many_tracks, Refused(UNREADABLE)),
]
TABLES = [
    _film("sample-sizes-huge", _table("stsz", 12, *[HUGE] * 12), Refused(UNREADABLE)),
    _film("sample-sizes-zero", _table("stsz", 12, *[0] * 12), Refused(UNREADABLE)),
    _film("sample-count-huge", _table("stsz", 8, HUGE), Refused(UNREADABLE)),
    _film("one-size-for-2^31-samples", _table("stsz", 4, 1, HUGE), Refused(UNREADABLE)),
    _film("chunks-past-the-end", _table("stco", 8, HUGE), Refused(UNREADABLE)),
    _film("chunk-count-huge", _table("stco", 4, HUGE), Kept()),
    _film("no-samples-in-a-chunk", _table("stsc", 8, 1, 0, 0), Refused(UNREADABLE)),
    _film("2^32-samples-in-a-chunk", _table("stsc", 8, 1, 0xFFFFFFFF, 1), Refused(UNREADABLE)),
    _film("durations-huge", _table("stts", 8, 12, HUGE), Refused(LONG)),
    _film("durations-negative", _table("stts", 8, 12, -512), Kept(seconds=(0.01, 0.6))),
    _film("durations-zero", _table("stts", 8, 12, 0), Kept(seconds=(0.01, 0.6))),
    _film("duration-count-huge", _table("stts", 8, 0xFFFFFFFF, 512), Kept()),
    _film("time-offsets-huge", _table("ctts", 8, 1, HUGE, 1, -HUGE), Kept(seconds=(0.4, 0.6))),
    _film(
        "time-scale-zero", lambda f: changed(f, "moov/trak/mdia/mdhd", 12, numbers(0)), Refused(UNREADABLE)
    ),
    _film(
        "time-scale-2^31", lambda f: changed(f, "moov/trak/mdia/mdhd", 12, numbers(HUGE)), Refused(UNREADABLE)
    ),
    _film(
        "codec-unknown", lambda f: changed(f, f"{STBL}/stsd", 12, b"zzzz"), Refused("codec .* is not taken")
    ),
    _film(
        "codec-settings-zero",
        lambda f: changed(f, f"{STBL}/stsd", 8 + 8 + 78 + 8, bytes(30)),
        Refused(UNREADABLE),
    ),
    _film(
        "declared-65535-wide",
        lambda f: changed(f, f"{STBL}/stsd", 40, b"\xff\xff\xff\xff"),
        Kept(size=(144, 64)),
    ),
    _film("declared-0-wide", lambda f: changed(f, f"{STBL}/stsd", 40, bytes(4)), Kept()),
    _film(
        "edit-past-the-end",
        lambda f: changed(f, "moov/trak/edts/elst", 8, numbers(480, HUGE)),
        Refused(UNREADABLE),
    ),
    _film("edit-count-huge", lambda f: changed(f, "moov/trak/edts/elst", 4, numbers(HUGE)), Kept()),
]
ELSEWHERE = [
    Case(
        "data-at-an-address",
        "address.mov",
        lambda m: _external(f"{m.canary}/x".encode() + b"\0")(m.film),
        Kept(),
    ),
    Case(
        "data-in-a-file",
        "file.mov",
        lambda m: _external(f"file://{m.secret}".encode() + b"\0")(m.film),
        Kept(),
    ),
    Case("data-in-an-alias", "alias.mov", _alias, Refused(UNREADABLE)),
    _text(
        "hls",
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{canary}/a.ts\n#EXTINF:1,\nfile://{secret}\n#EXT-X-ENDLIST\n",
        "playlist",
    ),
    _text("ffconcat", "ffconcat version 1.0\nfile {secret}\nfile {canary}/a.mp4\n", "playlist"),
    _text("concat", "file '{secret}'\nfile '{canary}/a.mp4'\n", "not known"),
    _text(
        "dash",
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>{canary}/</BaseURL></MPD>',
        "playlist",
    ),
    _text(
        "sdp",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
        "cannot be used",
    ),
    _text("smil", '<smil><body><video src="{canary}/a.mp4"/></body></smil>', "playlist"),
    _text("pls", "[playlist]\nFile1={canary}/a.mp4\nNumberOfEntries=1\n", "playlist"),
    Case(
        "hls-behind-ftyp",
        "hls2.mp4",
        _behind_a_box("\n#EXTM3U\n#EXTINF:1,\nfile://{secret}\n"),
        Refused(UNREADABLE),
    ),
]
CASES = [*CUT, *SIZES, *TABLES, *ELSEWHERE]
