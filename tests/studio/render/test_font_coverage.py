"""Which characters the bundled fonts have: whole national standards, not the few of our samples."""

import unicodedata
from collections.abc import Iterable
from pathlib import Path

import pytest

from reelpress.studio.render.fonts import FALLBACK_ORDER, FOLDER, bundled_files, fonts_for
from reelpress.studio.render.skia_door import missing_glyphs

ROWS = {
    "simplified Chinese, GB 2312 level 1": ("gb2312", range(0xB0, 0xD8), 3755),
    "simplified Chinese, GB 2312 level 2": ("gb2312", range(0xD8, 0xF8), 3008),
    "traditional Chinese, Big5 level 1": ("big5", range(0xA4, 0xC7), 5411),
    "Japanese kana": ("euc_jp", range(0xA4, 0xA6), 169),
    "Japanese, JIS X 0208 level 1": ("euc_jp", range(0xB0, 0xD0), 2965),
    "Japanese, JIS X 0208 level 2": ("euc_jp", range(0xD0, 0xF5), 3390),
    "Korean, KS X 1001": ("euc_kr", range(0xB0, 0xC9), 2350),
}
LETTERS = {
    "Latin": (range(0x20, 0x250), range(0x1E00, 0x1F00)),
    "combining marks": (range(0x300, 0x34F), range(0x350, 0x370)),
    "Greek": (range(0x370, 0x400), range(0x1F00, 0x2000)),
    "Cyrillic": (range(0x400, 0x530),),
    "Devanagari": (range(0x900, 0x970),),
    "Bengali": (range(0x980, 0xA00),),
    "Gurmukhi": (range(0xA00, 0xA76),),
    "Gujarati": (range(0xA80, 0xB00),),
    "Tamil": (range(0xB80, 0xC00),),
    "Telugu": (range(0xC00, 0xC80),),
    "Kannada": (range(0xC80, 0xD00),),
    "Malayalam": (range(0xD00, 0xD80),),
    "Thai": (range(0xE00, 0xE80),),
    "Hebrew": (range(0x5D0, 0x5F5),),
    "Arabic": (range(0x620, 0x700), range(0x750, 0x780)),
}
# In these blocks, and in no name: Coptic letters, and signs that Unicode added since 2018.
RARE = {
    "Greek": {f"{code:04x}" for code in range(0x3E2, 0x3F0)},
    "Telugu": {"0c3c", "0c5d"},
    "Kannada": {"0cdd"},
    "Hebrew": {"05ef"},
}


@pytest.mark.parametrize("standard", ROWS)
def test_a_national_standard_is_there_to_the_last_character(standard: str) -> None:
    codec, rows, count = ROWS[standard]
    characters = {text for row in rows for cell in range(0x40, 0xFF) if (text := decoded(codec, row, cell))}
    assert len(characters) >= 0.99 * count
    for weight in ("Regular", "Bold"):
        fonts = [FOLDER / f"NotoSans-{weight}.ttf", FOLDER / f"NotoSansCJKsc-{weight}.otf"]
        assert missing_glyphs(fonts, "".join(letters(characters))) == set()


@pytest.mark.parametrize("script", LETTERS)
def test_every_assigned_letter_of_a_script_is_there(script: str) -> None:
    characters = [chr(code) for block in LETTERS[script] for code in block]
    missing = missing_glyphs(bundled_files(), "".join(letters(characters)))
    assert {f"{ord(character):04x}" for character in missing} <= RARE.get(script, set())


def test_names_later_than_the_standards_are_there() -> None:
    assert missing_glyphs(bundled_files(), "喆堃玥祎珺髙﨑𠮷瑤鎔") == set()


def test_every_family_of_the_fallback_order_is_bundled() -> None:
    assert set(FALLBACK_ORDER) <= set(fonts_for({}).families)


def test_every_font_is_covered_by_the_licence_beside_it() -> None:
    assert "SIL OPEN FONT LICENSE" in (FOLDER / "OFL.txt").read_text()
    for name in ("Noto Sans CJK SC", "Noto Color Emoji", "Noto Serif Display"):
        assert name in (FOLDER / "OFL.txt").read_text()
    assert {file.suffix for file in bundled_files()} == {".ttf", ".otf"}
    assert sum(Path(file).stat().st_size for file in bundled_files()) < 26_000_000


def decoded(codec: str, row: int, cell: int) -> str:
    text = bytes([row, cell]).decode(codec, errors="ignore")
    return text if len(text) == 1 else ""


def letters(characters: Iterable[str]) -> list[str]:
    return [text for text in characters if unicodedata.category(text)[0] in "LM"]
