"""Fonts from outside."""

from pathlib import Path

import pytest

from reelpress.studio.assets.faults import MediaFault
from reelpress.studio.assets.fonts import FontFacts, sanitise_font

BUNDLED = Path("src/reelpress/studio/render/fonts/NotoSans-Regular.ttf")


def test_a_good_font_is_rewritten_and_named(tmp_path: Path):
    assert sanitise_font(BUNDLED, tmp_path / "ours.ttf") == FontFacts("Noto Sans", "Regular")
    assert (tmp_path / "ours.ttf").stat().st_size > 1000


@pytest.mark.parametrize("damage", ["cut", "noise", "text"])
def test_a_damaged_font_is_refused(tmp_path: Path, damage: str):
    data = BUNDLED.read_bytes()
    bad = {
        "cut": data[:2000],
        "noise": data[:12] + bytes(byte ^ 0x5A for byte in data[12:2000]),
        "text": b"\x00\x01\x00\x00 not a font",
    }[damage]
    (tmp_path / "bad.ttf").write_bytes(bad)
    with pytest.raises(MediaFault):
        sanitise_font(tmp_path / "bad.ttf", tmp_path / "ours.ttf")
