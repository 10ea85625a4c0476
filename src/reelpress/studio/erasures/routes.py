"""`POST /opengdpr_requests` and `GET /opengdpr_requests/{id}`: Studio as a processor of OpenGDPR 1.0.

Called by whoever orders media (the controller), with the credentials the orders come with.
"""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from reelpress.platform.context import Platform
from reelpress.platform.web import PlatformDep
from reelpress.studio.clients.access import studio_client
from reelpress.studio.clients.contract import ContractRefusal, ContractRoute
from reelpress.studio.clients.model import ClientPrincipal
from reelpress.studio.erasures import service, wire
from reelpress.studio.erasures.model import Erasure
from reelpress.studio.requests.order import OrderFault, parse_json
from reelpress.studio.requests.routes import read_body

EXPECTED = timedelta(hours=24)  # the last segments of a medium leave the object store within that
_IDENTITY: dict[str, Any] = {
    "type": "object",
    "required": ["identity_type", "identity_value"],
    "properties": {
        "identity_type": {"type": "string", "minLength": 1},
        "identity_value": {"type": "string", "minLength": 1, "maxLength": wire.LONGEST_VALUE},
        "identity_format": {"type": "string", "enum": ["raw"]},
    },
}
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["subject_request_id", "subject_request_type", "submitted_time", "subject_identities"],
    "properties": {
        "subject_request_id": {"type": "string", "format": "uuid"},
        "subject_request_type": {"type": "string", "enum": ["erasure"]},
        "submitted_time": {"type": "string", "format": "date-time"},
        "subject_identities": {
            "type": "array", "minItems": 1, "maxItems": wire.MOST_SUBJECTS, "items": _IDENTITY,
        },
        "api_version": {"type": "string"},
    },
}  # fmt: skip
_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": _SCHEMA}}}
}

router = APIRouter(tags=["Studio contract"], route_class=ContractRoute)
ClientDep = Annotated[ClientPrincipal, studio_client()]


@router.post("/opengdpr_requests", status_code=201, openapi_extra=_BODY)
async def request_erasure(request: Request, platform: PlatformDep, client: ClientDep) -> JSONResponse:
    """Forget a customer: her orders, media and callbacks. The same request again is answered alike."""
    body = await read_body(request)
    try:
        document = parse_json(body)
    except OrderFault as fault:
        raise ContractRefusal(fault.status, fault.message) from fault
    noted = await service.request(platform, client.workspace_id, wire.parse(document))
    return JSONResponse(
        {
            "controller_id": client.workspace_id,
            "subject_request_id": str(noted.subject_request_id),
            "received_time": _time(noted.requested_at),
            "expected_completion_time": _time(noted.requested_at + EXPECTED),
            "encoded_request": base64.b64encode(body).decode(),
        },
        status_code=201,
        headers={"Cache-Control": "no-store"},
    )


@router.get("/opengdpr_requests/{subject_request_id}")
async def erasure_status(subject_request_id: str, platform: PlatformDep, client: ClientDep) -> JSONResponse:
    """Whether a request is done."""
    found = await _found(platform, client.workspace_id, subject_request_id)
    if found is None:
        raise ContractRefusal(404, "there is no request with this subject_request_id")
    return JSONResponse(
        {
            "controller_id": client.workspace_id,
            "subject_request_id": str(found.subject_request_id),
            "request_status": "completed" if found.done_at else "in_progress",
            "expected_completion_time": _time(found.done_at or found.requested_at + EXPECTED),
            "api_version": wire.API_VERSION,
        },
        headers={"Cache-Control": "no-store"},
    )


async def _found(platform: Platform, workspace_id: str, text: str) -> Erasure | None:
    try:
        subject_request_id = UUID(text)
    except ValueError:
        return None
    return await service.find(platform, workspace_id, subject_request_id)


def _time(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
