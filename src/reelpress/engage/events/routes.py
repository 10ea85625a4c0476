"""`/api/v1/events`: which events a workspace knows, for those who write campaigns."""

from typing import Annotated, Any

from fastapi import APIRouter

from reelpress.engage.events import service
from reelpress.platform.auth import Principal, Role, member
from reelpress.platform.web import PlatformDep

router = APIRouter(prefix="/api/v1/events", tags=["Events"])


@router.get("")
async def list_events(
    platform: PlatformDep, principal: Annotated[Principal, member(Role.viewer)]
) -> dict[str, Any]:
    """Event names seen so far, with their attributes and types."""
    async with platform.db.connection() as conn:
        names = await service.names(conn, principal.workspace_id)
    return {"events": [{"name": event.name, "attributes": dict(event.attributes)} for event in names]}
