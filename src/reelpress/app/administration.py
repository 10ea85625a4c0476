"""What an operator does at the command line, each in one go."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar
from uuid import UUID

from reelpress.app.workspaces import NewWorkspace, make_workspace
from reelpress.platform.auth import Principal, Role
from reelpress.platform.config import Settings
from reelpress.platform.context import Platform, database_url, open_platform
from reelpress.platform.db.migrate import upgrade
from reelpress.studio.clients import service as clients
from reelpress.studio.clients.model import Credentials

T = TypeVar("T")
Shown = Mapping[str, object]


def upgrade_schema() -> tuple[str | None, str]:
    """The schema's version before and after."""
    return asyncio.run(upgrade(database_url(Settings())))


def create_workspace(name: str, admin_email: str, time_zone: str) -> Shown:
    """What is shown once of a fresh workspace. Raises Refusal."""
    wanted = NewWorkspace(name=name, admin_email=admin_email, time_zone=time_zone)
    return _with_platform(lambda platform: make_workspace(platform, wanted)).model_dump()


def create_client(workspace_id: str, name: str, *, api_key: bool) -> Shown:
    """What is shown once of a fresh client. Raises Refusal."""

    async def make(platform: Platform) -> Credentials:
        async with platform.db.transaction() as conn:
            return await clients.create(
                conn, platform, _operator(workspace_id), name=name, with_api_key=api_key
            )

    return _shown(_with_platform(make))


def rotate_client(workspace_id: str, client_id: UUID) -> Shown:
    """The fresh secrets. Raises Refusal."""

    async def rotate(platform: Platform) -> Credentials:
        async with platform.db.transaction() as conn:
            return await clients.rotate(conn, platform, _operator(workspace_id), client_id)

    return _shown(_with_platform(rotate))


def revoke_client(workspace_id: str, client_id: UUID) -> None:
    """End a client. Raises Refusal."""

    async def revoke(platform: Platform) -> None:
        async with platform.db.transaction() as conn:
            await clients.revoke(conn, platform, _operator(workspace_id), client_id)

    _with_platform(revoke)


def _operator(workspace_id: str) -> Principal:
    return Principal(workspace_id, Role.admin, "operator at the command line")


def _shown(made: Credentials) -> Shown:
    return {"client_id": made.client.id, "client_secret": made.client_secret, "api_key": made.api_key}


def _with_platform(work: Callable[[Platform], Awaitable[T]]) -> T:
    async def run() -> T:
        async with open_platform(Settings()) as platform:
            return await work(platform)

    return asyncio.run(run())
