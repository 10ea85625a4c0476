"""Files of every kind become the same upright 8-bit picture."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms
from tests.studio.render.media_samples import make_picture

from reelpress.studio.render import RenderFault
from reelpress.studio.render.pictures import Pictures
from reelpress.studio.render.skia_door import Surface
from reelpress.studio.scene.ops import Box

RED, BLUE, GREEN = (200, 20, 20), (20, 20, 200), (20, 200, 20)


def pixels(path: Path, canvas: int = 400) -> NDArray[np.uint8]:
    """BGRA, premultiplied, at the size the picture is kept."""
    picture = Pictures({"x": path}, (canvas, canvas)).get("x")
    surface = Surface(picture.width, picture.height)
    whole = Box(0, 0, picture.width, picture.height)
    surface.canvas.picture(picture, whole, whole)
    return surface.pixels


def rgb(path: Path) -> NDArray[np.uint8]:
    return pixels(path)[..., 2::-1]


def near(pixel: NDArray[np.uint8], colour: tuple[int, int, int], most: int = 12) -> bool:
    return bool(np.abs(pixel.astype(int) - colour).max() <= most)


@pytest.mark.parametrize("suffix", [".png", ".gif", ".webp", ".jpg"])
def test_every_format_gives_the_same_picture(suffix: str, tmp_path: Path) -> None:
    options = (
        {"lossless": True}
        if suffix == ".webp"
        else {"quality": 95, "subsampling": 0}
        if suffix == ".jpg"
        else {}
    )
    drawn = rgb(make_picture(tmp_path / f"x{suffix}", **options))
    assert drawn.shape == (80, 120, 3)
    assert near(drawn[70, 20], RED)
    assert near(drawn[70, 100], BLUE)
    assert near(drawn[5, 5], GREEN)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_of_a_camera_is_drawn_upright(orientation: int, tmp_path: Path) -> None:
    upright = Image.open(make_picture(tmp_path / "upright.png"))
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    stored.save(tmp_path / "turned.jpg", exif=exif, quality=95, subsampling=0)
    drawn = rgb(tmp_path / "turned.jpg")
    assert drawn.shape == (80, 120, 3)
    assert [
        near(drawn[y, x], colour) for y, x, colour in ((70, 20, RED), (70, 100, BLUE), (5, 5, GREEN))
    ] == [True] * 3


def test_transparency_is_premultiplied(tmp_path: Path) -> None:
    image = Image.new("RGBA", (4, 1), (255, 128, 0, 0))
    for x, alpha in enumerate((0, 64, 128, 255)):
        image.putpixel((x, 0), (255, 128, 0, alpha))
    image.save(tmp_path / "x.png")
    assert pixels(tmp_path / "x.png")[0].tolist() == [
        [0, 0, 0, 0],
        [0, 32, 64, 64],
        [0, 64, 128, 128],
        [0, 128, 255, 255],
    ]


def test_a_transparent_edge_takes_no_colour_from_what_is_not_seen(tmp_path: Path) -> None:
    image = Image.new("RGBA", (800, 800), (0, 255, 0, 0))  # unseen green
    image.paste((255, 0, 0, 255), (0, 0, 401, 800))
    image.save(tmp_path / "x.png")
    assert pixels(tmp_path / "x.png", canvas=100)[..., 1].max() == 0


@pytest.mark.parametrize("mode", ["P", "RGB", "L"])
def test_a_colour_that_stands_for_transparency_is_not_seen(mode: str, tmp_path: Path) -> None:
    image = Image.new("RGB", (900, 900), (200, 200, 200))
    image.paste((10, 10, 10), (0, 0, 450, 900))
    image = image.quantize(2) if mode == "P" else image.convert(mode)
    clear = image.getpixel((100, 100))
    image.save(tmp_path / "x.png", transparency=clear)
    drawn = pixels(tmp_path / "x.png", canvas=200)
    assert drawn[200, 50].tolist() == [0, 0, 0, 0]
    assert drawn[200, 350].tolist() == [200, 200, 200, 255]


def test_a_large_picture_with_a_palette_is_made_smaller_smoothly(tmp_path: Path) -> None:
    stripes = Image.fromarray(np.tile(np.uint8([0, 255]), (1200, 600)))
    stripes.convert("P").save(tmp_path / "x.png")
    drawn = rgb(tmp_path / "x.png")
    assert drawn.shape == (800, 800, 3)
    assert drawn[:, 20:-20].std() < 70  # blended; picked pixels alone would give 127


@pytest.mark.parametrize("bits", [1, 16])
def test_grey_of_any_depth_keeps_its_brightness(bits: int, tmp_path: Path) -> None:
    if bits == 16:
        Image.fromarray((np.arange(256, dtype=np.uint16) * 257)[None]).save(tmp_path / "x.png")
        assert rgb(tmp_path / "x.png")[0, :, 0].tolist() == list(range(256))
    else:
        Image.fromarray(np.array([[False, True]])).save(tmp_path / "x.png")
        assert rgb(tmp_path / "x.png")[0, :, 0].tolist() == [0, 255]


def test_a_png_of_16_bits_a_channel_keeps_its_colours(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(png16([(65535, 32896, 0, 65535), (0, 65535, 65535, 32896)]))
    assert pixels(tmp_path / "x.png")[0].tolist() == [[0, 128, 255, 255], [128, 128, 0, 128]]


def test_a_jpeg_for_print_is_drawn_in_its_colours(tmp_path: Path) -> None:
    make_picture(tmp_path / "x.png")
    Image.open(tmp_path / "x.png").convert("CMYK").save(tmp_path / "x.jpg", quality=95)
    drawn = rgb(tmp_path / "x.jpg")
    assert near(drawn[70, 20], RED, 20)
    assert near(drawn[70, 100], BLUE, 20)


def test_a_profile_is_turned_into_srgb(tmp_path: Path) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"____").replace(b"bXYZ", b"rXYZ").replace(b"____", b"bXYZ")
    for name, profile in (("same", srgb), ("broken", b"no profile"), ("swapped", swapped)):
        Image.new("RGB", (8, 8), (180, 90, 40)).save(tmp_path / f"{name}.png", icc_profile=profile)
    assert near(rgb(tmp_path / "same.png")[4, 4], (180, 90, 40), 2)
    assert near(rgb(tmp_path / "broken.png")[4, 4], (180, 90, 40), 2)
    assert near(rgb(tmp_path / "swapped.png")[4, 4], (40, 90, 180), 2)
    Image.new("RGBA", (8, 8), (180, 90, 40, 128)).save(tmp_path / "clear.png", icc_profile=swapped)
    assert pixels(tmp_path / "clear.png")[4, 4] == pytest.approx([90, 45, 20, 128], abs=2)


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
def test_of_an_animation_the_first_frame_is_drawn(suffix: str, tmp_path: Path) -> None:
    first, *rest = (Image.new("RGB", (20, 20), colour) for colour in (RED, GREEN, BLUE))
    options = {"lossless": True} if suffix == ".webp" else {}
    first.save(tmp_path / f"x{suffix}", save_all=True, append_images=rest, duration=100, **options)
    assert near(rgb(tmp_path / f"x{suffix}")[10, 10], RED)


def test_a_gif_with_holes_shows_what_is_behind_them(tmp_path: Path) -> None:
    image = Image.new("RGBA", (20, 20), (*RED, 255))
    image.paste((0, 0, 0, 0), (0, 0, 10, 20))
    image.save(tmp_path / "x.gif")
    drawn = pixels(tmp_path / "x.gif")
    assert drawn[10, 5].tolist() == [0, 0, 0, 0]
    assert drawn[10, 15].tolist() == [20, 20, 200, 255]


def test_half_a_file_is_refused_by_name(tmp_path: Path) -> None:
    whole = make_picture(tmp_path / "x.jpg", quality=95).read_bytes()
    (tmp_path / "x.jpg").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RenderFault, match="x: not a readable picture"):
        pixels(tmp_path / "x.jpg")


def png16(row: list[tuple[int, int, int, int]]) -> bytes:
    """A PNG of one row with 16 bits a channel, RGBA (ISO 15948, section 11)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", len(row), 1, 16, 6, 0, 0, 0)
    raw = b"\0" + b"".join(struct.pack(">4H", *pixel) for pixel in row)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(raw))
        + chunk(b"IEND", b"")
    )
