"""/api/v1/campaigns: drafts, versions, activation, trying, sends and numbers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from reelpress.engage.campaigns import attributes, contents, service, trying
from reelpress.engage.campaigns.attributes import Insertable
from reelpress.engage.campaigns.model import (
    Campaign,
    CampaignInput,
    CampaignPatch,
    Channel,
    DeliveryType,
    Json,
    PreviewInput,
    Status,
    TryInput,
)
from reelpress.engage.campaigns.sends import service as sends
from reelpress.engage.campaigns.sends.model import Send, SendState
from reelpress.engage.campaigns.sends.routes import SendView
from reelpress.engage.campaigns.sends.service import Stats
from reelpress.platform.auth import Principal, Role, member
from reelpress.platform.web import PlatformDep

router = APIRouter(prefix="/api/v1/campaigns", tags=["campaigns"])

Viewer = Annotated[Principal, member(Role.viewer)]
Marketer = Annotated[Principal, member(Role.marketer)]
Limit = Annotated[int, Query(ge=1, le=200)]


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign as the API shows it: secrets masked."""

    id: str
    name: str
    channel: Channel
    delivery_type: DeliveryType
    status: Status
    version: int
    tags: list[str]
    trigger: Json | None
    audience: Json
    content: Json
    schedule: Json | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class CampaignPage:
    """Newest first; ask for the next page with `before` = `next`."""

    campaigns: list[CampaignView]
    next: str | None


@dataclass(frozen=True, slots=True)
class SendPage:
    """Newest first; ask for the next page with `before` = `next`."""

    sends: list[Send]
    next: UUID | None


@router.post("", status_code=201)
async def create(platform: PlatformDep, principal: Marketer, body: CampaignInput) -> CampaignView:
    """A draft."""
    return _view(await service.create(platform, principal, body))


@router.get("")
async def list_campaigns(
    platform: PlatformDep,
    principal: Viewer,
    channel: Channel | None = None,
    status: Status | None = None,
    before: str | None = None,
    limit: Limit = service.PAGE_SIZE,
) -> CampaignPage:
    """A page of the workspace's campaigns."""
    found = await service.list_campaigns(
        platform, principal.workspace_id, channel=channel, status=status, before=before, limit=limit
    )
    return CampaignPage([_view(one) for one in found], found[-1].id if len(found) == limit else None)


@router.get("/attributes")
async def list_attributes(
    platform: PlatformDep, principal: Viewer, event_name: str | None = None
) -> list[Insertable]:
    """What `@` can insert."""
    return await attributes.insertable(platform, principal.workspace_id, event_name)


@router.get("/{campaign_id}")
async def read(platform: PlatformDep, principal: Viewer, campaign_id: str) -> CampaignView:
    """One campaign with its newest version."""
    return _view(await service.get(platform, principal.workspace_id, campaign_id))


@router.patch("/{campaign_id}")
async def change(
    platform: PlatformDep, principal: Marketer, campaign_id: str, body: CampaignPatch
) -> CampaignView:
    """What is named is replaced, as a new version."""
    return _view(await service.change(platform, principal, campaign_id, body))


@router.post("/{campaign_id}/activate")
async def activate(platform: PlatformDep, principal: Marketer, campaign_id: str) -> CampaignView:
    """Start a draft, or go on with a paused campaign."""
    return _view(await service.activate(platform, principal, campaign_id))


@router.post("/{campaign_id}/pause")
async def pause(platform: PlatformDep, principal: Marketer, campaign_id: str) -> CampaignView:
    """Hold it; what is queued waits."""
    return _view(await service.pause(platform, principal, campaign_id))


@router.post("/{campaign_id}/stop")
async def stop(platform: PlatformDep, principal: Marketer, campaign_id: str) -> CampaignView:
    """End it for good; what is queued is skipped."""
    return _view(await service.stop(platform, principal, campaign_id))


@router.post("/{campaign_id}/preview")
async def preview(
    platform: PlatformDep, principal: Viewer, campaign_id: str, body: PreviewInput
) -> trying.Preview:
    """What one customer would get."""
    return await trying.preview(platform, principal.workspace_id, campaign_id, body)


@router.post("/{campaign_id}/test")
async def send_test(platform: PlatformDep, principal: Marketer, campaign_id: str, body: TryInput) -> SendView:
    """Really send to one customer."""
    return SendView(*await trying.send_test(platform, principal, campaign_id, body))


@router.get("/{campaign_id}/sends")
async def list_sends(
    platform: PlatformDep,
    principal: Viewer,
    campaign_id: str,
    state: SendState | None = None,
    before: UUID | None = None,
    limit: Limit = sends.PAGE_SIZE,
) -> SendPage:
    """A page of the campaign's sends."""
    await service.get(platform, principal.workspace_id, campaign_id)
    found = await sends.list_sends(
        platform, principal.workspace_id, campaign_id, state=state, before=before, limit=limit
    )
    return SendPage(found, found[-1].id if len(found) == limit else None)


@router.get("/{campaign_id}/stats")
async def stats(platform: PlatformDep, principal: Viewer, campaign_id: str) -> Stats:
    """Counts, rates, funnel and reasons."""
    await service.get(platform, principal.workspace_id, campaign_id)
    return await sends.stats(platform, principal.workspace_id, campaign_id)


def _view(campaign: Campaign) -> CampaignView:
    definition = campaign.definition
    return CampaignView(
        id=campaign.id,
        name=definition.name,
        channel=campaign.channel,
        delivery_type=campaign.delivery_type,
        status=campaign.status,
        version=campaign.version_number,
        tags=list(definition.tags),
        trigger=definition.trigger,
        audience=definition.audience,
        content=contents.to_shown(campaign.channel, definition.content),
        schedule=definition.schedule,
        created_at=campaign.created_at,
        updated_at=campaign.updated_at,
    )
