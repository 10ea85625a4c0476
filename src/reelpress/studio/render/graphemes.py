"""Text cut where a reader would cut it: never inside an emoji, a conjunct or under a mark."""

import unicodedata

_ZWJ, _ZWNJ = "\u200d", "\u200c"
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
