"""Still pictures from local files: named formats, first frame, upright, in sRGB, capped, ready to draw."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps

from reelpress.studio.render.model import RenderFault
from reelpress.studio.render.skia_door import Picture

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MAX_PIXELS = 50_000_000
MAX_SIDE = 10_000


class Pictures:
    """Each file is decoded once; nothing is kept larger than twice the canvas."""

    def __init__(self, files: Mapping[str, Path], canvas: tuple[int, int]) -> None:
        self._files = files
        self._limit = 2 * max(canvas)
        self._pictures: dict[str, Picture] = {}

    def get(self, name: str) -> Picture:
        """Raises RenderFault when the file is missing, too large or not a picture."""
        if name not in self._pictures:
            path = self._files.get(name)
            if path is None or not path.is_file():
                raise RenderFault("the picture is missing.", name)
            self._pictures[name] = Picture(_load(path, name, self._limit))
        return self._pictures[name]

    def has(self, name: str) -> bool:
        return name in self._files


def _load(path: Path, name: str, limit: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    try:
        with Image.open(path, formats=FORMATS) as image:
            width, height = image.size
            if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
                raise RenderFault(f"{width}x{height} pixels; at most {MAX_PIXELS} are read.", name)
            image.draft("RGB", (limit, limit))
            drawn = _plain(ImageOps.exif_transpose(image))
            drawn.thumbnail((limit, limit), Image.Resampling.LANCZOS)
            rgba = np.asarray(drawn.convert("RGBA"))
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, Image.DecompressionBombError) as problem:
        raise RenderFault(f"not a readable picture ({type(problem).__name__}).", name) from None
    return premultiplied_bgra(rgba)


def _plain(image: Image.Image) -> Image.Image:
    """8-bit sRGB that may be resized: no palette, no colour that stands for transparency."""
    if image.mode.startswith("I;16"):
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if "transparency" in image.info or image.mode not in {"L", "RGB", "CMYK"}:
        image = image.convert("RGBA")
    image = _srgb(image)
    return image.convert("RGB") if image.mode == "CMYK" else image


def _srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in {"RGB", "RGBA", "CMYK", "L"}:
        return image
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        target = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - Pillow leaves this one untyped
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(image, source, target, outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image  # a broken profile is no reason to refuse a good picture


def premultiplied_bgra(
    rgba: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]",
) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    bgra = rgba[..., [2, 1, 0, 3]]
    alpha = bgra[..., 3:].astype(np.uint16)
    if alpha.min() < 255:
        colour = (bgra[..., :3].astype(np.uint16) * alpha + 127) // 255
        bgra = np.concatenate([colour.astype(np.uint8), bgra[..., 3:]], axis=-1)
    return bgra
