"""`/v1/customer`, `/v1/event` and `/v1/transition`, in all spellings clients use."""

import traceback
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from reelpress.engage.data_api import faults
from reelpress.engage.data_api.access import Caller, Workspace
from reelpress.engage.data_api.body import BULK_BODY, CUSTOMER_BODY, EVENT_BODY, read_document
from reelpress.engage.data_api.faults import DataApiFault
from reelpress.engage.data_api.intake import Intake
from reelpress.engage.data_api.model import Batch
from reelpress.engage.data_api.parse import parse_customer, parse_event, parse_transition
from reelpress.engage.data_api.service import call_of
from reelpress.platform.context import Platform
from reelpress.platform.telemetry import current_request_id, log
from reelpress.platform.web import PlatformDep

ACCEPTED = {
    "status": "success",
    "message": "Your request has been accepted and will be processed soon.",
}
LONGEST_DELIVERY_KEY = 200
TRACE_FRAMES = 4


class DataApiRoute(APIRoute):
    """Answers every fault, ours too, with the contract's body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            return await answered(handle(request), self.path)

        return answer


async def answered(work: Coroutine[Any, Any, Response], path: str) -> Response:
    """What the work answers, or the contract's body for the fault it ended with."""
    try:
        return await work
    except DataApiFault as fault:
        return JSONResponse(fault.body(), status_code=fault.status)
    except Exception as fault:
        log.error("a Data API call failed", route=path, fault=type(fault).__name__, where=_where(fault))
        return JSONResponse(faults.unexpected().body(), status_code=500)


def _where(fault: Exception) -> list[str]:
    """Our lines of the traceback, without the message: the database quotes customers' data in its own."""
    frames = traceback.extract_tb(fault.__traceback__)
    return [f"{frame.name}:{frame.lineno}" for frame in frames if "reelpress" in frame.filename][
        -TRACE_FRAMES:
    ]


router = APIRouter(prefix="/v1", tags=["Data API"], route_class=DataApiRoute)


@router.post("/customer")
@router.post("/customer/{workspace}")
async def track_user(request: Request, platform: PlatformDep, caller: Caller) -> Response:
    """Create or update a customer."""
    batch = parse_customer(await read_document(request, CUSTOMER_BODY))
    await _take_in(request, platform, caller, batch)
    return JSONResponse(ACCEPTED)


@router.post("/event")
@router.post("/event/{workspace}")
async def track_event(request: Request, platform: PlatformDep, caller: Caller) -> Response:
    """Take in what one customer did."""
    batch = parse_event(await read_document(request, EVENT_BODY))
    await _take_in(request, platform, caller, batch)
    return JSONResponse(ACCEPTED)


@router.post("/transition")
@router.post("/transition/{workspace}")
async def import_in_bulk(request: Request, platform: PlatformDep, caller: Caller) -> Response:
    """Customers, devices and events of many customers in one call."""
    batch = parse_transition(await read_document(request, BULK_BODY))
    await _take_in(request, platform, caller, batch)
    return JSONResponse(ACCEPTED)


async def _take_in(request: Request, platform: Platform, caller: Workspace, batch: Batch) -> None:
    intake: Intake = request.app.state.intake
    call = call_of(platform, batch, _delivery(request), current_request_id(), _size(request))
    await intake.accept(caller, call)


def _delivery(request: Request) -> str | None:
    """What makes a repeated delivery recognisable; MoEngage ignores it, our own senders send it."""
    key = request.headers.get("idempotency-key") or request.headers.get("webhook-id")
    return key if key and len(key) <= LONGEST_DELIVERY_KEY else None


def _size(request: Request) -> int:
    """Bytes of the body as announced; a body without a length counts as the largest one."""
    announced = request.headers.get("content-length", "")
    return int(announced) if announced.isdecimal() else CUSTOMER_BODY.limit_kb * 1024
