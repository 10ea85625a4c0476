"""`/api/v1/profiles` and `/api/v1/attributes`: look customers up, correct them, name attributes."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from reelpress.engage.profiles import catalog, service
from reelpress.engage.profiles.model import CatalogEntry, Profile, TimelineEntry
from reelpress.platform.auth import Principal, Role, audit, member
from reelpress.platform.errors import Refusal
from reelpress.platform.web import PlatformDep

MOST_EDITED = 100

router = APIRouter(prefix="/api/v1", tags=["Profiles"])

Viewer = Annotated[Principal, member(Role.viewer)]
Marketer = Annotated[Principal, member(Role.marketer)]


class AttributeEdit(BaseModel):
    attributes: dict[str, Any] = Field(
        min_length=1,
        max_length=MOST_EDITED,
        description="Values by attribute key; null removes the attribute.",
    )


class AttributeName(BaseModel):
    display_name: str = Field(description="What the console calls the attribute; templates may use it too.")


@router.get("/profiles")
async def list_profiles(
    platform: PlatformDep,
    principal: Viewer,
    query: Annotated[str, Query(max_length=200, description="Part of an id, name, e-mail or number.")] = "",
    limit: Annotated[int, Query(ge=1, le=service.MOST_LISTED)] = 50,
    cursor: str | None = None,
) -> dict[str, Any]:
    """Profiles, the youngest first."""
    async with platform.db.connection() as conn:
        page = await service.find(conn, principal.workspace_id, _readable(query), limit, cursor)
    return {"profiles": [_shown(profile) for profile in page.profiles], "next_cursor": page.next_cursor}


@router.get("/profiles/{profile_id}")
async def read_profile(platform: PlatformDep, principal: Viewer, profile_id: str) -> dict[str, Any]:
    """One profile by MoEngage ID, with its attributes and what happened last."""
    async with platform.db.connection() as conn:
        profile = await service.get(conn, principal.workspace_id, _readable(profile_id))
        entries = await service.timeline(conn, principal.workspace_id, profile.id)
    return {**_shown(profile), "timeline": [_entry(entry) for entry in entries]}


@router.get("/profiles/{profile_id}/timeline")
async def read_timeline(
    platform: PlatformDep,
    principal: Viewer,
    profile_id: str,
    limit: Annotated[int, Query(ge=1, le=service.MOST_LISTED)] = 100,
    before: datetime | None = None,
) -> dict[str, Any]:
    """What happened before a moment, the latest first."""
    if before is not None and before.tzinfo is None:
        raise Refusal(
            400, "bad_time", "this time names no zone", field="before", fix="end it with Z or an offset"
        )
    async with platform.db.connection() as conn:
        profile = await service.get(conn, principal.workspace_id, _readable(profile_id))
        entries = await service.timeline(conn, principal.workspace_id, profile.id, limit, before)
    return {"timeline": [_entry(entry) for entry in entries]}


@router.patch("/profiles/{profile_id}")
async def edit_profile(
    body: AttributeEdit, platform: PlatformDep, principal: Marketer, profile_id: str
) -> dict[str, Any]:
    """Set or remove attributes by hand."""
    async with platform.db.transaction() as conn:
        profile = await service.edit(
            conn, principal.workspace_id, _readable(profile_id), body.attributes, platform.clock.now()
        )
        await audit(conn, principal, "profile.edited", profile.id, {"attributes": sorted(body.attributes)})
    return _shown(profile)


@router.get("/attributes")
async def list_attributes(platform: PlatformDep, principal: Viewer) -> dict[str, Any]:
    """Every user attribute of the workspace: key, display name, type."""
    async with platform.db.connection() as conn:
        entries = await catalog.entries(conn, principal.workspace_id)
    return {"attributes": [_catalogued(entry) for entry in entries]}


@router.patch("/attributes/{key:path}")
async def rename_attribute(
    body: AttributeName, platform: PlatformDep, principal: Marketer, key: str
) -> dict[str, Any]:
    """Give a custom attribute another display name; its key stays."""
    async with platform.db.transaction() as conn:
        entry = await catalog.rename(conn, principal.workspace_id, _readable(key), body.display_name)
        await audit(conn, principal, "attribute.renamed", key, {"display_name": body.display_name})
    return _catalogued(entry)


def _readable(text: str) -> str:
    # PostgreSQL's text cannot hold U+0000.
    return text.replace("\0", "")


def _shown(profile: Profile) -> dict[str, Any]:
    return {
        "id": profile.id,
        "customer_id": profile.customer_id,
        "attributes": dict(profile.attributes),
        "platforms": dict(profile.platforms),
        "created_at": profile.created_at.isoformat(),
        "updated_at": profile.updated_at.isoformat(),
        "last_seen_at": profile.last_seen_at.isoformat(),
    }


def _entry(entry: TimelineEntry) -> dict[str, Any]:
    return {
        "kind": entry.kind,
        "at": entry.at.isoformat(),
        "name": entry.name,
        "attributes": dict(entry.attributes),
    }


def _catalogued(entry: CatalogEntry) -> dict[str, Any]:
    return {
        "key": entry.key,
        "display_name": entry.display_name,
        "type": entry.type,
        "standard": entry.standard,
    }
