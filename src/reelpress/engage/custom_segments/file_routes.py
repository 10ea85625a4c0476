"""`/v2/custom-segments/file-segment`: segments whose users a file lists."""

from typing import Any, Literal, cast

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from reelpress.engage.custom_segments import documents, faults, files, limits
from reelpress.engage.custom_segments.access import Caller
from reelpress.engage.custom_segments.files import FileRequest
from reelpress.engage.custom_segments.model import MOST_EXPIRY_DAYS, Json
from reelpress.engage.custom_segments.routes import SegmentRoute, accepted, read_document
from reelpress.engage.profiles.standard import key_of
from reelpress.engage.profiles.values import clean_name
from reelpress.platform.context import Platform
from reelpress.platform.web import PlatformDep

LONGEST_URL = 2048
MOST_EMAILS = 20
TYPES = ("string", "double")

router = APIRouter(tags=["Custom segments"], route_class=SegmentRoute)


@router.post("/v2/custom-segments/file-segment", status_code=202, **documents.CREATE_FILE)
async def create_file_segment(request: Request, platform: PlatformDep, workspace_id: Caller) -> JSONResponse:
    """A segment of the users listed in the file, which a job reads."""
    asked = await _read(platform, await read_document(request), creating=True)
    await limits.take(platform, workspace_id, "file")
    segment = await files.create(platform, workspace_id, asked)
    return accepted("File-segment creation request accepted", segment)


@router.put("/v2/custom-segments/file-segment/add-users", status_code=202, **documents.CHANGE_FILE)
async def add_users(request: Request, platform: PlatformDep, workspace_id: Caller) -> JSONResponse:
    """Add the users listed in the file."""
    return await _change(request, platform, workspace_id, "add")


@router.put("/v2/custom-segments/file-segment/remove-users", status_code=202, **documents.CHANGE_FILE)
async def remove_users(request: Request, platform: PlatformDep, workspace_id: Caller) -> JSONResponse:
    """Remove the users listed in the file."""
    return await _change(request, platform, workspace_id, "remove")


@router.put("/v2/custom-segments/file-segment/replace", status_code=202, **documents.CHANGE_FILE)
async def replace_users(request: Request, platform: PlatformDep, workspace_id: Caller) -> JSONResponse:
    """Put the users listed in the file in the place of all."""
    return await _change(request, platform, workspace_id, "replace")


async def _change(
    request: Request, platform: Platform, workspace_id: str, operation: Literal["add", "remove", "replace"]
) -> JSONResponse:
    asked = await _read(platform, await read_document(request), creating=False)
    await limits.take(platform, workspace_id, "file")
    segment = await files.change(platform, workspace_id, asked, operation)
    return accepted(f"File-segment user-{operation} request accepted", segment)


async def _read(platform: Platform, body: Json, *, creating: bool) -> FileRequest:
    """Raises SegmentFault (400) that names the field at fault."""
    attribute_type = _text(body, "attribute_type")
    if attribute_type not in TYPES:
        raise faults.bad_file_request("attribute_type is string or double")
    attribute = _text(body, "attribute_name")
    if clean_name(attribute) != attribute:
        raise faults.bad_file_request("attribute_name is the name of a user attribute")
    callback = body.get("callback_url")
    return FileRequest(
        name=_text(body, "name"),
        segment_id=None if creating or body.get("cs_id") is None else _text(body, "cs_id"),
        attribute=key_of(attribute),
        attribute_type=cast("Any", attribute_type),
        file_url=await _url(platform, body, "file_url"),
        callback_url=None if callback is None else await _url(platform, body, "callback_url"),
        emails=_emails(body.get("emails")),
        expiry_days=_expiry_days(body.get("expiry_time")) if creating else None,
    )


def _text(body: Json, field: str) -> str:
    value = body.get(field)
    if not isinstance(value, str) or not value:
        raise faults.bad_file_request(f"{field} is needed, as text")
    return value


async def _url(platform: Platform, body: Json, field: str) -> str:
    url = _text(body, field)
    refused = "it is too long" if len(url) > LONGEST_URL else await platform.http.check_url(url)
    if refused:
        raise faults.bad_file_request(f"{field} cannot be used: {refused}")
    return url


def _emails(given: object) -> tuple[str, ...]:
    items = cast("list[object]", given) if isinstance(given, list) else []
    emails = tuple(item for item in items if isinstance(item, str) and "@" in item)
    if given is not None and (len(emails) != len(items) or not isinstance(given, list)):
        raise faults.bad_file_request("emails is a list of e-mail addresses")
    if len(emails) > MOST_EMAILS:
        raise faults.bad_file_request(f"emails holds at most {MOST_EMAILS} addresses")
    return emails


def _expiry_days(given: object) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= MOST_EXPIRY_DAYS:
        raise faults.bad_file_request(f"expiry_time is needed: whole days from 1 to {MOST_EXPIRY_DAYS}")
    return given
