"""Odd but honest films, which have to come out right, and other containers that are broken."""

from __future__ import annotations

import struct
from fractions import Fraction

from tests.studio.assets.samples import make_video, make_wav, png_header
from tests.studio.hostile.boxes import changed, numbers
from tests.studio.hostile.cases import Case, Kept, Materials, Refused
from tests.studio.hostile.footage import footage, woven

UNREADABLE = r"cannot be read as that|stops making sense|no frame of its picture"
SIZE_64 = b"\x01" + b"\xff" * 7  # EBML: of unknown length
EVERY_6 = {"x264-params": "keyint=6:scenecut=0:bframes=0"}


def _shot(name: str, outcome: Kept | Refused, suffix: str = "mp4", **options: object) -> Case:
    def content(made: Materials) -> bytes:
        return footage(made.folder / f"{name}.{suffix}", **options)

    return Case(name, f"{name}.{suffix}", content, outcome)


def _matroska(name: str, change, outcome: Kept | Refused) -> Case:
    def content(made: Materials) -> bytes:
        film = footage(made.folder / f"{name}.mkv", form="matroska", tracks=1)
        return change(film)

    return Case(name, f"{name}.mkv", content, outcome)


def _after(film: bytes, mark: bytes, content: bytes, skip: int = 0) -> bytes:
    """`content` over what follows the first `mark`."""
    place = film.index(mark) + len(mark) + skip
    return film[:place] + content + film[place + len(content) :]


def _turned(degrees: int, *, mirrored: bool = False):
    """A matrix of the track header: quarter turns clockwise, mirrored left to right before."""
    one = 0x10000
    across, down = {0: ((one, 0), (0, one)), 90: ((0, one), (-one, 0)), 180: ((-one, 0), (0, -one))}[degrees]
    if mirrored:
        across = (-across[0], -across[1])
    matrix = numbers(across[0], across[1], 0, down[0], down[1], 0, 0, 0, 0x40000000)
    return lambda made: changed(made.film, "moov/trak/tkhd", 40, matrix)


def _audio_only(made: Materials) -> bytes:
    path = made.folder / "tone.mp4"
    import av

    with av.open(str(make_wav(made.folder / "tone.wav"))) as tone, av.open(str(path), "w") as output:
        stream = output.add_stream("aac", rate=48_000)
        resampler = av.AudioResampler("fltp", "stereo", 48_000, 1024)
        for frame in [*tone.decode(audio=0), None]:
            for ready in resampler.resample(frame):
                output.mux(stream.encode(ready))
        output.mux(stream.encode(None))
    return path.read_bytes()


def _cut(name: str, suffix: str, make, share: float, outcome: Kept | Refused) -> Case:
    def content(made: Materials) -> bytes:
        whole = make(made)
        return whole[: int(len(whole) * share)]

    return Case(name, f"{name}.{suffix}", content, outcome)


def _wav(**sizes: int):
    def content(made: Materials) -> bytes:
        data = make_wav(made.folder / "a.wav").read_bytes()
        if "riff" in sizes:
            data = data[:4] + struct.pack("<I", sizes["riff"]) + data[8:]
        if "data" in sizes:
            data = _after(data, b"data", struct.pack("<I", sizes["data"]))
        if "channels" in sizes:
            data = _after(data, b"fmt ", struct.pack("<H", sizes["channels"]), 6)
        if "rate" in sizes:
            data = _after(data, b"fmt ", struct.pack("<I", sizes["rate"]), 8)
        return data

    return content


def _giant_png_film(made: Materials) -> bytes:
    """A film whose only picture claims 60,000 x 60,000 pixels."""
    film = footage(made.folder / "png.mov", form="mov", codec="png", pixels="rgb24", stamps_ms=(0,))
    picture = png_header(60_000, 60_000)
    place = film.index(b"\x89PNG\r\n\x1a\n")
    return film[:place] + picture + film[place + len(picture) :]


