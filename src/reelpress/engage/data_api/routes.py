"""`/v1/customer`, `/v1/event` and `/v1/transition`, in all spellings clients use."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from reelpress.engage.data_api import documents, rates
from reelpress.engage.data_api.access import Caller, Workspace
from reelpress.engage.data_api.body import BULK_BODY, CUSTOMER_BODY, EVENT_BODY, read_document
from reelpress.engage.data_api.intake import Intake
from reelpress.engage.data_api.model import Batch
from reelpress.engage.data_api.parse import identifiers_of, parse_customer, parse_event, parse_transition
from reelpress.engage.data_api.route import ACCEPTED, DataApiRoute
from reelpress.engage.data_api.service import call_of
from reelpress.platform.context import Platform
from reelpress.platform.telemetry import current_request_id
from reelpress.platform.web import PlatformDep

LONGEST_DELIVERY_KEY = 200

router = APIRouter(prefix="/v1", tags=["Data API"], route_class=DataApiRoute)


@router.post("/customer", **documents.CUSTOMER)
@router.post("/customer/{workspace}", **documents.in_path(documents.CUSTOMER))
async def track_user(request: Request, platform: PlatformDep, caller: Caller) -> JSONResponse:
    """Create or update a customer."""
    batch = parse_customer(await read_document(request, CUSTOMER_BODY), identifiers_of(caller.identifiers))
    await rates.spend(request, platform, caller.id, "customer")
    await _take_in(request, platform, caller, batch)
    return JSONResponse(ACCEPTED)


@router.post("/event", **documents.EVENT)
@router.post("/event/{workspace}", **documents.in_path(documents.EVENT))
async def track_event(request: Request, platform: PlatformDep, caller: Caller) -> JSONResponse:
    """Take in what one customer did."""
    batch = parse_event(await read_document(request, EVENT_BODY), identifiers_of(caller.identifiers))
    await rates.spend(request, platform, caller.id, "event", len(batch.events[0].actions))
    await _take_in(request, platform, caller, batch)
    return JSONResponse(ACCEPTED)


@router.post("/transition", **documents.BULK)
@router.post("/transition/{workspace}", **documents.in_path(documents.BULK))
async def import_in_bulk(request: Request, platform: PlatformDep, caller: Caller) -> JSONResponse:
    """Customers, devices and events of many customers in one call."""
    batch = parse_transition(await read_document(request, BULK_BODY), identifiers_of(caller.identifiers))
    await rates.spend_batch(request, platform, caller.id, batch)
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
