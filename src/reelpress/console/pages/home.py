"""The first page: where the loop stands."""

from fastapi import APIRouter, Request, Response

from reelpress.console.access import Viewer
from reelpress.console.view import page
from reelpress.platform.auth import store
from reelpress.platform.web import PlatformDep

router = APIRouter(prefix="/console")


@router.get("")
async def home(request: Request, platform: PlatformDep, principal: Viewer) -> Response:
    """The four steps and the workspace's numbers."""
    async with platform.db.connection() as conn:
        workspace = await store.workspace(conn, principal.workspace_id)
    return page(request, "home/page.html", principal, workspace=workspace)
