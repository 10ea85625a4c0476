"""`/api/v1/media-campaigns`: drafts, Submit, preview, versions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from reelpress.platform.auth import Principal, Role, member
from reelpress.platform.web import PlatformDep
from reelpress.studio.campaigns import preview, publish, service, store
from reelpress.studio.campaigns.model import Campaign, Definition, Name, State

Viewer = Annotated[Principal, member(Role.viewer)]
Marketer = Annotated[Principal, member(Role.marketer)]

router = APIRouter(prefix="/api/v1/media-campaigns", tags=["media campaigns"])


class NewCampaign(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name
    definition: Definition = Definition()


class CampaignChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    definition: Definition | None = None


class CampaignLine(BaseModel):
    id: UUID
    name: str
    state: State
    use_case_id: UUID | None = Field(description="The wire's use-case-id, from the first Submit on")
    created_at: datetime
    updated_at: datetime


class CampaignView(CampaignLine):
    """`definition` is the draft; secrets that are set show as a mask."""

    definition: Definition
    current_version_id: UUID | None


class CampaignList(BaseModel):
    media_campaigns: list[CampaignLine]


class PublishedView(BaseModel):
    use_case_id: UUID
    version_id: UUID
    version: int
    notes: list[str]


class VersionView(BaseModel):
    id: UUID
    number: int
    name: str
    published_at: datetime
    current: bool


class VersionList(BaseModel):
    versions: list[VersionView]


class PreviewOrder(BaseModel):
    model_config = ConfigDict(extra="forbid")

    values: dict[str, str] = Field(
        default={}, max_length=1000, description="Field -> value; a sample where empty"
    )
    at_s: float = Field(
        default=-1.0, le=3600, description="Seconds; below 0: a moment when layers are in sight"
    )
    part: int | None = Field(default=None, ge=0, description="Count the seconds from the start of this part")


class SigningSecret(BaseModel):
    """Shown this once."""

    signing_secret: str


@router.post("", status_code=201)
async def create_campaign(platform: PlatformDep, principal: Marketer, body: NewCampaign) -> CampaignView:
    return await _view(platform, await service.create(platform, principal, body.name, body.definition))


@router.get("")
async def list_campaigns(
    platform: PlatformDep, principal: Viewer, limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> CampaignList:
    async with platform.db.connection() as conn:
        found = await store.newest(conn, principal.workspace_id, limit)
    return CampaignList(media_campaigns=[_line(campaign) for campaign in found])


@router.get("/{campaign_id}")
async def get_campaign(platform: PlatformDep, principal: Viewer, campaign_id: UUID) -> CampaignView:
    async with platform.db.connection() as conn:
        found = await service.one(conn, principal.workspace_id, campaign_id)
    return await _view(platform, found)


@router.put("/{campaign_id}")
@router.patch("/{campaign_id}")
async def change_campaign(
    platform: PlatformDep, principal: Marketer, campaign_id: UUID, body: CampaignChange
) -> CampaignView:
    changed = await service.save(platform, principal, campaign_id, body.name, body.definition)
    return await _view(platform, changed)


@router.delete("/{campaign_id}", status_code=204)
async def delete_campaign(platform: PlatformDep, principal: Marketer, campaign_id: UUID) -> None:
    """A draft is deleted; what was submitted is archived and refuses further requests."""
    await service.remove(platform, principal, campaign_id)


@router.post("/{campaign_id}/publish")
async def publish_campaign(platform: PlatformDep, principal: Marketer, campaign_id: UUID) -> PublishedView:
    done = await publish.publish(platform, principal, campaign_id)
    return PublishedView(
        use_case_id=done.version.use_case_id,
        version_id=done.version.id,
        version=done.version.number,
        notes=list(done.notes),
    )


@router.post(
    "/{campaign_id}/preview", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}}
)
async def preview_campaign(
    platform: PlatformDep, principal: Viewer, campaign_id: UUID, body: PreviewOrder
) -> Response:
    picture = await preview.still(
        platform, principal.workspace_id, campaign_id, body.values, body.at_s, body.part
    )
    return Response(picture, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


@router.get("/{campaign_id}/versions")
async def list_versions(platform: PlatformDep, principal: Viewer, campaign_id: UUID) -> VersionList:
    async with platform.db.connection() as conn:
        campaign = await service.one(conn, principal.workspace_id, campaign_id)
        lines = await store.version_lines(conn, principal.workspace_id, campaign_id)
    return VersionList(
        versions=[
            VersionView(
                id=line.id,
                number=line.number,
                name=line.name,
                published_at=line.published_at,
                current=line.id == campaign.current_version_id,
            )
            for line in lines
        ]
    )


@router.post("/{campaign_id}/signing-secrets", status_code=201)
async def make_signing_secret(platform: PlatformDep, principal: Marketer, campaign_id: UUID) -> SigningSecret:
    return SigningSecret(signing_secret=await service.new_signing_secret(platform, principal, campaign_id))


async def _view(platform: PlatformDep, campaign: Campaign) -> CampaignView:
    async with platform.db.connection() as conn:
        definition = await service.readable(conn, platform, campaign)
    return CampaignView(
        **_line(campaign).model_dump(),
        definition=definition,
        current_version_id=campaign.current_version_id,
    )


def _line(campaign: Campaign) -> CampaignLine:
    return CampaignLine(
        id=campaign.id,
        name=campaign.name,
        state=campaign.state,
        use_case_id=campaign.id if campaign.current_version_id else None,
        created_at=campaign.created_at,
        updated_at=campaign.updated_at,
    )
