"""`/api/v1/media-requests`: what became of every request, and its callback sent again."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from reelpress.platform.auth import Principal, Role, audit, member
from reelpress.platform.web import PlatformDep
from reelpress.studio.requests import service, views
from reelpress.studio.requests.model import State
from reelpress.studio.requests.service import Question

Viewer = Annotated[Principal, member(Role.viewer)]
Marketer = Annotated[Principal, member(Role.marketer)]

router = APIRouter(prefix="/api/v1/media-requests", tags=["media requests"])


@router.get("")
async def newest(
    platform: PlatformDep,
    principal: Viewer,
    state: State | None = None,
    use_case_id: UUID | None = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=service.MAX_PAGE)] = 50,
) -> views.RequestList:
    """Newest first; narrowed by state and use case."""
    question = Question(state, use_case_id, None, cursor, limit)
    return views.list_view(await service.list_requests(platform, principal.workspace_id, question))


@router.post("/search")
async def search(platform: PlatformDep, principal: Viewer, body: views.Search) -> views.RequestList:
    """The same list, also narrowed to one customer."""
    question = Question(body.state, body.use_case_id, body.customer_id, body.cursor, body.limit)
    return views.list_view(await service.list_requests(platform, principal.workspace_id, question))


@router.get("/{request_id}")
async def one(platform: PlatformDep, principal: Viewer, request_id: UUID) -> views.RequestDetail:
    """One request with its values, its medium, and every attempt of its callback."""
    return views.detail_view(await service.detail(platform, principal.workspace_id, request_id))


@router.post("/{request_id}/callbacks/replay", status_code=202)
async def replay(platform: PlatformDep, principal: Marketer, request_id: UUID) -> views.Replayed:
    """Send the callback again at once: the same id, the same bytes."""
    async with platform.db.transaction() as conn:
        callback_id = await service.replay_callback(conn, platform, principal.workspace_id, request_id)
        await audit(conn, principal, "media_request.callback_replayed", request_id)
    return views.Replayed(callback_id=callback_id)
