"""The tabs Requests and Versions of a media campaign."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from reelpress.console.access import Viewer
from reelpress.console.pages.media_campaigns.frame import HOME, frame_of, show
from reelpress.console.pages.media_requests import listed
from reelpress.console.route import PageRoute
from reelpress.platform.web import PlatformDep
from reelpress.studio.campaigns import store
from reelpress.studio.requests.service import Question

router = APIRouter(prefix=HOME, route_class=PageRoute)


@router.get("/{campaign_id}/requests")
async def requests(
    request: Request, platform: PlatformDep, principal: Viewer, campaign_id: UUID, cursor: str | None = None
) -> Response:
    """What was asked of this campaign."""
    frame = await frame_of(platform, principal, campaign_id)
    rows = await listed(platform, principal, Question(use_case_id=campaign_id, cursor=cursor))
    quick = bool(request.headers.get("hx-request"))
    template = "media_requests/rows.html" if quick else "media_campaigns/requests.html"
    here = f"{frame.path}/requests"
    return show(request, template, principal, frame, "requests", rows=rows, here=here, query="")


@router.get("/{campaign_id}/versions")
async def versions(request: Request, platform: PlatformDep, principal: Viewer, campaign_id: UUID) -> Response:
    """Every Submit."""
    frame = await frame_of(platform, principal, campaign_id)
    async with platform.db.connection() as conn:
        lines = await store.version_lines(conn, principal.workspace_id, campaign_id)
    return show(request, "media_campaigns/versions.html", principal, frame, "versions", lines=lines)
