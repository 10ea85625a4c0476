"""The pictures a request names by URL: fetched through the one door, checked and copied in the sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from reelpress.platform.context import Platform
from reelpress.studio.assets import images
from reelpress.studio.assets.faults import MediaFault
from reelpress.studio.assets.intake import in_sandbox
from reelpress.studio.plan.mapping import image_key
from reelpress.studio.requests.faults import Unrenderable
from reelpress.studio.requests.fetching import fetch

TIMEOUT_S = 20.0


async def fetch_pictures(platform: Platform, urls: Mapping[str, str], folder: Path) -> dict[str, Path]:
    """Our copies of the pictures of a request, under the names the renderer asks for.

    `urls` is by field. Raises Unrenderable for a picture that cannot be used, Outage for a server that
    may answer later.
    """
    paths = await asyncio.gather(
        *(_fetch(platform, field, url, folder / f"{at}") for at, (field, url) in enumerate(urls.items()))
    )
    return {image_key(field): path for field, path in zip(urls, paths, strict=True)}


async def _fetch(platform: Platform, field: str, url: str, path: Path) -> Path:
    what = f"the picture of field {field!r}"
    raw, clean = path.with_suffix(".in"), path.with_suffix(".img")
    await fetch(platform, what, url, raw, max_bytes=images.MAX_FILE_BYTES, timeout_s=TIMEOUT_S)
    try:
        await in_sandbox(platform, images.normalise_image, raw, clean)
    except MediaFault as fault:
        raise Unrenderable(f"{what} cannot be used: {fault.reason}") from fault
    return clean
