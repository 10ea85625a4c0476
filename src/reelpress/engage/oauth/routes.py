"""/api/v1/oauth-configurations."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from reelpress.engage.oauth import service
from reelpress.engage.oauth.model import Configuration, OAuthInput, Usage
from reelpress.engage.oauth.secrets import masked
from reelpress.platform.auth import Principal, Role, member
from reelpress.platform.web import PlatformDep

router = APIRouter(prefix="/api/v1/oauth-configurations", tags=["authorization configurations"])

Viewer = Annotated[Principal, member(Role.viewer)]
Marketer = Annotated[Principal, member(Role.marketer)]


class ConfigurationView(OAuthInput):
    """A configuration as it may be shown: secrets are masked."""

    id: str
    status: str
    status_reason: str | None
    status_at: datetime
    token_expires_at: datetime | None
    created_at: datetime
    updated_at: datetime
    used_by: list[Usage]


class ConfigurationList(BaseModel):
    configurations: list[ConfigurationView]


class TrialView(BaseModel):
    """The answer of the token URL: `keys` are its leaves by dotted path, `claims` those of each JWT in it."""

    ok: bool
    reason: str | None
    status: int | None
    body: str | None
    keys: dict[str, Any]
    claims: dict[str, dict[str, Any]]
    elapsed_ms: int
    received_at: datetime


@router.get("")
async def list_configurations(platform: PlatformDep, principal: Viewer) -> ConfigurationList:
    found = await service.list_all(platform, principal.workspace_id)
    users = await service.used_by(platform, principal.workspace_id, [each.id for each in found])
    return ConfigurationList(configurations=[_view(each, users.get(each.id, [])) for each in found])


@router.post("", status_code=201)
async def create_configuration(
    platform: PlatformDep, principal: Marketer, given: OAuthInput
) -> ConfigurationView:
    return _view(await service.create(platform, principal, given), [])


@router.post("/test")
async def try_configuration(
    platform: PlatformDep,
    principal: Marketer,
    given: OAuthInput,
    configuration_id: Annotated[
        str | None, Query(description="The configuration being edited; masked values are taken from it.")
    ] = None,
) -> TrialView:
    """Send test & continue: calls the token URL once and shows the answer, which is stored nowhere."""
    report = await service.try_out(platform, principal.workspace_id, given, configuration_id)
    return TrialView.model_validate(report, from_attributes=True)


@router.get("/{configuration_id}")
async def show_configuration(
    platform: PlatformDep, principal: Viewer, configuration_id: str
) -> ConfigurationView:
    found = await service.get(platform, principal.workspace_id, configuration_id)
    users = await service.used_by(platform, principal.workspace_id, [configuration_id])
    return _view(found, users.get(configuration_id, []))


@router.put("/{configuration_id}")
async def replace_configuration(
    platform: PlatformDep, principal: Marketer, configuration_id: str, given: OAuthInput
) -> ConfigurationView:
    updated = await service.update(platform, principal, configuration_id, given)
    users = await service.used_by(platform, principal.workspace_id, [configuration_id])
    return _view(updated, users.get(configuration_id, []))


@router.delete("/{configuration_id}", status_code=204)
async def delete_configuration(platform: PlatformDep, principal: Marketer, configuration_id: str) -> None:
    await service.delete(platform, principal, configuration_id)


def _view(configuration: Configuration, users: list[Usage]) -> ConfigurationView:
    return ConfigurationView(
        **masked(configuration.given).model_dump(),
        id=configuration.id,
        status=configuration.status.value,
        status_reason=configuration.status_reason,
        status_at=configuration.status_at,
        token_expires_at=configuration.cached.expires_at if configuration.cached else None,
        created_at=configuration.created_at,
        updated_at=configuration.updated_at,
        used_by=users,
    )
