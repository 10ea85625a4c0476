"""Reading names out of delivered films, as a person would: one frame, the box of the name, tesseract."""

import io
import subprocess
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import av
from PIL import Image, ImageOps

ENLARGED = 3
MARGIN = 40


@dataclass(frozen=True)
class Box:
    """Pixels of the film."""

    left: int
    top: int
    width: int
    height: int


def frame_at(film: bytes, second: float) -> Image.Image:
    """The picture on the screen at that second."""
    with av.open(io.BytesIO(film)) as container:
        for frame in container.decode(video=0):
            if frame.time is not None and frame.time >= second:
                return frame.to_image()
    raise AssertionError(f"the film ends before {second} s")


def read_text(picture: Image.Image, box: Box, language: str, folder: Path) -> str:
    """What tesseract reads in light letters on a dark ground."""
    edges = (box.left, box.top, box.left + box.width, box.top + box.height)
    letters = ImageOps.autocontrast(ImageOps.invert(picture.crop(edges).convert("L")))
    large = letters.resize((letters.width * ENLARGED, letters.height * ENLARGED), Image.Resampling.LANCZOS)
    path = folder / "letters.png"
    ImageOps.expand(large, MARGIN, fill=large.getpixel((0, 0))).save(path)
    command = ["tesseract", str(path), "-", "-l", language, "--psm", "6"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return plain(done.stdout)


def plain(text: str) -> str:
    """One form for equal texts: composed, single spaces, without marks that only steer the direction."""
    shown = "".join(
        letter for letter in text if unicodedata.category(letter) != "Cf" or letter in "\u200c\u200d"
    )
    return " ".join(unicodedata.normalize("NFC", shown).split())
