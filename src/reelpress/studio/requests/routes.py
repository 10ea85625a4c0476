"""The contract's own calls: `POST /video/request`, `POST /video/demo`, `GET /status/{id}`."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from reelpress.platform.context import Platform
from reelpress.platform.web import PlatformDep
from reelpress.studio.clients.access import studio_client
from reelpress.studio.clients.contract import ContractRoute
from reelpress.studio.clients.model import ClientPrincipal
from reelpress.studio.requests import service
from reelpress.studio.requests.acceptance import Caller, accept
from reelpress.studio.requests.order import (
    MAX_BODY_BYTES,
    MAX_REFERENCE_CHARS,
    REFERENCES,
    TEXT_ARRAYS,
    URL_ARRAYS,
    OrderFault,
    echoed_reference,
    parse_json,
    parse_order,
)

_VALUE: dict[str, Any] = {"type": ["string", "number", "boolean", "null"]}
_VALUES: dict[str, Any] = {"type": ["array", "null"], "items": _VALUE}
_REFERENCE: dict[str, Any] = {"type": ["string", "number", "null"], "maxLength": MAX_REFERENCE_CHARS}
ORDER_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["use-case-id"],
    "properties": {
        "use-case-id": {"type": "string", "format": "uuid"},
        **dict.fromkeys(REFERENCES, _REFERENCE),
        "user-config": {"type": ["object", "null"], "additionalProperties": _VALUE},
        **dict.fromkeys((*TEXT_ARRAYS, *URL_ARRAYS), _VALUES),
    },
}
ORDER_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": ORDER_SCHEMA}}}
}

router = APIRouter(tags=["Studio contract"], route_class=ContractRoute)
ClientDep = Annotated[ClientPrincipal, studio_client()]


@router.post("/video/request", openapi_extra=ORDER_BODY)
@router.post("/video/demo", openapi_extra=ORDER_BODY)
async def request_medium(request: Request, platform: PlatformDep, client: ClientDep) -> JSONResponse:
    """Accept an order and answer at once; the medium is made afterwards."""
    reference: str | None = None
    try:
        document = parse_json(await read_body(request))
        reference = echoed_reference(document)
        order = parse_order(document)
        caller = Caller(client.workspace_id, client.client_id, request.headers.get("idempotency-key"))
        request_id = await accept(platform, caller, order)
    except OrderFault as fault:
        return _refusal(fault, reference)
    return JSONResponse(
        {
            "status": "SUCCESS",
            "message": "Request accepted",
            "client-request-id": order.client_request_id,
            "whilter-request-id": str(request_id),
        }
    )


@router.get("/status/{transaction_id}")
async def status(transaction_id: str, platform: PlatformDep, client: ClientDep) -> JSONResponse:
    """How far a request is: PROCESSING, SUCCESS with its URLs, or FAILURE with the reason."""
    found = await _status(platform, client.workspace_id, transaction_id)
    if found is None:
        fault = OrderFault(404, "there is no request with this id", "transactionId")
        return _refusal(fault, None)
    return JSONResponse(
        {
            "status": found.status,
            "message": found.message,
            "video-url": found.video_url,
            "image-url": found.image_url,
        },
        headers={"Cache-Control": "no-store"},
    )


async def _status(platform: Platform, workspace_id: str, text: str) -> service.WireStatus | None:
    try:
        request_id = UUID(text)
    except ValueError:
        return None
    return await service.wire_status(platform, workspace_id, request_id)


async def read_body(request: Request) -> bytes:
    """The body, given up as soon as it is too large."""
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > MAX_BODY_BYTES:
            break
    return bytes(received)


def _refusal(fault: OrderFault, reference: str | None) -> JSONResponse:
    body = {
        "status": "FAILURE",
        "message": fault.message,
        "field": fault.field,
        "client-request-id": reference,
    }
    headers = {"Cache-Control": "no-store", **({"Connection": "close"} if fault.status == 413 else {})}
    return JSONResponse(body, status_code=fault.status, headers=headers)
