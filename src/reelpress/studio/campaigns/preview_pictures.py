"""The pictures a preview shows: assets, or fetched through the one door and kept for some minutes.

A copy is a customer's picture perhaps: nothing here outlives `KEPT_S`, and no name says whose it is.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from reelpress.platform.http_out import OutFailure
from reelpress.studio.assets import images
from reelpress.studio.assets import store as assets
from reelpress.studio.assets.faults import MediaFault
from reelpress.studio.assets.intake import in_sandbox
from reelpress.studio.assets.service import private_folder
from reelpress.studio.plan.mapping import image_key

FETCH_TIMEOUT_S = 10.0
KEPT_S = 600.0
MAX_KEPT_BYTES = 200_000_000


async def preview_pictures(
    platform: Platform, workspace_id: str, values: Mapping[str, str]
) -> dict[str, Path]:
    """Our copies of the pictures by the name the renderer asks for; `values` by field. Raises Refusal."""
    return {
        image_key(field): await _picture(platform, workspace_id, field, value)
        for field, value in values.items()
    }


async def _picture(platform: Platform, workspace_id: str, field: str, value: str) -> Path:
    try:
        own = await _asset_file(platform, workspace_id, value)
        return own or await _fetched(platform, workspace_id, field, value)
    except MediaFault as fault:
        raise Refusal(
            422, "bad_picture", f"field {field!r}: {fault.reason}", field=f"values.{field}", fix=fault.fix
        ) from fault


async def _asset_file(platform: Platform, workspace_id: str, value: str) -> Path | None:
    try:
        asset_id = UUID(value)
    except ValueError:
        return None
    async with platform.db.connection() as conn:
        asset = await assets.asset(conn, workspace_id, asset_id)
    if asset is None or asset.kind != "image":
        raise MediaFault("there is no image asset with this id", "choose a picture of this workspace")
    return await platform.storage.local_copy(asset.key)


async def _fetched(platform: Platform, workspace_id: str, field: str, url: str) -> Path:
    folder = platform.settings.data_dir / "cache" / "preview-pictures"
    await asyncio.to_thread(_sweep, folder)
    named = hashlib.sha256(f"{workspace_id}\n{url}".encode()).hexdigest()
    kept = await asyncio.to_thread(_newest, folder, named)
    if kept is not None:
        return kept
    async with private_folder(platform) as private:
        raw, clean = private / "picture.in", private / "picture.img"
        await _download(platform, field, url, raw)
        await in_sandbox(platform, images.normalise_image, raw, clean)
        # Named by when it was fetched too: a path never shows another picture than before.
        return await asyncio.to_thread(clean.replace, folder / f"{named}-{time.time_ns():x}.img")


async def _download(platform: Platform, field: str, url: str, path: Path) -> None:
    got = await platform.http.download(url, path, max_bytes=images.MAX_FILE_BYTES, timeout_s=FETCH_TIMEOUT_S)
    if isinstance(got, OutFailure):
        raise Refusal(
            422, "bad_picture", f"field {field!r}: {got.message}", field=f"values.{field}",
            fix="give a public https address of a picture",
        )  # fmt: skip


def _newest(folder: Path, named: str) -> Path | None:
    return max(folder.glob(f"{named}-*.img"), default=None)


def _sweep(folder: Path) -> None:
    """Remove what is too old, then the oldest while there is too much."""
    folder.mkdir(parents=True, exist_ok=True)
    found = sorted(((path.stat(), path) for path in folder.glob("*.img")), key=lambda one: -one[0].st_mtime)
    room = MAX_KEPT_BYTES
    for facts, path in found:
        room -= facts.st_size
        if room < 0 or time.time() - facts.st_mtime > KEPT_S:
            path.unlink(missing_ok=True)
