"""`/v1/opengdpr_requests`: requests for erasure as OpenGDPR clients send them."""

from typing import Any, cast

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from reelpress.engage.data_api import documents, faults
from reelpress.engage.data_api.access import Caller
from reelpress.engage.data_api.body import ERASURE_BODY, read_document
from reelpress.engage.data_api.faults import DataApiFault
from reelpress.engage.data_api.fields import read_identity_pair, read_list
from reelpress.engage.data_api.route import ACCEPTED, DataApiRoute
from reelpress.engage.privacy import service
from reelpress.engage.privacy.model import IDENTITY_TYPES, Identity
from reelpress.platform.web import PlatformDep

REQUIRED = ("request_type", "submitted_time", "identities", "api_version")
MOST_IDENTITIES = 100

router = APIRouter(prefix="/v1", tags=["Data API"], route_class=DataApiRoute)


@router.post("/opengdpr_requests", **documents.ERASURE)
@router.post("/opengdpr_requests/{workspace}", **documents.in_path(documents.ERASURE))
async def request_erasure(request: Request, platform: PlatformDep, caller: Caller) -> JSONResponse:
    """Forget everybody whom one of the identities names. 200 also when it names nobody."""
    identities = parse_request(await read_document(request, ERASURE_BODY))
    async with platform.db.transaction() as conn:
        erasure_id = await service.request(conn, platform, caller.id, "erasure", identities)
    return JSONResponse({**ACCEPTED, "request_id": str(erasure_id)})


def parse_request(document: dict[str, Any]) -> list[Identity]:
    """Whom a request names (pure). Raises DataApiFault; requests of other kinds than erasure are refused."""
    for name in REQUIRED:
        if document.get(name) is None:
            raise faults.missing(name)
    if document["request_type"] != "erasure":
        raise DataApiFault(400, "ValueError", "request_type can only be 'erasure'", "request_type")
    for name in ("submitted_time", "api_version"):
        if not isinstance(document[name], str):
            raise faults.no_text(name)
    return [_identity(one) for one in read_list(document, "identities", MOST_IDENTITIES)]


def _identity(item: object) -> Identity:
    if not isinstance(item, dict):
        raise faults.malformed("identities")
    return Identity(*read_identity_pair(cast("dict[str, Any]", item), IDENTITY_TYPES))
