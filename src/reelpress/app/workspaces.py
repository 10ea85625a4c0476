"""Workspaces: made by the operator, described to their members."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from reelpress.engage.data_api.keys import create_data_key
from reelpress.engage.data_api.recent_keys import RecentKeys
from reelpress.platform import ids
from reelpress.platform.auth import Principal, Role, member, operator, service, store
from reelpress.platform.context import Platform
from reelpress.platform.errors import not_found
from reelpress.platform.web import PlatformDep

router = APIRouter(prefix="/api/v1", tags=["workspaces"])


class NewWorkspace(BaseModel):
    """What the operator decides."""

    name: str = Field(min_length=1, max_length=100)
    time_zone: str = "UTC"
    admin_email: str = Field(min_length=3, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")
    admin_name: str = Field(default="Admin", min_length=1, max_length=100)
    admin_password: str | None = Field(default=None, description="Unset: one is made and shown once.")


class MadeWorkspace(BaseModel):
    """Everything that is shown once."""

    workspace_id: str
    name: str
    api_token: str
    data_api_key: str
    admin_email: str
    admin_password: str


class WorkspaceState(BaseModel):
    """What the Data API of a workspace answers with: anything but `active` refuses every call."""

    workspace_id: str = Field(max_length=100, pattern=r"^[A-Za-z0-9_]+$")
    state: Literal["active", "blocked", "suspended", "temporarily_suspended", "blacklisted"]


class WorkspaceFacts(BaseModel):
    workspace_id: str
    name: str
    time_zone: str


@router.post("/workspaces", status_code=201, dependencies=[operator()])
async def create(body: NewWorkspace, platform: PlatformDep) -> MadeWorkspace:
    """Make a tenant with its first admin, workspace token and Data API key."""
    return await make_workspace(platform, body)


@router.put("/workspace-state", dependencies=[operator()])
async def set_state(body: WorkspaceState, request: Request, platform: PlatformDep) -> WorkspaceState:
    """Close a workspace's Data API, or open it again; other processes follow within seconds."""
    async with platform.db.transaction() as conn:
        if not await store.set_state(conn, body.workspace_id, body.state):
            raise not_found("workspace", body.workspace_id)
    recent: RecentKeys = request.app.state.recent_keys
    recent.forget()
    return body


@router.get("/workspace")
async def mine(platform: PlatformDep, principal: Annotated[Principal, member(Role.viewer)]) -> WorkspaceFacts:
    """The caller's workspace."""
    async with platform.db.connection() as conn:
        found = await store.workspace(conn, principal.workspace_id)
    if found is None:
        raise not_found("workspace", principal.workspace_id)
    return WorkspaceFacts(workspace_id=found.id, name=found.name, time_zone=found.time_zone)


async def make_workspace(platform: Platform, body: NewWorkspace) -> MadeWorkspace:
    """One transaction: workspace, admin, token, key. Raises Refusal when the e-mail is taken."""
    password = body.admin_password or ids.new_token()[:16]
    async with platform.db.transaction() as conn:
        workspace = await service.create_workspace(conn, body.name, body.time_zone)
        await service.create_user(conn, workspace.id, body.admin_email, body.admin_name, Role.admin, password)
        token = await service.create_token(conn, platform, workspace.id, "first", Role.admin)
        data_key = await create_data_key(conn, platform.keys, workspace.id, "first")
    return MadeWorkspace(
        workspace_id=workspace.id,
        name=workspace.name,
        api_token=token,
        data_api_key=data_key,
        admin_email=body.admin_email,
        admin_password=password,
    )
