"""The pictures and clips a preview shows: assets, or fetched through the one door and kept for some minutes.

A copy is a customer's picture perhaps: nothing here outlives `KEPT_S`, and no name says whose it is.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple
from uuid import UUID

from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from reelpress.platform.http_out import OutFailure
from reelpress.studio.assets import clips, images
from reelpress.studio.assets import store as assets
from reelpress.studio.assets.faults import MediaFault
from reelpress.studio.assets.intake import in_sandbox
from reelpress.studio.assets.service import private_folder
from reelpress.studio.plan.mapping import image_key

FETCH_TIMEOUT_S = 10.0
KEPT_S = 600.0
MAX_KEPT_BYTES = 200_000_000


class _Kind(NamedTuple):
    """What a field brings, and how much of it is fetched."""

    asset: Literal["image", "video"]
    called: str
    max_bytes: int


_PICTURE = _Kind("image", "picture", images.MAX_FILE_BYTES)
_CLIP = _Kind("video", "clip", clips.MAX_FILE_BYTES)


async def preview_pictures(
    platform: Platform, workspace_id: str, values: Mapping[str, str]
) -> dict[str, Path]:
    """Our copies of the pictures by the name the renderer asks for; `values` by field. Raises Refusal."""
    return await _files(platform, workspace_id, _PICTURE, values)


async def preview_clips(platform: Platform, workspace_id: str, values: Mapping[str, str]) -> dict[str, Path]:
    """The same of clips."""
    return await _files(platform, workspace_id, _CLIP, values)


async def _files(
    platform: Platform, workspace_id: str, kind: _Kind, values: Mapping[str, str]
) -> dict[str, Path]:
    return {
        image_key(field): await _file(platform, workspace_id, kind, field, value)
        for field, value in values.items()
    }


async def _file(platform: Platform, workspace_id: str, kind: _Kind, field: str, value: str) -> Path:
    try:
        own = await _asset_file(platform, workspace_id, kind, value)
        return own or await _fetched(platform, workspace_id, kind, field, value)
    except MediaFault as fault:
        raise Refusal(
            422, f"bad_{kind.called}", f"field {field!r}: {fault.reason}",
            field=f"values.{field}", fix=fault.fix,
        ) from fault  # fmt: skip


async def _asset_file(platform: Platform, workspace_id: str, kind: _Kind, value: str) -> Path | None:
    try:
        asset_id = UUID(value)
    except ValueError:
        return None
    async with platform.db.connection() as conn:
        asset = await assets.asset(conn, workspace_id, asset_id)
    if asset is None or asset.kind != kind.asset:
        raise MediaFault(
            f"there is no {kind.asset} asset with this id", f"choose a {kind.called} of this workspace"
        )
    return await platform.storage.local_copy(asset.key)


async def _fetched(platform: Platform, workspace_id: str, kind: _Kind, field: str, url: str) -> Path:
    folder = platform.settings.data_dir / "cache" / "preview-pictures"
    await asyncio.to_thread(_sweep, folder)
    named = hashlib.sha256(f"{workspace_id}\n{kind.called}\n{url}".encode()).hexdigest()
    kept = await asyncio.to_thread(_newest, folder, named)
    if kept is not None:
        return kept
    async with private_folder(platform) as private:
        raw, clean = private / "picture.in", private / "picture.img"
        await _download(platform, kind, field, url, raw)
        if kind is _CLIP:
            await clips.house_clip(platform, workspace_id, raw, clean)
        else:
            await in_sandbox(platform, images.normalise_image, raw, clean)
        # Named by when it was fetched too: a path never shows another picture than before.
        return await asyncio.to_thread(clean.replace, folder / f"{named}-{time.time_ns():x}.img")


async def _download(platform: Platform, kind: _Kind, field: str, url: str, path: Path) -> None:
    got = await platform.http.download(url, path, max_bytes=kind.max_bytes, timeout_s=FETCH_TIMEOUT_S)
    if isinstance(got, OutFailure):
        raise Refusal(
            422, f"bad_{kind.called}", f"field {field!r}: {got.message}", field=f"values.{field}",
            fix=f"give a public https address of a {kind.called}",
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
