"""Pictures from outside."""

from pathlib import Path

import pytest
from PIL import Image
from tests.studio.assets.samples import make_image, png_header

from reelpress.studio.assets.faults import MediaFault
from reelpress.studio.assets.images import ImageFacts, check_image, normalise_image


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
def test_the_four_formats_are_taken(tmp_path: Path, form: str):
    path = make_image(tmp_path / "picture.bin", form)
    facts = check_image(path)
    assert (facts.width, facts.height, facts.source_format) == (40, 30, form)
    assert facts == normalise_image(path, tmp_path / "ours")
    with Image.open(tmp_path / "ours") as ours:
        assert ours.format == facts.output_format
        assert ours.size == (40, 30)


def test_transparency_survives_as_png_and_full_cover_needs_none(tmp_path: Path):
    clear = normalise_image(make_image(tmp_path / "a", "WEBP", mode="RGBA"), tmp_path / "clear")
    assert clear == ImageFacts(40, 30, True, "WEBP", "PNG")
    Image.new("RGBA", (8, 8), (1, 2, 3, 255)).save(tmp_path / "b", "WEBP", lossless=True)
    solid = normalise_image(tmp_path / "b", tmp_path / "solid")
    assert not solid.alpha
    with Image.open(tmp_path / "solid") as ours:
        assert ours.mode == "RGB"


def test_a_phone_picture_is_turned_upright_and_its_metadata_is_gone(tmp_path: Path):
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Somebody's phone"
    path = make_image(tmp_path / "a.jpg", "JPEG", exif=exif)
    facts = normalise_image(path, tmp_path / "ours")
    assert (facts.width, facts.height) == (30, 40)
    assert b"Somebody" not in (tmp_path / "ours").read_bytes()
    with Image.open(tmp_path / "ours") as ours:
        assert not ours.getexif()


def test_a_16_bit_grey_picture_keeps_its_greys(tmp_path: Path):
    Image.new("I;16", (10, 10), 0x8000).save(tmp_path / "a.png", "PNG")
    normalise_image(tmp_path / "a.png", tmp_path / "ours")
    with Image.open(tmp_path / "ours") as ours:
        assert ours.convert("RGB").getpixel((5, 5)) == (128, 128, 128)


@pytest.mark.parametrize(
    ("width", "height"),
    [(10_001, 10), (10, 10_001), (8_000, 7_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)],
)
def test_size_is_refused_before_anything_is_decoded(tmp_path: Path, width: int, height: int):
    (tmp_path / "big.png").write_bytes(png_header(width, height))
    with pytest.raises(MediaFault, match="too large"):
        check_image(tmp_path / "big.png")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "SVG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "cannot be used|not known"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, "broken"),
        (b"\xff\xd8\xff\xe0" + b"\x00" * 40, "broken"),
        (b"", "empty"),
        (b"\x00\x00\x00\x20ftypisom", "not a picture"),
    ],
)
def test_what_is_no_usable_picture_is_refused(tmp_path: Path, content: bytes, word: str):
    (tmp_path / "a.jpg").write_bytes(content)
    with pytest.raises(MediaFault, match=word):
        check_image(tmp_path / "a.jpg")


def test_a_truncated_picture_is_refused(tmp_path: Path):
    path = make_image(tmp_path / "a.jpg", "JPEG", size=(400, 400))
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(MediaFault, match="broken"):
        check_image(path)
