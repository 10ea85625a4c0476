"""`/v1.0/business_event`, `/trigger` and `/search` (Business Events v1.0), with their own errors."""

from collections.abc import Callable, Coroutine
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.params import Depends as DependsParam
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from reelpress.engage import callers
from reelpress.engage.business_events import documents, parse, service
from reelpress.engage.business_events.model import Detail, Known, Refused, TooMany
from reelpress.engage.callers import NotKnown, Unreadable, Wrong
from reelpress.engage.data_api.access import KeyAccess
from reelpress.platform.ids import moengage_id
from reelpress.platform.telemetry import log, place_of
from reelpress.platform.web import PlatformDep

NO_CREDENTIALS = "APP_ID and APP_SECRET_KEY is missing in Authorization Header."
WORDS = {400: "Bad Request", 413: "Payload Too Large", 415: "Unsupported Media Type"}
RATE_LIMITED = {
    "status": "error",
    "data": {
        "code": 429,
        "title": "rate limiter exception",
        "description": "Exceeded rate limit for this app",
    },
}
FAILED = {
    "title": "Internal Server Error",
    "message": "An unexpected error was encountered while processing this request. "
    "Please contact MoEngage Team",
}


class KeyHolder(KeyAccess):
    """A client that knows a live key of the workspace whose id is its user name."""

    summary = "an API key of the workspace"

    async def __call__(self, request: Request) -> str:
        return await callers.workspace_of(request)


Caller = Annotated[str, DependsParam(KeyHolder())]


class BusinessEventRoute(APIRoute):
    """Answers every fault, ours too, with the bodies of the v1.0 contract."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except Refused as refused:
                return _error(400, "400 Bad Request", refused.headline, [_shown(d) for d in refused.details])
            except Unreadable as unreadable:
                detail = _shown(Detail("InvalidValue", "body", unreadable.message))
                code = f"{unreadable.status} {WORDS[unreadable.status]}"
                return _error(unreadable.status, code, parse.BAD_REQUEST, [detail])
            except NotKnown as unknown:
                return _error(
                    401, "401 Authentication error", "Authentication required", [_unknown(unknown.wrong)]
                )
            except TooMany:
                return JSONResponse(RATE_LIMITED, status_code=429)
            except Exception as fault:
                log.error(
                    "a business event call failed",
                    route=self.path,
                    fault=type(fault).__name__,
                    place=place_of(fault),
                )
                return JSONResponse(FAILED, status_code=500)

        return answer


router = APIRouter(prefix="/v1.0/business_event", tags=["Business events"], route_class=BusinessEventRoute)


@router.post("", **documents.CREATE)
async def create(request: Request, platform: PlatformDep, caller: Caller) -> JSONResponse:
    """A business event that campaigns can wait for; at most 50 a workspace."""
    given = parse.new_business_event(await callers.json_object(request))
    event = await service.create(platform, caller, given)
    return JSONResponse({"message": "The business event has been created", "event_id": event.id})


@router.post("/trigger", **documents.TRIGGER)
async def trigger(request: Request, platform: PlatformDep, caller: Caller) -> JSONResponse:
    """It happened: a child of every active campaign that waits for it is started."""
    given = parse.new_trigger(await callers.json_object(request))
    await service.trigger(platform, caller, given, needs_campaign=True)
    return JSONResponse({"message": "The business event has been triggered"})


@router.post("/search", **documents.SEARCH)
async def search(request: Request, platform: PlatformDep, caller: Caller) -> JSONResponse:
    """Business events by id or name, with what came of them."""
    wanted = parse.wanted(await callers.json_object(request))
    name, found = await service.find(platform, caller, wanted)
    return JSONResponse({"data": [_known(name, one) for one in found]})


def _known(workspace_name: str, known: Known) -> dict[str, Any]:
    event = known.event
    last = known.last_triggered_at
    return {
        "db_name": workspace_name,
        "event_id": event.id,
        "event_name": event.name,
        "event_attributes": [
            {"attribute_name": one.name, "attribute_data_type": one.type} for one in event.attributes
        ],
        "created_at": _written(event.created_at),
        "last_updated": _written(event.created_at),
        "total_trigger": known.triggers,
        "total_sent_message": known.sent,
        "users_in_segment": known.members,
        "usage_count": known.campaigns,
        "created_by": event.created_by,
        "last_received_time": _written(last) if last else None,
        "_id": event.id,
    }


def _written(moment: datetime) -> str:
    """UTC without saying so, to the microsecond, as the contract's examples."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def _error(status: int, code: str, message: str, details: list[dict[str, Any]]) -> JSONResponse:
    error = {"code": code, "message": message, "details": details, "request_id": moengage_id()}
    return JSONResponse({"error": error}, status_code=status)


def _shown(detail: Detail) -> dict[str, Any]:
    return asdict(detail)


def _unknown(wrong: Wrong) -> dict[str, Any]:
    if wrong == "missing":
        told: Any = {"code": "MissingValue", "target": "Authorization", "message": NO_CREDENTIALS}
        return {"code": "InvalidValue", "target": "Authorization", "message": told}
    target = "APP_ID" if wrong == "workspace" else "APP_SECRET_KEY"
    told = [{"code": "InvalidValue", "target": target, "message": f"Invalid {target} is provided."}]
    return {"code": "InvalidValue", "target": target, "message": told}
