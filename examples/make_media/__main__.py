"""`python -m examples.make_media`: draw and synthesise the samples' media again, all or the named parts."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from examples.make_media import cart, music, portraits, products, thank_you, welcome

EXAMPLES = Path(__file__).parents[1]
PICTURES = EXAMPLES / "media"
TEMPLATES = EXAMPLES / "templates"

PARTS: dict[str, Callable[[], None]] = {
    "portraits": lambda: portraits.make(PICTURES),
    "products": lambda: products.make(PICTURES),
    "music": lambda: music.make(TEMPLATES),
    "cart": lambda: cart.make(TEMPLATES / "cart"),
    "thank-you": lambda: thank_you.make(TEMPLATES / "thank-you"),
    "welcome": lambda: welcome.make(TEMPLATES / "welcome"),
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"No such part: {', '.join(unknown)}. Choose from: {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    for name in names or PARTS:
        print(f"drawing {name}", flush=True)
        PARTS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
