"""Basic authentication of the Data API: the workspace id is the user, a Data API key the password."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Request
from fastapi.openapi.models import HTTPBase
from fastapi.params import Depends as DependsParam
from fastapi.security.base import SecurityBase

from reelpress.engage.basic import user_and_password
from reelpress.engage.data_api import faults, keys
from reelpress.engage.data_api.faults import DataApiFault
from reelpress.engage.data_api.keys import KeyCheck
from reelpress.engage.data_api.recent_keys import RecentKeys
from reelpress.platform.auth import Access
from reelpress.platform.config import Settings
from reelpress.platform.context import Platform


@dataclass(frozen=True, slots=True)
class Workspace:
    """Whose data a call may write; `time_zone` is what event times fall back to."""

    id: str
    time_zone: str
    name: str = ""
    identifiers: tuple[str, ...] = ()
    """Attributes that name a customer, beside e-mail address and mobile number."""


class KeyAccess(Access, SecurityBase):
    """What /openapi.json says of every API that Basic authentication opens."""

    scheme_name = "Data API key"
    model = HTTPBase(
        scheme="basic", description="User: the workspace id. Password: a Data API key of the workspace."
    )


class DataKeyHolder(KeyAccess):
    """A client that knows a live Data API key of the workspace it names.

    `named` says whether path or query must name the workspace beside the credentials.
    """

    summary = "a Data API key of the workspace"

    def __init__(self, *, named: bool = True) -> None:
        self._named = named

    async def __call__(self, request: Request) -> Workspace:
        platform: Platform = request.app.state.platform
        user, password = _credentials(request)
        _require_app_key(request, user, platform.settings)
        workspace = await opened(request, user, password)
        _require_one_workspace(request, user, named=self._named)
        return workspace


Caller = Annotated[Workspace, DependsParam(DataKeyHolder())]
UnnamedCaller = Annotated[Workspace, DependsParam(DataKeyHolder(named=False))]


async def opened(request: Request, user: str, password: str) -> Workspace:
    """The workspace that these credentials open. Raises DataApiFault: 400, 401, 403, 409."""
    # A NUL is in no id of ours, and the database would not take it.
    readable = "\0" not in user + password
    found = await _check(request, user, password) if readable else None
    if found is not None and not found.any_key:
        raise faults.conflict("App Secret key is not set. Please login to the dashboard to set a key.")
    if found is None or not found.opens:
        raise faults.unauthorized("App Secret key mismatch. Please login to the dashboard to verify key")
    if found.state != "active":
        raise faults.closed(found.state)
    return Workspace(user, found.time_zone, found.name, found.identifiers)


async def _check(request: Request, user: str, password: str) -> KeyCheck | None:
    platform: Platform = request.app.state.platform
    recent: RecentKeys = request.app.state.recent_keys
    digest = platform.keys.digest(password)
    found = recent.find(user, digest)
    if found is None:
        changes = recent.changes
        async with platform.db.connection() as conn:
            found = await keys.check(conn, platform.keys, user, password)
        if found is not None:
            recent.keep(user, digest, found, changes)
    return found


def _credentials(request: Request) -> tuple[str, str]:
    header = request.headers.get("authorization")
    if header is None:
        raise faults.unauthorized("Authentication Header Required")
    scheme, _, encoded = header.strip().partition(" ")
    if scheme and scheme.lower() != "basic":
        raise faults.unauthorized(
            "Invalid authorization used. MoEngage only supports 'Basic Auth' authorization."
        )
    pair = user_and_password(encoded)
    if pair is None:
        raise faults.unauthorized("Authorization details are missing")
    user, password = pair
    if not user:
        raise faults.unauthorized("Username (APP_KEY) is missing in the Basic Auth authorization.")
    if not password:
        raise faults.unauthorized("Password (APP_SECRET) is missing in the Basic Auth authorization.")
    return user, password


def _require_app_key(request: Request, user: str, settings: Settings) -> None:
    """The MOE-APPKEY header may be left out, unless the operator asks for it, and may not differ."""
    app_key = request.headers.get("moe-appkey")
    if app_key is None and settings.data_api_needs_app_key:
        raise faults.unauthorized("MOE-APPKEY is missing in Header")
    if app_key is not None and app_key.strip() != user:
        raise faults.unauthorized(
            "MOE_APPKEY doesn't match the Username (APP_KEY) used in Basic Auth authorization."
        )


def _require_one_workspace(request: Request, user: str, *, named: bool) -> None:
    """Path and query name the workspace of the credentials, wherever they name one."""
    query = request.query_params
    names = [request.path_params.get("workspace"), *query.getlist("app_id"), *query.getlist("appId")]
    given = {name for name in names if name}
    if not given and not named:
        return
    if not given:
        raise DataApiFault(400, "ParamsRequired", "app_id is required in path/query params.")
    if given != {user}:
        raise faults.conflict("App key mismatch in params and authentication.")
