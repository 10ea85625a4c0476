"""`/api/v1/assets`: upload, list, read, link, delete."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict
from starlette.datastructures import FormData, UploadFile

from reelpress.platform.auth import Principal, Role, member
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from reelpress.platform.web import PlatformDep
from reelpress.studio.assets import service, store
from reelpress.studio.assets.model import Asset, Link, Upload
from reelpress.studio.assets.receive import capped, save
from reelpress.studio.assets.sniff import AssetKind

Viewer = Annotated[Principal, member(Role.viewer)]
Marketer = Annotated[Principal, member(Role.marketer)]

MAX_FILES = 50
_MULTIPART = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "array", "items": {"type": "string", "format": "binary"}},
                        "name": {"type": "string"},
                    },
                }
            }
        },
    }
}

router = APIRouter(prefix="/api/v1/assets", tags=["assets"])


class ResourceView(BaseModel):
    """What a template names; `asset_id` is null while it is missing."""

    resource: str
    file_name: str
    asset_id: UUID | None


class AssetView(BaseModel):
    id: UUID
    kind: AssetKind
    name: str
    original_name: str
    media_type: str
    sha256: str
    size_bytes: int
    facts: dict[str, Any]
    created_at: datetime
    resources: list[ResourceView] = []
    missing: list[str] = []


class UploadView(AssetView):
    """The template, or else the first file; `created` lists every asset of this upload."""

    created: list[AssetView]


class AssetList(BaseModel):
    assets: list[AssetView]


class ResourceChoice(BaseModel):
    model_config = ConfigDict(extra="forbid")

    resource: str
    asset_id: UUID


@router.post("", status_code=201, openapi_extra=_MULTIPART)
async def upload_asset(platform: PlatformDep, principal: Marketer, request: Request) -> UploadView:
    async with (
        service.private_folder(platform) as folder,
        capped(request).form(max_files=MAX_FILES, max_fields=10) as form,
    ):
        uploads = await _saved(form, folder)
        made = await service.upload(platform, principal, uploads, folder, _name(form))
    views = await _views(platform, principal.workspace_id, made)
    return UploadView(**views[0].model_dump(), created=views)


@router.get("")
async def list_assets(
    platform: PlatformDep,
    principal: Viewer,
    kind: AssetKind | None = None,
    limit: Annotated[int, Query(ge=1, le=service.MAX_LISTED)] = 100,
) -> AssetList:
    async with platform.db.connection() as conn:
        found = await store.newest(conn, principal.workspace_id, kind, limit)
    return AssetList(assets=await _views(platform, principal.workspace_id, found))


@router.get("/{asset_id}")
async def get_asset(platform: PlatformDep, principal: Viewer, asset_id: UUID) -> AssetView:
    async with platform.db.connection() as conn:
        found = await service.one(conn, principal.workspace_id, asset_id)
    return (await _views(platform, principal.workspace_id, [found]))[0]


@router.get("/{asset_id}/content", response_class=StreamingResponse)
async def get_content(platform: PlatformDep, principal: Viewer, asset_id: UUID) -> Response:
    async with platform.db.connection() as conn:
        found = await service.one(conn, principal.workspace_id, asset_id)
    return StreamingResponse(
        _bytes(platform, found),
        media_type=found.media_type,
        headers={
            "Content-Length": str(found.size_bytes),
            "Cache-Control": "private, max-age=31536000, immutable",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
        },
    )


@router.put("/{asset_id}/resources")
async def choose_resource(
    platform: PlatformDep, principal: Marketer, asset_id: UUID, body: ResourceChoice
) -> AssetView:
    async with platform.db.transaction() as conn:
        await service.choose_resource(conn, principal, asset_id, body.resource, body.asset_id)
        found = await service.one(conn, principal.workspace_id, asset_id)
    return (await _views(platform, principal.workspace_id, [found]))[0]


@router.delete("/{asset_id}", status_code=204)
async def delete_asset(platform: PlatformDep, principal: Marketer, asset_id: UUID) -> None:
    await service.remove(platform, principal, asset_id)


async def _saved(form: FormData, folder: Path) -> list[Upload]:
    files = [part for part in form.getlist("file") if isinstance(part, UploadFile)]
    if not files:
        raise Refusal(
            400, "no_file", "there is no file in this upload", field="file",
            fix="send multipart/form-data with one or more parts named `file`",
        )  # fmt: skip
    return [await save(part, folder / f"{number:03}.in") for number, part in enumerate(files)]


def _name(form: FormData) -> str | None:
    given = form.get("name")
    return given.strip()[: service.LONGEST_NAME] or None if isinstance(given, str) else None


async def _bytes(platform: Platform, asset: Asset) -> AsyncIterator[bytes]:
    async for chunk in platform.storage.stream(asset.key, 0, asset.size_bytes):
        yield chunk


async def _views(platform: Platform, workspace_id: str, found: Sequence[Asset]) -> list[AssetView]:
    templates = [asset.id for asset in found if asset.kind == "mlt"]
    async with platform.db.connection() as conn:
        links = await store.links(conn, workspace_id, templates) if templates else []
    return [_view(asset, [link for link in links if link.template_id == asset.id]) for asset in found]


def _view(asset: Asset, links: Sequence[Link]) -> AssetView:
    return AssetView(
        id=asset.id,
        kind=asset.kind,
        name=asset.name,
        original_name=asset.original_name,
        media_type=asset.media_type,
        sha256=asset.sha256,
        size_bytes=asset.size_bytes,
        facts=asset.facts,
        created_at=asset.created_at,
        resources=[
            ResourceView(resource=link.resource, file_name=link.file_name, asset_id=link.asset_id)
            for link in links
        ],
        missing=[link.resource for link in links if link.asset_id is None],
    )
