"""`/api/v1/custom-segments`: the segments of a workspace, with how many they hold, and their files."""

from typing import Annotated, Any

from fastapi import APIRouter

from reelpress.engage.audiences.model import Reference
from reelpress.engage.audiences.service import count
from reelpress.engage.custom_segments import service, store
from reelpress.engage.custom_segments.model import Segment, SegmentFile
from reelpress.platform.auth import Principal, Role, member
from reelpress.platform.errors import not_found
from reelpress.platform.web import PlatformDep

router = APIRouter(prefix="/api/v1/custom-segments", tags=["Custom segments"])


@router.get("")
async def list_segments(
    platform: PlatformDep, principal: Annotated[Principal, member(Role.viewer)]
) -> dict[str, Any]:
    """The segments, the newest first, and the files that were read into them, the latest first."""
    segments = await service.every(platform, principal.workspace_id)
    async with platform.db.connection() as conn:
        files = await store.files(conn, principal.workspace_id)
    now = platform.clock.now()
    return {
        "custom_segments": [
            {**_shown(one), "status": "ARCHIVED" if one.is_archived(now) else "ACTIVE"} for one in segments
        ],
        "files": [_shown_file(file) for file in files],
    }


@router.get("/{segment_id}")
async def get_segment(
    segment_id: str, platform: PlatformDep, principal: Annotated[Principal, member(Role.viewer)]
) -> dict[str, Any]:
    """One segment and how many users it holds now."""
    segment = await service.find(platform, principal.workspace_id, segment_id)
    if segment is None:
        raise not_found("custom segment", segment_id)
    async with platform.db.connection() as conn:
        users = await count(conn, principal.workspace_id, Reference(segment.id), platform.clock.now())
    return {**_shown(segment), "users": users}


def _shown(segment: Segment) -> dict[str, Any]:
    return {
        "id": segment.id,
        "name": segment.name,
        "kind": segment.kind,
        "included_filters": segment.filters,
        "created_at": segment.created_at.isoformat(),
        "updated_at": segment.updated_at.isoformat(),
        "expires_at": segment.expires_at.isoformat() if segment.expires_at else None,
    }


def _shown_file(file: SegmentFile) -> dict[str, Any]:
    return {
        "id": file.id,
        "segment_id": file.segment_id,
        "operation": file.operation,
        "state": file.state,
        "values_found": file.values_found,
        "values_processed": file.values_processed,
        "user_count": file.user_count,
        "error": file.error,
    }
