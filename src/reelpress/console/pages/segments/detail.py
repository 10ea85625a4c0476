"""The list of segments, and one of them: whom it holds, its files, archived or not."""

from __future__ import annotations

import json

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from reelpress.console.access import Marketer, Viewer
from reelpress.console.pages.campaigns.rules import shown_rule
from reelpress.console.pages.segments.look import BASE, faults_in, segment_of
from reelpress.console.route import PageRoute
from reelpress.console.typed import Faults
from reelpress.console.view import page
from reelpress.engage.audiences.model import Reference
from reelpress.engage.audiences.service import count
from reelpress.engage.custom_segments import service, store
from reelpress.engage.custom_segments.describe import describe
from reelpress.engage.custom_segments.faults import SegmentFault
from reelpress.engage.custom_segments.model import Segment, SegmentFile
from reelpress.engage.profiles import catalog
from reelpress.platform.auth import Principal, Role
from reelpress.platform.context import Platform
from reelpress.platform.web import PlatformDep

OPERATIONS = (
    ("add", "Add the users in it"),
    ("remove", "Remove the users in it"),
    ("replace", "Put the users in it in the place of all"),
)

router = APIRouter(prefix=BASE, route_class=PageRoute)


@router.get("")
async def index(request: Request, platform: PlatformDep, principal: Viewer) -> Response:
    """The newest first; each count is asked for when its line is in sight."""
    now = platform.clock.now()
    found = await service.every(platform, principal.workspace_id)
    return page(
        request,
        "segments/index.html",
        principal,
        segments=[(one, one.is_archived(now)) for one in found],
        may_change=principal.role >= Role.marketer,
    )


@router.get("/{segment_id}")
async def detail(request: Request, platform: PlatformDep, principal: Viewer, segment_id: str) -> Response:
    """The page."""
    segment = await segment_of(platform, principal, segment_id)
    return await show(request, platform, principal, segment)


@router.get("/{segment_id}/count")
async def number(request: Request, platform: PlatformDep, principal: Viewer, segment_id: str) -> Response:
    """How many users it holds now, for the list."""
    segment = await segment_of(platform, principal, segment_id)
    users = await _users(platform, segment, principal.workspace_id)
    return page(request, "parts/number.html", principal, number=users)


@router.post("/{segment_id}/archive")
async def archive(request: Request, platform: PlatformDep, principal: Marketer, segment_id: str) -> Response:
    """Put it aside; what refers to it goes on meaning the same."""
    return await _set_archived(request, platform, principal, segment_id, archived=True)


@router.post("/{segment_id}/restore")
async def restore(request: Request, platform: PlatformDep, principal: Marketer, segment_id: str) -> Response:
    """Take it back."""
    return await _set_archived(request, platform, principal, segment_id, archived=False)


async def show(
    request: Request,
    platform: Platform,
    principal: Principal,
    segment: Segment,
    values: dict[str, str] | None = None,
    faults: Faults | None = None,
) -> Response:
    """The page of a segment, with what was typed into the form of its files."""
    rule = shown_rule(segment.filters)
    async with platform.db.connection() as conn:
        files = await store.files(conn, principal.workspace_id) if segment.kind == "FILE" else []
        attributes = await catalog.entries(conn, principal.workspace_id)
    return page(
        request,
        "segments/detail.html",
        principal,
        status=422 if faults else 200,
        segment=segment,
        archived=segment.is_archived(platform.clock.now()),
        users=await _users(platform, segment, principal.workspace_id),
        rule=rule,
        description=describe(segment.filters) if segment.filters else "",
        document=json.dumps(segment.filters, indent=2, ensure_ascii=False),
        files=[one for one in files if one.segment_id == segment.id],
        is_reading=any(one.state == "queued" for one in files if one.segment_id == segment.id),
        operations=OPERATIONS,
        operation_words=_operation_words,
        attributes=attributes,
        values=values or {"operation": "add", "attribute": "ID", "attribute_type": "string"},
        faults=faults or {},
        may_change=principal.role >= Role.marketer,
    )


async def _set_archived(
    request: Request, platform: Platform, principal: Principal, segment_id: str, *, archived: bool
) -> Response:
    segment = await segment_of(platform, principal, segment_id)
    try:
        await service.set_archived(
            platform, principal.workspace_id, segment.name, segment.id, archived=archived, by=principal
        )
    except SegmentFault as fault:
        return await show(request, platform, principal, segment, faults=faults_in(fault))
    return RedirectResponse(f"{BASE}/{segment_id}", status_code=303)


async def _users(platform: Platform, segment: Segment, workspace_id: str) -> int:
    async with platform.db.connection() as conn:
        return await count(conn, workspace_id, Reference(segment.id), platform.clock.now())


def _operation_words(file: SegmentFile) -> str:
    return {"create": "First users", "add": "Added", "remove": "Removed", "replace": "Replaced"}[
        file.operation
    ]
