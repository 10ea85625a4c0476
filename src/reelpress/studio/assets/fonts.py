"""Fonts from outside: rewritten by the OpenType sanitiser before anything else reads them.

Runs in the sandbox.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

import ots  # pyright: ignore[reportMissingTypeStubs] - it ships none
from PIL import ImageFont

from reelpress.studio.assets.faults import MediaFault

MAX_FILE_BYTES = 30_000_000
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class FontFacts:
    """The names a template asks for the font by."""

    family: str
    style: str


class _Done(Protocol):
    """What the sanitiser's process ended with."""

    returncode: int


def sanitise_font(source: Path, target: Path) -> FontFacts:
    """Write the sanitised font and say what it is called. Raises MediaFault."""
    done = cast("_Done", ots.sanitize(str(source), str(target), capture_output=True))  # pyright: ignore[reportUnknownMemberType] - no stubs
    if done.returncode != 0 or not target.exists():
        raise MediaFault("the font is damaged or not a font", "export it again as TTF or OTF")
    try:
        family, style = ImageFont.truetype(str(target), 16).getname()
    except (OSError, ValueError) as fault:
        raise MediaFault("the font cannot be used to draw", "export it again as TTF or OTF") from fault
    if not family:
        raise MediaFault("the font has no family name", "give it one in a font editor")
    return FontFacts(family[:LONGEST_NAME], (style or "Regular")[:LONGEST_NAME])
