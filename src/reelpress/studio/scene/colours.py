"""MLT's spellings of a colour."""

import re

from reelpress.studio.scene.ops import Rgba

_NAMES: dict[str, Rgba] = {
    "white": (255, 255, 255, 255),
    "black": (0, 0, 0, 255),
    "red": (255, 0, 0, 255),
    "green": (0, 255, 0, 255),
    "blue": (0, 0, 255, 255),
}
_HASH = re.compile(r"#([0-9a-fA-F]{6}|[0-9a-fA-F]{8})")
_HEX = re.compile(r"0x([0-9a-fA-F]{1,8})")


def parse_colour(text: str) -> Rgba:
    """`#rrggbb`, `#aarrggbb`, `0xrrggbbaa`, a name or a signed number. Raises ValueError."""
    text = text.strip().removeprefix("colour:").removeprefix("color:")
    if text.lower() in _NAMES:
        return _NAMES[text.lower()]
    if match := _HASH.fullmatch(text):
        digits = match[1].rjust(8, "f")
        alpha, red, green, blue = bytes.fromhex(digits)
        return red, green, blue, alpha
    if match := _HEX.fullmatch(text):
        red, green, blue, alpha = int(match[1], 16).to_bytes(4, "big")
        return red, green, blue, alpha
    if re.fullmatch(r"-?\d{1,10}", text):
        red, green, blue, alpha = (int(text) & 0xFFFFFFFF).to_bytes(4, "big")
        return red, green, blue, alpha
    raise ValueError(f"{text!r} is not a colour")
