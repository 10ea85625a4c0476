"""/api/v1/campaigns/{id}/children: what the triggers of its business event made of a campaign."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from reelpress.engage.campaigns import service as campaigns
from reelpress.engage.campaigns.children import service
from reelpress.engage.campaigns.children.model import Child
from reelpress.platform.auth import Principal, Role, member
from reelpress.platform.web import PlatformDep

router = APIRouter(prefix="/api/v1/campaigns", tags=["campaigns"])


@dataclass(frozen=True, slots=True)
class ChildPage:
    """Newest first; ask for the next page with `before` = `next`."""

    children: list[Child]
    next: UUID | None


@router.get("/{campaign_id}/children")
async def list_children(
    platform: PlatformDep,
    principal: Annotated[Principal, member(Role.viewer)],
    campaign_id: str,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = service.PAGE_SIZE,
) -> ChildPage:
    """A page of the campaign's children."""
    await campaigns.get(platform, principal.workspace_id, campaign_id)
    found = await service.list_children(platform, principal.workspace_id, campaign_id, before, limit)
    return ChildPage(found, found[-1].id if len(found) == limit else None)
