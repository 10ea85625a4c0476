"""Drawn text against stored images. After a wanted change, write them anew and look at each:

REELPRESS_GOLDEN=write python -m pytest tests/studio/render/test_golden.py
"""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.studio.render.golden_cases import CASES, drawn

FOLDER = Path(__file__).parent / "golden"
ROUNDING = 2  # levels of 255: processors round the blending of edges differently


@pytest.mark.parametrize("name", CASES)
def test_text_looks_as_it_did(name: str) -> None:
    pixels = drawn(CASES[name])
    file = FOLDER / f"{name}.png"
    if os.environ.get("REELPRESS_GOLDEN") == "write":
        Image.fromarray(pixels).save(file, optimize=True)
    with Image.open(file) as stored:
        expected = np.asarray(stored.convert("RGB"))
    assert pixels.shape == expected.shape
    assert np.abs(pixels.astype(int) - expected).max() <= ROUNDING


def test_every_stored_image_has_its_case() -> None:
    assert {file.stem for file in FOLDER.glob("*.png")} == set(CASES)


def test_no_two_images_are_alike() -> None:
    assert len({(FOLDER / f"{name}.png").read_bytes() for name in CASES}) == len(CASES)
