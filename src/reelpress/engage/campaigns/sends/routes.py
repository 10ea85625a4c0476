"""/api/v1/sends: one send and every try of it."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from reelpress.engage.campaigns.sends import service
from reelpress.engage.campaigns.sends.model import Attempt, Send
from reelpress.platform.auth import Principal, Role, member
from reelpress.platform.web import PlatformDep

router = APIRouter(prefix="/api/v1/sends", tags=["campaigns"])


@dataclass(frozen=True, slots=True)
class SendView:
    """A send with its attempts, oldest first."""

    send: Send
    attempts: list[Attempt]


@router.get("/{send_id}")
async def read(
    platform: PlatformDep, principal: Annotated[Principal, member(Role.viewer)], send_id: UUID
) -> SendView:
    """One send."""
    return SendView(*await service.read(platform, principal.workspace_id, send_id))
