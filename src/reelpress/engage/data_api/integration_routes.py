"""`/v1/integrations/...`: test a connection, Segment's two endpoints, cohorts of partners."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.params import Depends as DependsParam
from fastapi.responses import JSONResponse

from reelpress.engage.cohorts import service as cohorts
from reelpress.engage.data_api import faults, rates, service
from reelpress.engage.data_api import partner_documents as documents
from reelpress.engage.data_api.access import Caller, UnnamedCaller, Workspace, opened
from reelpress.engage.data_api.body import EVENT_BODY, BodyRules, read_document
from reelpress.engage.data_api.integrations import parse_segment, parse_sync
from reelpress.engage.data_api.parse import plain_text
from reelpress.engage.data_api.route import ACCEPTED, DataApiRoute
from reelpress.platform.auth import Access
from reelpress.platform.web import PlatformDep

COHORT_BODY = BodyRules(128, "Unsupported media type", "Content type is not supported")


class Tester(Access):
    """Who puts workspace id and Data API key into the body; the MOE-APPKEY header may repeat the id."""

    summary = "a Data API key in the body"

    async def __call__(self, request: Request) -> Workspace:
        if not request.headers.get("content-length", "0").strip("0") and "transfer-encoding" not in (
            request.headers
        ):
            raise faults.unauthorized("Authorization details are missing")
        document = await read_document(request, EVENT_BODY)
        user, password = (plain_text(document.get(name)) or "" for name in ("app_id", "app_secret"))
        app_key = request.headers.get("moe-appkey")
        if app_key is not None and app_key.strip() != user:
            raise faults.unauthorized(
                "MOE_APPKEY doesn't match the Username (APP_KEY) used in Basic Auth authorization."
            )
        if not user:
            raise faults.unauthorized("Username (APP_KEY) is missing in the Basic Auth authorization.")
        if not password:
            raise faults.unauthorized("Password (APP_SECRET) is missing in the Basic Auth authorization.")
        return await opened(request, user, password)


router = APIRouter(prefix="/v1/integrations", tags=["Data API"], route_class=DataApiRoute)


@router.post("/authentication", **documents.AUTHENTICATION)
async def authenticate(caller: Annotated[Workspace, DependsParam(Tester())]) -> JSONResponse:
    """Whether these credentials open a workspace, and what it is called."""
    return JSONResponse({"status": "success", "app_name": caller.name})


@router.get("/segment/auth", **documents.SEGMENT_AUTH)
async def authenticate_segment(caller: Caller) -> JSONResponse:
    """200 when the credentials open the workspace in `appId`."""
    del caller
    return JSONResponse({})


@router.post("/segment", **documents.SEGMENT)
async def take_from_segment(request: Request, platform: PlatformDep, caller: Caller) -> JSONResponse:
    """An identify or track body as Segment's destination sends it."""
    batch = parse_segment(await read_document(request, EVENT_BODY))
    await rates.spend(request, platform, caller.id, "customer" if batch.customers else "event")
    await service.accept(platform, caller, batch)
    return JSONResponse({})


@router.post("/cohortsync", **documents.COHORTS)
async def sync_cohort(request: Request, platform: PlatformDep, caller: UnnamedCaller) -> JSONResponse:
    """Customers join a cohort, or leave it."""
    message = parse_sync(await read_document(request, COHORT_BODY))
    await rates.spend(request, platform, caller.id, "cohort")
    await cohorts.sync(platform, caller.id, message)
    return JSONResponse(ACCEPTED)
