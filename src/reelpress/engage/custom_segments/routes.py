"""`/v3/custom-segments`: filter segments, and `/v2/custom-segments/archive` and `unarchive`."""

import traceback
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, cast

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from reelpress.engage.custom_segments import documents, faults, limits, service
from reelpress.engage.custom_segments.access import Caller
from reelpress.engage.custom_segments.describe import describe
from reelpress.engage.custom_segments.faults import SegmentFault
from reelpress.engage.custom_segments.model import Json, Segment
from reelpress.platform import ids
from reelpress.platform.telemetry import log
from reelpress.platform.web import PlatformDep

LARGEST_BODY_BYTES = 128 * 1024
DEEPEST_BODY = 50
TRACE_FRAMES = 4
TYPES = {"FILTER": "ELASTIC_SEARCH", "FILE": "FILE_SEGMENT"}


class SegmentRoute(APIRoute):
    """Answers every fault, ours too, with the contract's body: that of the path's version."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        shown = SegmentFault.file_body if self.path.startswith("/v2/") else SegmentFault.body

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except SegmentFault as fault:
                return JSONResponse(shown(fault), status_code=fault.status)
            except Exception as fault:
                frames = traceback.extract_tb(fault.__traceback__)
                where = [f"{frame.name}:{frame.lineno}" for frame in frames if "reelpress" in frame.filename]
                log.error(
                    "a Segments API call failed",
                    route=self.path,
                    fault=type(fault).__name__,
                    where=where[-TRACE_FRAMES:],
                )
                return JSONResponse(shown(faults.unexpected()), status_code=500)

        return answer


router = APIRouter(tags=["Custom segments"], route_class=SegmentRoute)


@router.post("/v3/custom-segments", status_code=201, **documents.CREATE)
async def create_segment(request: Request, platform: PlatformDep, workspace_id: Caller) -> JSONResponse:
    """A segment of those whom these filters hold for."""
    await limits.take(platform, workspace_id, "create")
    body = await read_document(request)
    segment = await service.create(platform, workspace_id, text_of(body, "name"), _filters_of(body))
    return _answer(_shown(segment), 201)


@router.get("/v3/custom-segments", **documents.LIST)
async def list_segments(request: Request, platform: PlatformDep, workspace_id: Caller) -> JSONResponse:
    """All segments, or the one of exactly this name."""
    await limits.take(platform, workspace_id, "list")
    name = request.query_params.get("name")
    readable = name is None or "\0" not in name
    segments = await service.every(platform, workspace_id, name) if readable else []
    return _answer([_listed(segment) for segment in segments])


@router.get("/v3/custom-segments/{segment_id}", **documents.GET)
async def get_segment(request: Request, platform: PlatformDep, workspace_id: Caller) -> JSONResponse:
    """The segment with this id, in a list, which is empty when there is none."""
    await limits.take(platform, workspace_id, "get")
    found = await service.find(platform, workspace_id, request.path_params["segment_id"])
    return _answer([_listed(found)] if found else [])


@router.patch("/v3/custom-segments/{segment_id}", **documents.UPDATE)
async def update_segment(request: Request, platform: PlatformDep, workspace_id: Caller) -> JSONResponse:
    """Other filters, and perhaps another name."""
    await limits.take(platform, workspace_id, "update")
    body = await read_document(request)
    name = text_of(body, "name") if body.get("name") is not None else None
    by = text_of(body, "updated_by") if body.get("updated_by") is not None else None
    segment_id: str = request.path_params["segment_id"]
    segment = await service.update(platform, workspace_id, segment_id, name, _filters_of(body), by)
    return _answer(_shown(segment))


@router.patch("/v2/custom-segments/archive", status_code=202, **documents.ARCHIVE)
async def archive_segment(request: Request, platform: PlatformDep, workspace_id: Caller) -> JSONResponse:
    """Put a segment aside; what refers to it goes on meaning the same."""
    return await _set_archived(request, platform, workspace_id, archived=True)


@router.patch("/v2/custom-segments/unarchive", status_code=202, **documents.ARCHIVE)
async def unarchive_segment(request: Request, platform: PlatformDep, workspace_id: Caller) -> JSONResponse:
    """Make an archived segment active again."""
    return await _set_archived(request, platform, workspace_id, archived=False)


async def read_document(request: Request) -> Json:
    """The JSON object of the body, whatever its content type says. Raises SegmentFault (400, 413)."""
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > LARGEST_BODY_BYTES:
            raise faults.too_long()
    try:
        document = msgspec.json.decode(bytes(raw))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as fault:
        raise faults.bad_format() from fault
    if not isinstance(document, dict) or not _is_storable(cast("object", document)):
        raise faults.bad_format()
    return cast("Json", document)


def text_of(body: Json, field: str) -> str:
    """A field that has to be text. Raises SegmentFault (400)."""
    value = body.get(field)
    if not isinstance(value, str):
        raise faults.bad_format(field, f"{field} is needed, as text")
    return value


def accepted(message: str, segment: Segment) -> JSONResponse:
    """The answer of version 2 of the API."""
    body = {"message": message, "success": True, "cs_name": segment.name, "cs_id": segment.id}
    return JSONResponse(body, status_code=202)


async def _set_archived(
    request: Request, platform: PlatformDep, workspace_id: str, *, archived: bool
) -> JSONResponse:
    body = await read_document(request)
    segment_id = body.get("cs_id")
    if segment_id is not None and not isinstance(segment_id, str):
        raise faults.bad_file_request("cs_id is the id of a segment, as text")
    name = body.get("name")
    if not isinstance(name, str):
        raise faults.bad_file_request("name is needed, as text")
    segment = await service.set_archived(platform, workspace_id, name, segment_id, archived=archived)
    return accepted(f"Successfully {'archived' if archived else 'unarchived'} the custom segment", segment)


def _filters_of(body: Json) -> Json:
    filters = body.get("included_filters")
    if not isinstance(filters, dict):
        raise faults.bad_format("included_filters", "included_filters is needed, as an object")
    return cast("Json", filters)


def _is_storable(value: object, depth: int = 0) -> bool:
    """Whether the database can hold the JSON: no NUL and no half of a surrogate pair in any text; and
    whether it is flat enough to be read and written without running out of stack."""
    if depth > DEEPEST_BODY:
        return False
    match value:
        case str():
            return not any(one == "\0" or "\ud800" <= one <= "\udfff" for one in value)
        case list():
            return all(_is_storable(item, depth + 1) for item in cast("list[object]", value))
        case dict():
            pairs = cast("dict[str, object]", value)
            return all(_is_storable(key) and _is_storable(item, depth + 1) for key, item in pairs.items())
        case _:
            return True


def _answer(data: object, status: int = 200) -> JSONResponse:
    body = {"data": data, "response_id": ids.response_id(), "type": "custom_segment"}
    return JSONResponse(body, status_code=status)


def _listed(segment: Segment) -> Json:
    return {
        "name": segment.name,
        "id": segment.id,
        "created_time": _time(segment.created_at),
        "type": TYPES[segment.kind],
        "source": "API",
    }


def _shown(segment: Segment) -> Json:
    filters = segment.filters or {}
    return {
        **_listed(segment),
        "updated_time": _time(segment.updated_at),
        "description": describe(filters),
        "included_filters": filters,
    }


def _time(at: datetime) -> str:
    """UTC without a zone, as the contract's examples write it."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
