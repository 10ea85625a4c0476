"""`/v1/installInfo`, which partners call, and the key they call it with."""

import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.params import Depends as DependsParam
from fastapi.responses import JSONResponse

from reelpress.engage.attribution import service
from reelpress.engage.attribution.service import Install, attribution_key
from reelpress.engage.data_api import faults
from reelpress.engage.data_api import partner_documents as documents
from reelpress.engage.data_api.faults import DataApiFault
from reelpress.engage.data_api.route import ACCEPTED, DataApiRoute
from reelpress.engage.profiles.values import LONGEST_STRING
from reelpress.platform.auth import Access, Principal, Role, member
from reelpress.platform.auth.store import workspace
from reelpress.platform.context import Platform
from reelpress.platform.web import PlatformDep


class Partner(Access):
    """Who knows the attribution key of the workspace that the query names."""

    summary = "the attribution key of the workspace"

    async def __call__(self, request: Request) -> str:
        platform: Platform = request.app.state.platform
        workspace_id, given = _said(request, "appId"), _said(request, "appAttributionKey")
        if not given:
            raise faults.unauthorized("Authorization details are missing")
        if not workspace_id:
            raise DataApiFault(400, "ParamsRequired", "app_id is required in path/query params.")
        expected = attribution_key(platform.keys, workspace_id)
        if not hmac.compare_digest(given.encode(), expected.encode()):
            raise faults.unauthorized("App Secret key mismatch. Please login to the dashboard to verify key")
        async with platform.db.connection() as conn:
            if await workspace(conn, workspace_id) is None:
                raise DataApiFault(400, "InvalidParams", "given app_id is invalid/blocked")
        return workspace_id


wire = APIRouter(prefix="/v1", tags=["Data API"], route_class=DataApiRoute)
router = APIRouter(prefix="/api/v1", tags=["Data API keys"])


@wire.get("/installInfo", **documents.INSTALL)
async def install_info(
    request: Request, platform: PlatformDep, workspace_id: Annotated[str, DependsParam(Partner())]
) -> JSONResponse:
    """Take in where an install came from."""
    identifiers = {"moe_gaid": _said(request, "advertising_id"), "idfv": _said(request, "idfv")}
    source = _said(request, "src")
    if not source:
        raise faults.missing("src")
    known = {name: value for name, value in identifiers.items() if value}
    if not known:
        raise faults.missing("advertising_id")
    install = Install(known, _said(request, "publisher_name"), _said(request, "campaign_name"), source)
    await service.record(platform, workspace_id, install)
    return JSONResponse(ACCEPTED)


@router.get("/attribution-key")
async def read_key(
    platform: PlatformDep, principal: Annotated[Principal, member(Role.admin)]
) -> dict[str, Any]:
    """The key that attribution partners put into their URLs."""
    return {"attribution_key": attribution_key(platform.keys, principal.workspace_id)}


def _said(request: Request, name: str) -> str | None:
    return request.query_params.get(name, "").replace("\0", "").strip()[:LONGEST_STRING] or None