HONEST = [
    _shot("one-frame", Kept(seconds=(0.04, 0.04)), stamps_ms=(0,)),
    _shot("one-frame-webm", Kept(seconds=(0.02, 0.04)), "webm", form="webm", codec="libvpx", stamps_ms=(0,)),
    _shot("variable-rate", Kept(seconds=(1.0, 1.25)), stamps_ms=(0, 40, 300, 320, 500, 900, 1000)),
    _shot(
        "a-frame-and-a-long-gap", Kept(seconds=(8.9, 9.2)), "mkv", form="matroska", stamps_ms=(0, 40, 9_000)
    ),
    _shot(
        "a-gap-of-an-hour",
        Refused(r"at most 300 s|longer than 300 s"),
        "mkv",
        form="matroska",
        stamps_ms=(0, 40, 3_600_000),
    ),
    _shot("10^9-frames-a-second", Kept(seconds=(0.0, 0.6)), "mkv", form="matroska", rate=Fraction(10**9)),
    _shot("a-frame-in-1000-s", Refused("at most 300 s"), rate=Fraction(1, 1000), stamps_ms=(0, 1_000_000)),
    _shot(
        "no-keyframe-at-the-start", Kept(seconds=(0.24, 0.24)), "ts", form="mpegts", options=EVERY_6, drop=3
    ),
    _shot("other-size-in-the-middle", Kept(), "ts", form="mpegts", then_size=(160, 120)),
    _shot(
        "other-size-in-the-middle-woven",
        Kept(),
        "ts",
        form="mpegts",
        then_size=(160, 120),
        options={"x264-params": "tff=1"},
    ),
    _shot("far-larger-in-the-middle", Kept(), "ts", form="mpegts", then_size=(2048, 1024)),
    _shot("wide-pixels", Kept(size=(192, 64)), aspect=Fraction(2)),
    _shot("absurd-pixels", Kept(), aspect=Fraction(1000)),
    _shot("odd-sides", Kept(size=(96, 64)), size=(97, 65), pixels="yuv444p"),
    _shot("ten-bits", Kept(), pixels="yuv420p10le"),
    _shot("ten-bits-4:4:4", Kept(), pixels="yuv444p10le"),
    _shot("rgb", Kept(), "mkv", form="matroska", codec="ffv1", pixels="bgr0"),
    _shot("full-range", Kept(), tags=(1, 2)),
    _shot("interlaced", Kept(), options={"x264-params": "tff=1"}, picture=woven),
    _shot(
        "starts-before-zero",
        Kept(seconds=(0.28, 0.28)),
        "mov",
        form="mov",
        stamps_ms=tuple(range(-200, 280, 40)),
        muxer={"avoid_negative_ts": "disabled"},
    ),
    _shot(
        "starts-after-an-hour", Kept(), "ts", form="mpegts", stamps_ms=tuple(range(3_600_000, 3_600_480, 40))
    ),
    _shot("eight-sound-tracks", Kept(), tracks=8),
    _shot("sound-starts-late", Kept(), tracks=1, sound_from_ms=300),
    _shot("12-pixels-wide", Refused("at least 16x16"), size=(12, 64), codec="mpeg4"),
    _shot("6000-pixels-wide", Refused("at most 4096"), size=(6000, 64), stamps_ms=(0,)),
    Case(
        "edit-list-skips-five",
        "edit.mp4",
        lambda m: changed(m.film, "moov/trak/edts/elst", 8, numbers(280, 1024 + 512 * 5)),
        Kept(seconds=(0.24, 0.32)),
    ),
    Case("quarter-turn", "turn.mp4", _turned(90), Kept(size=(64, 96))),
    Case("half-turn", "half.mp4", _turned(180), Kept()),
    Case("mirrored", "mirror.mp4", _turned(0, mirrored=True), Kept()),
    Case("mirrored-quarter-turn", "mirror90.mp4", _turned(90, mirrored=True), Kept(size=(64, 96))),
    Case(
        "matrix-of-nothing", "nothing.mp4", lambda m: changed(m.film, "moov/trak/tkhd", 40, bytes(36)), Kept()
    ),
    Case("only-sound", "sound.mp4", _audio_only, Kept("audio", None, (0.49, 0.55))),
]
BROKEN = [
    _matroska("segment-size-huge", lambda f: _after(f, b"\x18\x53\x80\x67", b"\x01" + b"\x7f" * 7), Kept()),
    _matroska(
        "segment-size-one", lambda f: _after(f, b"\x18\x53\x80\x67", b"\x01" + bytes(6) + b"\x01"), Kept()
    ),
    _matroska("cluster-size-huge", lambda f: _after(f, b"\x1f\x43\xb6\x75", b"\x01" + b"\x7f" * 7), Kept()),
    _matroska("head-size-huge", lambda f: f[:4] + b"\x0f\xff\xff\xff" + f[8:], Refused(UNREADABLE)),
    _matroska("only-a-mark", lambda f: f[:4], Refused(UNREADABLE)),
    _matroska("bytes-turned", lambda f: f[:600] + bytes(b ^ 0xFF for b in f[600:]), Refused(UNREADABLE)),
    _matroska(
        "declared-16-million-wide",
        lambda f: _after(f, b"\xb0\x81", b"\x83\xff\xff\xff", skip=-1),
        Refused(UNREADABLE),
    ),
    _matroska("declared-0-wide-mkv", lambda f: _after(f, b"\xb0\x81", b"\x00"), Refused(UNREADABLE)),
    _matroska(
        "nested-10000-deep", lambda f: f[:40] + (b"\x18\x53\x80\x67" + SIZE_64) * 10_000, Refused(UNREADABLE)
    ),
    _cut(
        "matroska-cut",
        "mkv",
        lambda m: footage(m.folder / "cut.mkv", form="matroska", tracks=1),
        0.6,
        Kept(seconds=(0.04, 0.48)),
    ),
    Case("giant-png-in-a-film", "png.mov", _giant_png_film, Refused(UNREADABLE)),
    Case(
        "avi-with-lies",
        "lies.avi",
        lambda m: _after(
            make_video(
                m.folder / "l.avi", form="avi", codec="mpeg4", sound=False, width=96, height=64, frames=12
            ).read_bytes(),
            b"strh",
            b"\xff" * 44,
            12,
        ),
        Refused("at most 300 s"),
    ),
    _cut(
        "avi-cut",
        "avi",
        lambda m: make_video(
            m.folder / "c.avi", form="avi", codec="mpeg4", sound=False, width=96, height=64, frames=12
        ).read_bytes(),
        0.5,
        Refused(UNREADABLE),
    ),
    Case("wav-sizes-huge", "w1.wav", _wav(riff=0xFFFFFFFF, data=0xFFFFFFFF), Kept("audio", None, (0.5, 0.5))),
    Case("wav-without-channels", "w2.wav", _wav(channels=0), Refused(UNREADABLE)),
    Case("wav-65535-channels", "w3.wav", _wav(channels=0xFFFF), Refused(UNREADABLE)),
    Case("wav-4-GHz", "w4.wav", _wav(rate=0xFFFFFFFF), Refused(UNREADABLE)),
    Case(
        "mp3-tag-of-256-MB",
        "t.mp3",
        lambda m: b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + bytes(500),
        Refused(UNREADABLE),
    ),
    Case("ogg-noise", "n.ogg", lambda m: b"OggS" + bytes(range(256)) * 20, Refused(UNREADABLE)),
    Case("flac-head-only", "f.flac", lambda m: b"fLaC\x00\x00\x00\x22" + b"\xff" * 34, Refused(UNREADABLE)),
    Case("ts-noise", "n.ts", lambda m: (b"\x47" + bytes(range(187))) * 40, Refused(UNREADABLE)),
]
CASES = [*HONEST, *BROKEN]
