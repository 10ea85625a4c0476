"""`/v5/business-events`: trigger, list and search (Business Events v5)."""

from collections.abc import Mapping
from typing import Any, cast

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from reelpress.engage import callers
from reelpress.engage.business_events import documents, parse, service
from reelpress.engage.business_events.model import AttributeType, Known, Refused, TooMany, Wanted
from reelpress.engage.campaigns.children.model import Started
from reelpress.engage.v5 import faults
from reelpress.engage.v5.web import V5Caller, V5Route
from reelpress.platform import ids
from reelpress.platform.web import PlatformDep

MOST_LISTED = 20
LONGEST_REQUEST_ID = 200
TYPES: Mapping[AttributeType, str] = {
    "string": "string",
    "int": "number",
    "float": "number",
    "date": "datetime",
    "array": "array",
}

router = APIRouter(prefix="/v5/business-events", tags=["Business events"], route_class=V5Route)


@router.post("/triggers", **documents.V5_TRIGGER)
async def trigger(request: Request, platform: PlatformDep, caller: V5Caller) -> JSONResponse:
    """It happened: a child of every active campaign that waits for it is started."""
    request_id = _request_id(request)
    try:
        given = parse.new_trigger(await callers.json_object(request), named=True)
        started = await service.trigger(platform, caller, given, needs_campaign=False)
    except Refused as refused:
        raise _invalid(refused, request_id) from None
    except TooMany:
        raise faults.rate_limited() from None
    return _answer(_outcome(started), request_id)


@router.get("", **documents.V5_LIST)
async def list_business_events(request: Request, platform: PlatformDep, caller: V5Caller) -> JSONResponse:
    """A page of the workspace's business events, all or those of one name or id."""
    asked = request.query_params
    name, event_id, limit = asked.get("name"), asked.get("id"), asked.get("limit", str(MOST_LISTED))
    document = {
        "filters": {"names": [name] if name else None, "ids": [event_id] if event_id else None},
        "limit": int(limit) if limit.isdecimal() and len(limit) < 5 else limit,
        "cursor": asked.get("cursor"),
    }
    return await _page(platform, caller, document, _request_id(request))


@router.post("/search", **documents.V5_SEARCH)
async def search(request: Request, platform: PlatformDep, caller: V5Caller) -> JSONResponse:
    """A page of the business events with one of these names or ids."""
    return await _page(platform, caller, await callers.json_object(request), _request_id(request))


def _request_id(request: Request) -> str | None:
    """What the caller calls this request; given back in the answer. Raises V5Fault (400)."""
    given = request.headers.get("x-moe-request-id")
    if given is not None and len(given) > LONGEST_REQUEST_ID:
        raise _wrong("X-MOE-Request-Id", f"a request id has at most {LONGEST_REQUEST_ID} characters", None)
    return given


async def _page(
    platform: PlatformDep, workspace_id: str, document: Mapping[str, Any], request_id: str | None
) -> JSONResponse:
    limit, cursor = document.get("limit"), document.get("cursor")
    limit = MOST_LISTED if limit is None else limit
    if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= MOST_LISTED:
        raise _wrong("limit", f"limit is a number from 1 to {MOST_LISTED}", request_id)
    if cursor is not None and not (isinstance(cursor, str) and 1 <= len(cursor) <= 64 and cursor.isalnum()):
        raise _wrong("cursor", "cursor was not given out by this call", request_id)
    try:
        wanted = _wanted(document.get("filters"), request_id)
        _, found = await service.find(platform, workspace_id, wanted, after=cursor, limit=limit + 1)
    except Refused as refused:
        raise _invalid(refused, request_id) from None
    except TooMany:
        raise faults.rate_limited() from None
    shown = found[:limit]
    more = shown[-1].event.id if len(found) > limit else None
    return _answer({"business_events": [_known(one) for one in shown], "next_cursor": more}, request_id)


def _wanted(filters: Any, request_id: str | None) -> Wanted:
    if filters is None:
        return Wanted()
    if not isinstance(filters, dict):
        raise _wrong("filters", "filters is an object with names or ids", request_id)
    given = cast("dict[str, Any]", filters)
    return Wanted(
        ids=parse.texts(given.get("ids"), "filters.ids"),
        names=parse.texts(given.get("names"), "filters.names"),
    )


def _outcome(started: Started) -> dict[str, Any]:
    triggered, failed = len(started.triggered), len(started.failed)
    if not triggered:
        status = "FAILURE"
        message = (
            "No campaign could be triggered" if failed else "No active campaign found for business event name"
        )
    elif failed:
        status, message = "PARTIAL_SUCCESS", "Some campaigns could not be triggered"
    else:
        status, message = "SUCCESS", "The business event has been triggered"
    return {
        "triggered_status": status,
        "message": message,
        "summary": {"total": triggered + failed, "triggered": triggered, "failed": failed},
        "triggered_campaign_ids": list(started.triggered),
        "failed_campaign_ids": list(started.failed),
        "triggered_flow_ids": [],
        "failed_flow_ids": [],
    }


def _known(known: Known) -> dict[str, Any]:
    event, last = known.event, known.last_triggered_at
    return {
        "id": event.id,
        "name": event.name,
        "attributes": [{"name": one.name, "data_type": TYPES[one.type]} for one in event.attributes],
        "created_by": event.created_by,
        "created_at": event.created_at.isoformat(),
        "last_triggered_at": last.isoformat() if last else None,
        "total_triggers": known.triggers,
        "total_sent_messages": known.sent,
        "users_in_segment": known.members,
        "usage_count": known.campaigns,
    }


def _answer(data: dict[str, Any], request_id: str | None) -> JSONResponse:
    return JSONResponse(
        {"response_id": request_id or ids.response_id(), "type": "business-event", "data": data}
    )


def _invalid(refused: Refused, request_id: str | None) -> faults.V5Fault:
    details = [
        {
            "field": detail.target if isinstance(detail.target, str) else ".".join(detail.target),
            "issue": detail.code,
            "message": detail.message,
        }
        for detail in refused.details
    ]
    return faults.invalid(details, request_id)


def _wrong(field: str, message: str, request_id: str | None) -> faults.V5Fault:
    return faults.invalid([{"field": field, "issue": "InvalidValue", "message": message}], request_id)
