"""Pictures and fonts that are cut, that claim too much, or that are two things at once."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

from PIL import Image
from tests.studio.assets.samples import png_chunk, png_header
from tests.studio.hostile.cases import Case, Kept, Materials, Refused

SIDE = (40, 30)
PICTURE = Kept("image", SIDE, None)
BROKEN = "broken and cannot be decoded"
BAD_FONT = "damaged or not a font"
BUNDLED = Path("src/reelpress/studio/render/fonts/NotoSans-Regular.ttf")


def picture(form: str, mode: str = "RGB", size: tuple[int, int] = SIDE, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise(size, 60).convert(mode).save(buffer, form, **options)
    return buffer.getvalue()


def _cut(form: str) -> Case:
    content = lambda _: (lambda data: data[: len(data) // 2])(picture(form))  # noqa: E731 - one line says it
    return Case(f"{form.lower()}-cut", f"cut.{form.lower()}", content, Refused(BROKEN))


def _gif_of_10000(_: Materials) -> bytes:
    """Every frame a copy of the first one's block."""
    one = picture("GIF", "P")
    head = 13 + 3 * 2 ** ((one[10] & 7) + 1)
    return one[:head] + one[head:-1] * 10_000 + one[-1:]


def _lying_webp(_: Materials) -> bytes:
    """A canvas of 16,383 x 16,383 in a few bytes."""
    data = bytearray(picture("WEBP"))
    place = data.index(b"\x9d\x01\x2a") + 3
    data[place : place + 4] = struct.pack("<HH", 16383, 16383)
    return bytes(data)


def _flat(form: str, mode: str, side: int, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, (side, side)).save(buffer, form, **options)
    return buffer.getvalue()


def _wrong_crc(chunk: bytes) -> bytes:
    data = bytearray(picture("PNG"))
    place = data.index(chunk)
    size = struct.unpack_from(">I", data, place - 4)[0]
    data[place + 4 + size] ^= 0xFF
    return bytes(data)


def _text_bomb(_: Materials) -> bytes:
    whole = picture("PNG")
    bomb = png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100_000_000), 9))
    return whole[:33] + bomb * 3 + whole[33:]


def _profile_bomb(_: Materials) -> bytes:
    whole = picture("PNG")
    bomb = png_chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(100_000_000), 9))
    return whole[:33] + bomb + whole[33:]


def _font(start: int, content: bytes):
    return lambda _: (lambda data: data[:start] + content + data[start + len(content) :])(
        BUNDLED.read_bytes()
    )


def _table(kind: bytes, at: int, content: bytes):
    def change(_: Materials) -> bytes:
        data = BUNDLED.read_bytes()
        place = data.index(kind) + at
        return data[:place] + content + data[place + len(content) :]

    return change


PICTURES = [
    Case("png-60000-wide", "big.png", lambda _: png_header(60_000, 60_000), Refused("too large")),
    Case("png-of-no-width", "none.png", lambda _: png_header(0, 10), Refused(BROKEN)),
    Case("png-9000-wide-of-nothing", "hollow.png", lambda _: png_header(9_000, 5_000), Refused(BROKEN)),
    Case("png-of-80-megapixels", "flat.png", lambda _: _flat("PNG", "1", 9_000), Refused("too large")),
    Case(
        "png-of-49-see-through-megapixels",
        "all.png",
        lambda _: _flat("PNG", "RGBA", 7_000),
        Kept("image", (7_000, 7_000), None),
    ),
    *(_cut(form) for form in ("JPEG", "PNG", "WEBP", "GIF")),
    Case("png-head-crc-wrong", "crc1.png", lambda _: _wrong_crc(b"IHDR"), Refused(BROKEN)),
    Case("png-text-bomb", "text.png", _text_bomb, Refused(BROKEN)),
    Case("png-profile-bomb", "profile.png", _profile_bomb, Refused(BROKEN)),
    Case("gif-of-10000-frames", "many.gif", _gif_of_10000, PICTURE),
    Case(
        "gif-that-is-a-script",
        "js.gif",
        lambda _: b"GIF89a/*" + picture("GIF", "P")[8:] + b"*/=1;alert(1)",
        Refused("too large|broken"),
    ),
    Case(
        "gif-with-a-script-behind",
        "js2.gif",
        lambda _: picture("GIF", "P") + b"<script>alert(1)</script>",
        PICTURE,
    ),
    Case(
        "jpeg-that-is-a-zip",
        "zip.jpg",
        lambda _: picture("JPEG") + b"PK\x03\x04" + bytes(26) + b"PK\x05\x06" + bytes(18),
        PICTURE,
    ),
    Case(
        "svg-named-png",
        "vector.png",
        lambda m: f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{m.canary}/a.png"/></svg>'.encode(),
        Refused("SVG"),
    ),
    Case("heic", "photo.jpg", lambda _: b"\0\0\0\x24ftypheic" + bytes(200), Refused("HEIF")),
    Case("webp-lying-about-its-size", "lying.webp", _lying_webp, Refused("too large")),
    Case(
        "webp-of-81-megapixels",
        "flat.webp",
        lambda _: _flat("WEBP", "RGB", 9_000, lossless=True, method=0, quality=0),
        Refused("too large|cannot be decoded"),
    ),
    Case(
        "jpeg-of-65500-wide",
        "wide.jpg",
        lambda _: (
            lambda d: d[: d.index(b"\xff\xc0") + 5] + b"\xff\xdc\xff\xdc" + d[d.index(b"\xff\xc0") + 9 :]
        )(picture("JPEG")),
        Refused("too large"),
    ),
    Case("tiff", "scan.png", lambda _: picture("TIFF"), Refused("cannot be used|not known")),
    Case("ico-named-png", "icon.png", lambda _: picture("ICO"), Refused("cannot be used|not known")),
]
FONTS = [
    Case("font-cut", "cut.ttf", lambda _: BUNDLED.read_bytes()[:3_000], Refused(BAD_FONT)),
    Case("font-table-past-the-end", "past.ttf", _table(b"glyf", 12, b"\x7f\xff\xff\xff"), Refused(BAD_FONT)),
    Case("font-of-65535-tables", "many.ttf", _font(4, b"\xff\xff"), Refused(BAD_FONT)),
    Case("font-without-glyphs", "none.ttf", _table(b"maxp", 0, b"zzzz"), Refused(BAD_FONT)),
    Case("font-noise", "noise.otf", lambda _: b"OTTO" + bytes(range(256)) * 8, Refused(BAD_FONT)),
    Case("woff-named-ttf", "web.ttf", lambda _: b"wOFF\0\x01\0\0" + bytes(100), Refused("web fonts")),
    Case("woff2-named-ttf", "web2.ttf", lambda _: b"wOF2\0\x01\0\0" + bytes(100), Refused("web fonts")),
    Case("font-collection", "many.ttc", lambda _: b"ttcf\0\x01\0\0" + bytes(100), Refused("web fonts")),
]
CASES = [*PICTURES, *FONTS]
