"""Requests: what was asked of Studio, what became of it, and what was told about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from reelpress.console.access import Marketer, Viewer
from reelpress.console.route import PageRoute
from reelpress.console.view import page
from reelpress.platform.auth import Principal, audit
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from reelpress.platform.web import PlatformDep
from reelpress.studio.campaigns import store as campaigns
from reelpress.studio.campaigns.model import Campaign
from reelpress.studio.egress.model import State as CallbackState
from reelpress.studio.requests import service
from reelpress.studio.requests.model import State
from reelpress.studio.requests.service import Line, Question

HOME = "/console/media-requests"
MAX_CAMPAIGNS = 500
UNFINISHED = (State.ACCEPTED, State.RENDERING)

router = APIRouter(prefix=HOME, route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class Rows:
    """A page of the list. `busy`: something in it is under way; `names` are those of the campaigns.

    `polls`: the page asks again by itself; not while it shows an older page or one customer.
    """

    lines: tuple[Line, ...]
    next_cursor: str | None
    counts: Mapping[State, int]
    names: Mapping[UUID, str]
    busy: bool
    polls: bool


@router.get("")
async def index(
    request: Request,
    platform: PlatformDep,
    principal: Viewer,
    state: str = "",
    use_case_id: str = "",
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Newest first, narrowed by state and campaign."""
    question = Question(_state(state), _uuid(use_case_id), cursor=cursor)
    return await _list(request, platform, principal, question)


@router.post("")
async def search(
    request: Request, platform: PlatformDep, principal: Viewer, customer_id: Annotated[str, Form()] = ""
) -> Response:
    """One customer's requests; her id travels in the body, never in an address."""
    return await _list(request, platform, principal, Question(customer_id=customer_id.strip() or None))


@router.get("/{request_id}")
async def detail(
    request: Request, platform: PlatformDep, principal: Viewer, request_id: UUID, seen: str = ""
) -> Response:
    """One request. `seen` is the state a waiting page shows: when it is another, the page comes anew."""
    found = await service.detail(platform, principal.workspace_id, request_id)
    state = found.line.request.state
    quick = bool(request.headers.get("hx-request"))
    if quick and state.value != seen and state not in UNFINISHED:
        return Response(status_code=204, headers={"HX-Refresh": "true"})
    async with platform.db.connection() as conn:
        campaign = await campaigns.campaign(conn, principal.workspace_id, found.line.request.use_case_id)
    waits = state in UNFINISHED or found.line.callback is CallbackState.PENDING
    template = "media_requests/progress.html" if quick else "media_requests/detail.html"
    return page(
        request,
        template,
        principal,
        line=found.line,
        told=found.told,
        campaign=campaign,
        waits=waits,
        fault=None,
    )


@router.post("/{request_id}/replay")
async def replay(platform: PlatformDep, principal: Marketer, request_id: UUID) -> Response:
    """Send the callback again at once: the same id, the same bytes."""
    async with platform.db.transaction() as conn:
        await service.replay_callback(conn, platform, principal.workspace_id, request_id)
        await audit(conn, principal, "media_request.callback_replayed", request_id)
    return RedirectResponse(f"{HOME}/{request_id}#callback", status_code=303)


async def listed(platform: Platform, principal: Principal, question: Question) -> Rows:
    """The rows of a question with the numbers over its campaign. Raises Refusal."""
    workspace_id = principal.workspace_id
    found = await service.list_requests(platform, workspace_id, question)
    counts = await service.counts(platform, workspace_id, question.use_case_id)
    names = {campaign.id: campaign.name for campaign in await _campaigns(platform, workspace_id)}
    busy = any(counts[state] for state in UNFINISHED) or any(
        line.callback is CallbackState.PENDING for line in found.lines
    )
    polls = question.cursor is None and question.customer_id is None
    return Rows(found.lines, found.next_cursor, counts, names, busy, polls)


async def _list(request: Request, platform: Platform, principal: Principal, question: Question) -> Response:
    fault: Refusal | None = None
    try:
        rows = await listed(platform, principal, question)
    except Refusal as refusal:
        fault, rows = refusal, await listed(platform, principal, Question())
    quick = bool(request.headers.get("hx-request"))
    chosen = {"state": question.state or "", "use_case_id": question.use_case_id or ""}
    return page(
        request,
        "media_requests/rows.html" if quick else "media_requests/index.html",
        principal,
        status=fault.status if fault else 200,
        rows=rows,
        here=HOME,
        query=urlencode({key: str(value) for key, value in chosen.items() if value}),
        question=question,
        states=list(State),
        campaigns=await _campaigns(platform, principal.workspace_id),
        fault=fault,
    )


async def _campaigns(platform: Platform, workspace_id: str) -> list[Campaign]:
    async with platform.db.connection() as conn:
        return await campaigns.newest(conn, workspace_id, MAX_CAMPAIGNS)


def _state(text: str) -> State | None:
    return State(text) if text in set(State) else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
