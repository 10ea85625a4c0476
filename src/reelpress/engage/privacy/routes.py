"""`/api/v1/erasures`: what was asked to be forgotten, and whether it is done."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from reelpress.engage.privacy import notices, store
from reelpress.engage.privacy.notices import Notice
from reelpress.platform.auth import Principal, Role, member
from reelpress.platform.web import PlatformDep

MOST_LISTED = 200

router = APIRouter(prefix="/api/v1/erasures", tags=["Erasures"])


@router.get("")
async def list_erasures(
    platform: PlatformDep,
    principal: Annotated[Principal, member(Role.admin)],
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 50,
) -> dict[str, Any]:
    """The latest requests first; whom they name is not kept."""
    async with platform.db.connection() as conn:
        found = await store.newest(conn, principal.workspace_id, limit)
        told = await notices.of_erasures(conn, principal.workspace_id, [one.id for one in found])
    return {
        "erasures": [
            {
                "id": str(one.id),
                "kind": one.kind,
                "requested_at": one.requested_at.isoformat(),
                "due_at": one.due_at.isoformat(),
                "done_at": one.done_at.isoformat() if one.done_at else None,
                "erased": one.erased,
                "studios": [_studio(notice) for notice in told.get(one.id, [])],
            }
            for one in found
        ]
    }


def _studio(notice: Notice) -> dict[str, Any]:
    return {
        "address": notice.address,
        "state": notice.state,
        "tries": notice.tries,
        "code": notice.code,
        "reason": notice.reason,
        "done_at": notice.done_at.isoformat() if notice.done_at else None,
    }
