"""The values of style sheets, as Qt reads them."""

import re

from reelpress.studio.scene.ops import Rgba
from reelpress.studio.scene.rich.faults import RichFault

PIXELS_PER_POINT = 96 / 72  # the density that Shotcut's screens say they have
CLEAR: Rgba = (0, 0, 0, 0)
_NAMES: dict[str, Rgba] = {
    "transparent": CLEAR,
    "none": CLEAR,
    "black": (0, 0, 0, 255),
    "silver": (192, 192, 192, 255),
    "gray": (128, 128, 128, 255),
    "grey": (128, 128, 128, 255),
    "white": (255, 255, 255, 255),
    "maroon": (128, 0, 0, 255),
    "red": (255, 0, 0, 255),
    "purple": (128, 0, 128, 255),
    "fuchsia": (255, 0, 255, 255),
    "magenta": (255, 0, 255, 255),
    "green": (0, 128, 0, 255),
    "lime": (0, 255, 0, 255),
    "olive": (128, 128, 0, 255),
    "yellow": (255, 255, 0, 255),
    "orange": (255, 165, 0, 255),
    "navy": (0, 0, 128, 255),
    "blue": (0, 0, 255, 255),
    "teal": (0, 128, 128, 255),
    "aqua": (0, 255, 255, 255),
    "cyan": (0, 255, 255, 255),
}
_HASH = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})")
_CALL = re.compile(r"rgba?\(([\d.,\s]{1,60})\)")
_LENGTH = re.compile(r"([+-]?\d{1,7}(?:\.\d{1,9})?)(px|pt|%)?")
_FAMILY = re.compile(r"""\s*(?:'([^']*)'|"([^"]*)"|([^,'"]+))\s*(?:,|$)""")


def declarations(style: str) -> list[tuple[str, str]]:
    """`name: value; ...` in order, names in lower case. Raises RichFault."""
    found: list[tuple[str, str]] = []
    for part in style.split(";"):
        if part.strip():
            name, colon, value = part.partition(":")
            if not colon:
                raise RichFault(f"the style {part.strip()[:60]!r} has no value.")
            found.append((name.strip().lower(), value.strip()))
    return found


def colour(text: str) -> Rgba:
    """`#rgb`, `#rrggbb`, `#aarrggbb`, `rgb()`, `rgba()` or a common name. Raises RichFault."""
    said = text.strip().lower()
    if said in _NAMES:
        return _NAMES[said]
    if _HASH.fullmatch(said):
        digits = "".join(2 * digit for digit in said[1:]) if len(said) == 4 else said[1:]
        alpha, red, green, blue = bytes.fromhex(digits.rjust(8, "f"))
        return red, green, blue, alpha
    if match := _CALL.fullmatch(said):
        numbers = [_number(part) for part in match[1].split(",")]
        if len(numbers) == 3:
            numbers.append(1.0)
        if len(numbers) == 4 and None not in numbers:
            red, green, blue, alpha = (number or 0.0 for number in numbers)
            return _level(red), _level(green), _level(blue), _level(alpha * 255 if alpha <= 1 else alpha)
    raise RichFault(f"{text[:60]!r} is not a colour that is drawn.", "Choose the colour again.")


def length(text: str, units: str) -> tuple[float, str]:
    """A number and its unit, one of `units` (a blank between them; `-` stands for none). Raises RichFault."""
    match = _LENGTH.fullmatch(text.strip().lower())
    if match is None or (match[2] or "-") not in units.split():
        raise RichFault(f"{text[:60]!r} is not a length that is drawn.", "Set it again in the editor.")
    return float(match[1]), match[2] or ""


def pixels(text: str) -> float:
    """A margin; Qt reads pixels alone."""
    return length(text, "px" if text.strip() != "0" else "-")[0]


def family(text: str) -> str:
    """The first of a list of families; others are found by our own order."""
    match = _FAMILY.match(text)
    name = next((part for part in match.groups() if part), "").strip() if match else ""
    if not name:
        raise RichFault(f"{text[:60]!r} is not a font.", "Choose the font again.")
    return name[:100]


def _level(number: float) -> int:
    return min(255, max(0, round(number)))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
