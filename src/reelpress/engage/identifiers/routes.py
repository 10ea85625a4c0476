"""`/api/v1/identifiers`: the attributes by which calls may name a customer."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from reelpress.engage.identifiers import service, store
from reelpress.platform.auth import Principal, Role, member
from reelpress.platform.web import PlatformDep

router = APIRouter(prefix="/api/v1/identifiers", tags=["Identifiers"])

LONGEST_LIST = 50


class IdentifiersInput(BaseModel):
    identifiers: Annotated[list[str], Field(max_length=LONGEST_LIST)]


@router.get("")
async def read_identifiers(
    platform: PlatformDep, principal: Annotated[Principal, member(Role.viewer)]
) -> dict[str, Any]:
    """The active identifiers, and how many of their values several customers share."""
    async with platform.db.connection() as conn:
        found = await service.active(conn, principal.workspace_id)
        shared = await store.shared(conn, principal.workspace_id, found)
    return {"identifiers": [{"key": key, "shared_values": shared[key]} for key in found]}


@router.put("")
async def activate_identifiers(
    given: IdentifiersInput,
    request: Request,
    platform: PlatformDep,
    principal: Annotated[Principal, member(Role.admin)],
) -> dict[str, Any]:
    """Activate identifiers, for good. Calls know them within two seconds everywhere, here at once."""
    found = await service.activate(platform, principal, given.identifiers)
    request.app.state.recent_keys.forget()
    return {"identifiers": list(found)}
