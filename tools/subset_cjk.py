"""Make the bundled CJK fonts: the characters of names and messages out of Noto Sans CJK.

    python tools/subset_cjk.py /usr/share/fonts/opentype/noto src/reelpress/studio/render/fonts

The source is Debian's package fonts-noto-cjk (Noto Sans CJK 2.004, SIL Open Font License); fonttools does
the cutting (`pip install fonttools`). Neither is needed to run or test Reelpress: the result is in the
repository.

Characters: the national standards as Python's codecs know them, so the list needs no file of its own.

- GB 2312 (simplified Chinese, both levels), Big5 level 1 (traditional Chinese),
- JIS X 0208 with the IBM and NEC extensions (Japanese; they hold the variants of family names),
- KS X 1001 (2,350 syllables and the hanja of names),
- a few characters of names that came after those standards.

Letters and East Asian marks only: Latin, Greek and Cyrillic come from the text's own face.

Han is drawn in the simplified Chinese form (the SC face of the collection) wherever regions write one
character differently; the other regions' forms are not in the file.
"""

import sys
import unicodedata
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

SIMPLIFIED_CHINESE = 2  # the face's number in the collection
WEIGHTS = ("Regular", "Bold")
STANDARDS = (
    ("gb2312", range(0xA1, 0xF8)),
    ("big5", range(0xA1, 0xC7)),
    ("cp932", range(0x81, 0xFD)),
    ("euc_kr", range(0xA1, 0xFF)),
)
LATER_NAMES = "玥祎喆堃珺頔昇犇垚焱晞煊翀珅婳姸祐鎔镕叡槙凜瑤𠮷〇"
EAST_ASIAN_MARKS = (
    range(0x3000, 0x3040),
    range(0x3099, 0x309F),
    range(0x30FB, 0x30FD),
    range(0xFF00, 0xFFF0),
)
# `locl` would keep the other regions' forms, and with them twice the bytes.
FEATURES = ["ccmp", "kern", "mark", "mkmk"]
VERTICAL = ["vhea", "vmtx", "VORG", "BASE"]


def main(source: Path, target: Path) -> None:
    kept = characters()
    for weight in WEIGHTS:
        made = target / f"NotoSansCJKsc-{weight}.otf"
        cut(source / f"NotoSansCJK-{weight}.ttc", made, kept)
        print(f"{made.name}: {len(kept)} characters, {made.stat().st_size} bytes")


def characters() -> set[str]:
    double = {
        text
        for codec, leads in STANDARDS
        for lead in leads
        for trail in range(0x40, 0xFF)
        if len(text := bytes([lead, trail]).decode(codec, errors="ignore")) == 1
    }
    return {character for character in double if _is_east_asian(character)} | set(LATER_NAMES)


def _is_east_asian(character: str) -> bool:
    if any(ord(character) in marks for marks in EAST_ASIAN_MARKS):
        return True
    name = unicodedata.name(character, "")
    return name.startswith(("CJK UNIFIED", "CJK COMPAT", "HIRAGANA", "KATAKANA", "HANGUL", "IDEOGRAPHIC"))


def cut(collection: Path, target: Path, kept: set[str]) -> None:
    options = subset.Options(hinting=False, notdef_outline=True, desubroutinize=False)
    options.layout_features = FEATURES
    options.drop_tables += VERTICAL
    font = TTFont(collection, fontNumber=SIMPLIFIED_CHINESE, lazy=True, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(sorted(kept)))
    cutter.subset(font)
    font.save(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
