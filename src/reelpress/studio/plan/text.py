"""Values from outside made harmless and put into a layer's text."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from reelpress.studio.scene.slots import SLOT

MAX_CHARACTERS = 2_000
MAX_STACKED_MARKS = 6
_ISOLATE, _POP = "\u2068", "\u2069"  # first-strong isolate, pop directional isolate (UAX #9)
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_JOINERS = frozenset("\u200c\u200d")  # scripts and emoji sequences need them
_SPACES = re.compile(r"[\s\u2028\u2029\u0085]+")


def clean_value(value: str) -> str:
    """One line of drawable text: no controls, no bidi overrides, no endless stacks of marks."""
    value = _SPACES.sub(" ", value[: 4 * MAX_CHARACTERS])
    kept: list[str] = []
    stacked = 0
    for character in value:
        category = unicodedata.category(character)
        if character in _BIDI_CONTROLS or _is_invisible(character, category):
            continue
        stacked = stacked + 1 if category in {"Mn", "Me"} else 0
        if stacked <= MAX_STACKED_MARKS:
            kept.append("\ufffd" if category == "Cs" else character)
    shown = _SPACES.sub(" ", "".join(kept))  # what was dropped may have stood between two blanks
    return unicodedata.normalize("NFC", shown)[:MAX_CHARACTERS].strip()


def fill_template(template: str, values: Mapping[str, str]) -> str:
    """Replace every `{{slot}}` once. Values are isolated, so that their direction stays their own."""
    return fill_runs(template, (template,), values)[0]


def fill_runs(template: str, runs: Sequence[str], values: Mapping[str, str]) -> tuple[str, ...]:
    """The same in each of the runs that a template is made of. A value is text, whatever it looks like."""
    lone = SLOT.fullmatch(template.strip()) is not None

    def shown(match: re.Match[str]) -> str:
        value = values.get(match[1], "")
        return value if lone or not value else f"{_ISOLATE}{value}{_POP}"

    return tuple(SLOT.sub(shown, run) for run in runs)


def _is_invisible(character: str, category: str) -> bool:
    if character in _JOINERS:
        return False
    if category == "Cf":
        return not 0xE0020 <= ord(character) <= 0xE007F  # tags spell the flags of regions
    return category in {"Cc", "Cn", "Zl", "Zp"}
