"""The clips a request names, by URL or as an asset of the workspace; a URL's are copied in the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.studio.assets import clips
from reelpress.studio.assets import store as assets
from reelpress.studio.assets.faults import MediaFault
from reelpress.studio.assets.model import Asset
from reelpress.studio.plan import Resolved
from reelpress.studio.plan.mapping import image_key
from reelpress.studio.requests.faults import Unrenderable
from reelpress.studio.requests.fetching import fetch
from reelpress.studio.requests.pictures import fetch_pictures

TIMEOUT_S = 60.0
KINDS = ("video", "audio")


async def fetch_files(
    platform: Platform, workspace_id: str, resolved: Resolved, folder: Path
) -> dict[str, Path]:
    """Our copies of the pictures and clips of a request, under the names the renderer asks for.

    Raises Unrenderable for one that cannot be used, Outage for a server that may answer later.
    """
    pictures = await fetch_pictures(platform, resolved.image_values, folder)
    films = {
        image_key(field): await _clip(platform, workspace_id, field, value, folder / f"clip{at}")
        for at, (field, value) in enumerate(resolved.clip_values.items())
    }  # one after the other: each copy may take a core for as long as the clip lasts
    return pictures | films


def asset_id_of(value: str) -> UUID | None:
    """The asset a value of a video field names; None for an address."""
    try:
        return UUID(value)
    except ValueError:
        return None


async def missing_clip(conn: Connection, workspace_id: str, values: Mapping[str, str]) -> str | None:
    """The first field that names an asset which is no clip of the workspace."""
    named = {field: found for field, value in values.items() if (found := asset_id_of(value))}
    known = await assets.assets_by_id(conn, workspace_id, list(named.values())) if named else {}
    return next((field for field, one in named.items() if not _is_clip(known.get(one))), None)


async def _clip(platform: Platform, workspace_id: str, field: str, value: str, path: Path) -> Path:
    what = f"the clip of field {field!r}"
    asset_id = asset_id_of(value)
    if asset_id is not None:
        async with platform.db.connection() as conn:
            asset = await assets.asset(conn, workspace_id, asset_id)
        if asset is None or not _is_clip(asset):
            raise Unrenderable(f"{what} cannot be used: there is no such video asset")
        return await platform.storage.local_copy(asset.key)
    raw, clean = path.with_suffix(".in"), path.with_suffix(".clip")
    await fetch(platform, what, value, raw, max_bytes=clips.MAX_FILE_BYTES, timeout_s=TIMEOUT_S)
    try:
        await clips.house_clip(platform, workspace_id, raw, clean)
    except MediaFault as fault:
        raise Unrenderable(f"{what} cannot be used: {fault.reason}") from fault
    return clean


def _is_clip(asset: Asset | None) -> bool:
    return asset is not None and asset.kind in KINDS
