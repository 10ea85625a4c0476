"""Text cut where a reader would cut it: never inside an emoji, a conjunct or under a mark."""

import re
import unicodedata

_ZWJ, _ZWNJ = "\u200d", "\u200c"
_EAST_ASIAN = re.compile(
    r"[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
# JIS X 4051: marks that begin no line (closing ones, small kana, the prolonged sound) and that end none.
_NEVER_FIRST = frozenset(
    "、。，．・：；？！）」』】》〉〕］｝…‥ーゝゞヽヾ々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ,.!?:;)]}”’"
)
_NEVER_LAST = frozenset("（「『【《〈〔［｛([{“‘")
_VIRAMAS = frozenset("\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca")


def graphemes(text: str) -> list[str]:
    """User-perceived characters, close to UAX #29 with Indic conjuncts kept whole."""
    clusters: list[str] = []
    for character in text:
        if clusters and _continues(clusters[-1], character):
            clusters[-1] += character
        else:
            clusters.append(character)
    return clusters


def unbroken(line: str) -> list[str]:
    """The parts between which a line may be broken: words with the blanks after them, single Han and kana.

    Korean is broken at its blanks alone. Thai, which has none, comes out as one part.
    """
    parts: list[str] = []
    for word in re.findall(r"\S+\s*", line):
        if _EAST_ASIAN.search(word):
            parts.extend(_east_asian(word))
        else:
            parts.append(word)
    return parts


def _east_asian(word: str) -> list[str]:
    parts: list[str] = []
    for cluster in graphemes(word):
        if parts and not _breaks(parts[-1][-1], cluster[0]):
            parts[-1] += cluster
        else:
            parts.append(cluster)
    return parts


def _breaks(before: str, after: str) -> bool:
    if after in _NEVER_FIRST or before in _NEVER_LAST or after.isspace():
        return False
    wide_mark = before in _NEVER_FIRST and before > "\u2000"
    return bool(wide_mark or _EAST_ASIAN.match(before) or _EAST_ASIAN.match(after))


def _continues(cluster: str, character: str) -> bool:
    last = cluster[-1]
    if unicodedata.category(character) in {"Mn", "Me", "Mc"} or character in {_ZWJ, _ZWNJ}:
        return True
    if last == _ZWJ:
        return True
    if last in _VIRAMAS and unicodedata.category(character) == "Lo":
        return True
    if _is_regional(character) and _is_regional(last):
        return sum(_is_regional(one) for one in cluster) % 2 == 1
    code = ord(character)
    return 0x1F3FB <= code <= 0x1F3FF or 0xE0020 <= code <= 0xE007F or 0xFE00 <= code <= 0xFE0F


def _is_regional(character: str) -> bool:
    return 0x1F1E6 <= ord(character) <= 0x1F1FF
