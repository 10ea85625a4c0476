"""`/api/v1/data-keys`: make, list and revoke keys of the Data API."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from reelpress.engage.data_api import keys
from reelpress.engage.data_api.keys import DataKey
from reelpress.engage.data_api.recent_keys import RecentKeys
from reelpress.platform.auth import Principal, Role, audit, member
from reelpress.platform.web import PlatformDep

router = APIRouter(prefix="/api/v1/data-keys", tags=["Data API keys"])


class NewKey(BaseModel):
    label: str = Field(description="Who will use the key, for example the name of a system.")


@router.post("", status_code=201)
async def create_key(
    body: NewKey, platform: PlatformDep, principal: Annotated[Principal, member(Role.admin)]
) -> dict[str, Any]:
    """A new key; `secret` is shown in this answer only."""
    async with platform.db.transaction() as conn:
        secret, key = await keys.create(conn, platform.keys, principal.workspace_id, body.label)
        await audit(conn, principal, "data_key.created", key.id, {"label": key.label})
    return {**_shown(key), "secret": secret}


@router.get("")
async def list_keys(
    platform: PlatformDep, principal: Annotated[Principal, member(Role.marketer)]
) -> dict[str, Any]:
    """The workspace's keys, without their secrets."""
    async with platform.db.connection() as conn:
        return {"data_keys": [_shown(key) for key in await keys.every(conn, principal.workspace_id)]}


@router.post("/{key_id}/revoke")
async def revoke_key(
    key_id: UUID, request: Request, platform: PlatformDep, principal: Annotated[Principal, member(Role.admin)]
) -> dict[str, Any]:
    """Close a key; the next call with it is refused here, and within seconds by every other process."""
    async with platform.db.transaction() as conn:
        key = await keys.revoke(conn, principal.workspace_id, key_id)
        await audit(conn, principal, "data_key.revoked", key.id)
    recent: RecentKeys = request.app.state.recent_keys
    recent.forget()
    return _shown(key)


def _shown(key: DataKey) -> dict[str, Any]:
    return {
        "id": str(key.id),
        "label": key.label,
        "hint": key.hint,
        "created_at": key.created_at.isoformat(),
        "revoked_at": key.revoked_at.isoformat() if key.revoked_at else None,
    }
