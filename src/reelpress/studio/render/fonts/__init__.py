"""The bundled fonts (SIL Open Font License, see OFL.txt), so that every installation draws alike.

Han is drawn in its simplified Chinese form where regions differ; see tools/subset_cjk.py for what is in that
font. A character that no font has is drawn as the box of the text's first font.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from reelpress.studio.render.skia_door import Fonts

FOLDER = Path(__file__).parent
DEFAULT_FAMILY = "Noto Sans"
_SCRIPTS = [
    "Devanagari",
    "Tamil",
    "Arabic",
    "Bengali",
    "Telugu",
    "Kannada",
    "Malayalam",
    "Gujarati",
    "Gurmukhi",
    "Hebrew",
    "Thai",
    "CJK SC",
]
# Emoji last: that font also has digits, which must come from the text's own face.
FALLBACK_ORDER = (
    DEFAULT_FAMILY,
    *(f"Noto Sans {script}" for script in _SCRIPTS),
    "Noto Serif",
    "Noto Serif Display",
    "Noto Color Emoji",
)


def bundled_files() -> tuple[Path, ...]:
    return tuple(sorted((*FOLDER.glob("*.ttf"), *FOLDER.glob("*.otf"))))


def fonts_for(files: Mapping[str, Path]) -> Fonts:
    """The bundled fonts and those handed in under `font:` keys."""
    return _fonts(tuple(sorted(path for name, path in files.items() if name.startswith("font:"))))


@lru_cache(maxsize=8)
def _fonts(own: tuple[Path, ...]) -> Fonts:
    return Fonts((*bundled_files(), *own), FALLBACK_ORDER)
