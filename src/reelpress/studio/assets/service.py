"""Take uploads in, link templates to their resources, remove what nothing uses."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from reelpress.platform import ids
from reelpress.platform.auth import Principal, audit
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.platform.errors import Refusal, not_found
from reelpress.studio.assets import store
from reelpress.studio.assets.bundle import Bundle, prepare_bundle
from reelpress.studio.assets.model import MEDIA_KINDS, Asset, Link, Prepared, Upload, storage_key
from reelpress.studio.assets.templates import file_name_of

MAX_LISTED = 500
LONGEST_NAME = 200


def uploads_folder(platform: Platform) -> Path:
    """Where uploads lie while they are looked at."""
    return platform.settings.data_dir / "uploads"


@asynccontextmanager
async def private_folder(platform: Platform) -> AsyncGenerator[Path]:
    """A folder of this upload alone, gone afterwards."""
    root = uploads_folder(platform)
    root.mkdir(parents=True, exist_ok=True)
    folder = await asyncio.to_thread(tempfile.TemporaryDirectory, dir=root.resolve())
    try:
        yield Path(folder.name)
    finally:
        await asyncio.to_thread(folder.cleanup)


async def upload(
    platform: Platform, principal: Principal, uploads: list[Upload], folder: Path, name: str | None = None
) -> list[Asset]:
    """Our copies of the uploaded files, the template (or else the first file) at the head.

    `name` is for the head. Raises AssetRefusal with every fault; then nothing is kept.
    """
    bundle = await prepare_bundle(platform, uploads, folder)
    if not bundle.files:
        raise Refusal(422, "nothing_uploaded", "there is no file that could be used", field="file")
    async with platform.db.transaction() as conn:
        assets = [
            await _keep(conn, platform, principal, prepared, name if position == 0 else None)
            for position, prepared in enumerate(_head_first(bundle))
        ]
        await _link_templates(conn, principal.workspace_id, bundle, assets)
        await _fill_missing(conn, principal.workspace_id, assets)
        for asset in assets:
            await audit(conn, principal, "asset.uploaded", asset.id, {"kind": asset.kind})
    return assets


async def one(conn: Connection, workspace_id: str, asset_id: UUID) -> Asset:
    """Raises Refusal 404."""
    asset = await store.asset(conn, workspace_id, asset_id)
    if asset is None:
        raise not_found("asset", asset_id)
    return asset


async def choose_resource(
    conn: Connection, principal: Principal, template_id: UUID, resource: str, asset_id: UUID
) -> None:
    """Let an asset stand for what a template names. Raises Refusal."""
    template = await one(conn, principal.workspace_id, template_id)
    asset = await one(conn, principal.workspace_id, asset_id)
    if asset.kind not in MEDIA_KINDS:
        raise Refusal(
            422, "wrong_kind", f"a {asset.kind} asset cannot stand for a resource", field="asset_id",
            fix="choose a video, image or sound",
        )  # fmt: skip
    if not await store.set_link(conn, principal.workspace_id, template.id, resource, asset_id):
        raise not_found("resource", repr(resource))
    await audit(conn, principal, "asset.linked", template_id, {"asset": str(asset_id)})


async def remove(platform: Platform, principal: Principal, asset_id: UUID) -> None:
    """Delete an asset that nothing uses, and its bytes when no other asset has the same."""
    async with platform.db.transaction() as conn:
        asset = await one(conn, principal.workspace_id, asset_id)
        await store.lock_content(conn, asset.sha256)
        if users := await store.users_of(conn, principal.workspace_id, asset_id):
            raise Refusal(
                409, "asset_in_use", f"this asset is used by {', '.join(users)}",
                fix="take it out there first",
            )  # fmt: skip
        await store.delete(conn, principal.workspace_id, asset_id)
        await audit(conn, principal, "asset.deleted", asset_id)
        if not await store.contents_used(conn, [asset.sha256]):
            await platform.storage.delete([asset.key])


async def _keep(
    conn: Connection, platform: Platform, principal: Principal, prepared: Prepared, name: str | None
) -> Asset:
    await store.lock_content(conn, prepared.sha256)
    if await platform.storage.size(storage_key(prepared.sha256)) is None:
        await platform.storage.put(storage_key(prepared.sha256), prepared.path)
    original = _shown_name(prepared.original_name)
    asset = Asset(
        workspace_id=principal.workspace_id,
        id=ids.new_uuid(),
        kind=prepared.kind,
        name=name or original,
        original_name=original,
        media_type=prepared.media_type,
        sha256=prepared.sha256,
        size_bytes=prepared.size_bytes,
        facts=prepared.facts,
        created_at=platform.clock.now(),
    )
    await store.insert(conn, principal.workspace_id, asset)
    return asset


async def _link_templates(
    conn: Connection, workspace_id: str, bundle: Bundle, assets: Sequence[Asset]
) -> None:
    """A resource is looked for by its path in the upload, by its file name there, then in the workspace."""
    by_content = {asset.sha256: asset.id for asset in assets if asset.kind in MEDIA_KINDS}
    by_path = {path: by_content.get(prepared.sha256) for path, prepared in bundle.inside.items()}
    by_name = {file_name_of(path).lower(): asset_id for path, asset_id in by_path.items()}
    templates = [asset for asset in assets if asset.kind == "mlt"]
    names = [file_name_of(resource) for asset in templates for resource in asset.facts["resources"]]
    known = await store.newest_by_file_name(conn, workspace_id, names) if names else {}
    await store.insert_links(
        conn,
        workspace_id,
        [
            Link(
                asset.id,
                resource,
                file_name_of(resource),
                by_path.get(resource)
                or by_name.get(file_name_of(resource).lower())
                or known.get(file_name_of(resource).lower()),
            )
            for asset in templates
            for resource in asset.facts["resources"]
        ],
    )


async def _fill_missing(conn: Connection, workspace_id: str, assets: Sequence[Asset]) -> None:
    media = [asset for asset in assets if asset.kind in MEDIA_KINDS]
    await store.fill_missing_links(
        conn, workspace_id, [asset.original_name for asset in media], [asset.id for asset in media]
    )


def _head_first(bundle: Bundle) -> Sequence[Prepared]:
    return sorted(bundle.files, key=lambda prepared: prepared.kind != "mlt")


def _shown_name(name: str) -> str:
    clean = "".join(character for character in file_name_of(name) if character.isprintable())
    return clean[-LONGEST_NAME:] or "unnamed"
