"""Pictures from outside: opened with the sniffed format only, capped, and drawn anew as ours.

Runs in the sandbox, for uploads as well as for pictures fetched while a request is served.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Literal

from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from reelpress.studio.assets.faults import MediaFault
from reelpress.studio.assets.sniff import HEAD_BYTES, Unwanted, sniff

MAX_PIXELS = 50_000_000
MAX_SIDE_PX = 10_000
JPEG_QUALITY = 95
MAX_FILE_BYTES = 20_000_000

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
ImageFile.LOAD_TRUNCATED_IMAGES = False


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """Size in pixels after the camera's orientation is applied; `alpha`: some pixel may be see-through."""

    width: int
    height: int
    alpha: bool
    source_format: str
    output_format: Literal["JPEG", "PNG"]

    @property
    def media_type(self) -> str:
        return f"image/{self.output_format.lower()}"


def check_image(path: Path) -> ImageFacts:
    """Facts of a usable picture. Raises MediaFault with what is wrong; decodes every pixel."""
    return _facts(_load(path), _sniffed_format(path))


def normalise_image(source: Path, target: Path) -> ImageFacts:
    """Write our copy (PNG where there is transparency or no loss, else JPEG), without metadata.

    Raises MediaFault. The colours are sRGB where the file carries a profile that says otherwise.
    """
    picture = _load(source)
    facts = _facts(picture, _sniffed_format(source))
    clean = picture if facts.alpha else picture.convert("RGB")
    clean.info.clear()
    if facts.output_format == "PNG":
        clean.save(target, "PNG", compress_level=4)
    else:
        clean.save(target, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return facts


def _sniffed_format(path: Path) -> str:
    with path.open("rb") as file:
        found = sniff(file.read(HEAD_BYTES))
    if isinstance(found, Unwanted):
        raise MediaFault(found.reason, found.fix)
    if found.kind != "image":
        raise MediaFault(f"the file is not a picture but {found.kind}", "send a PNG, JPEG, WebP or GIF")
    return found.format


def _load(path: Path) -> Image.Image:
    """The first frame, upright, in RGB or RGBA. Size is checked before a pixel is decoded."""
    form = _sniffed_format(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=[form]) as opened:
                _check_size(opened.width, opened.height)
                opened.load()
                ImageOps.exif_transpose(opened, in_place=True)
                mode = "RGBA" if _has_alpha(opened) else "RGB"
                plain = _to_srgb(_to_8_bit(opened))
                return plain if plain.mode == mode else plain.convert(mode)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
        raise _too_large("more than that") from fault
    except MemoryError as fault:
        raise MediaFault(
            "the picture is too large to be decoded within the memory allowed", "make it smaller"
        ) from fault
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as fault:
        raise MediaFault(
            f"the {form} picture is broken and cannot be decoded", "save it again and resend"
        ) from fault


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE_PX:
        raise _too_large(f"{width}x{height}")


def _too_large(size: str) -> MediaFault:
    return MediaFault(
        f"the picture is too large: at most {MAX_PIXELS // 1_000_000} megapixels and {MAX_SIDE_PX} pixels "
        f"a side, it has {size}",
        "make it smaller",
    )


def _has_alpha(picture: Image.Image) -> bool:
    return "A" in picture.getbands() or "transparency" in picture.info


def _to_8_bit(picture: Image.Image) -> Image.Image:
    if not picture.mode.startswith("I"):
        return picture
    return picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")


def _to_srgb(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "CMYK", "L"):
        return picture
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        target = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - Pillow leaves this one untyped
        return ImageCms.profileToProfile(picture, source, target, outputMode="RGB") or picture
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture  # a broken profile is no reason to refuse a good picture


def _facts(picture: Image.Image, source_format: str) -> ImageFacts:
    alpha = picture.mode == "RGBA" and picture.getchannel("A").getextrema()[0] != 255
    lossless = source_format in ("PNG", "GIF")
    return ImageFacts(
        picture.width, picture.height, alpha, source_format, "PNG" if alpha or lossless else "JPEG"
    )
