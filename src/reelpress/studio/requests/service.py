"""What callers and the console learn about requests."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.platform.errors import Refusal, not_found
from reelpress.studio.egress import service as egress
from reelpress.studio.egress import store as callbacks
from reelpress.studio.egress.model import Attempt, Callback, Step
from reelpress.studio.egress.model import State as CallbackState
from reelpress.studio.media import store as media
from reelpress.studio.media.model import Addresses, Medium, addresses
from reelpress.studio.requests import seal, store
from reelpress.studio.requests.model import Content, Request, State

MAX_PAGE = 200


@dataclass(frozen=True, slots=True)
class WireStatus:
    """The answer of `GET /status/{id}`."""

    status: str
    message: str | None = None
    video_url: str | None = None
    image_url: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A request in a list."""

    request: Request
    content: Content
    medium: Medium | None
    urls: Addresses | None
    callback: CallbackState | None


@dataclass(frozen=True, slots=True)
class Page:
    """Newest first; `next_cursor` continues, None at the end."""

    lines: tuple[Line, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """A callback with everything that happened to it; step bodies stay sealed."""

    callback: Callback
    steps: tuple[Step, ...]
    attempts: tuple[tuple[Attempt, str], ...]


@dataclass(frozen=True, slots=True)
class Detail:
    line: Line
    told: Told | None


@dataclass(frozen=True, slots=True)
class Question:
    """Which requests a list shows."""

    state: State | None = None
    use_case_id: UUID | None = None
    customer_id: str | None = None
    cursor: str | None = None
    limit: int = 50


async def wire_status(platform: Platform, workspace_id: str, request_id: UUID) -> WireStatus | None:
    """None when the workspace has no such request."""
    async with platform.db.connection() as conn:
        request = await store.get(conn, workspace_id, request_id)
        if request is None:
            return None
        found = (await media.of_requests(conn, workspace_id, [request_id])).get(request_id)
    if request.state is State.FAILED:
        return WireStatus("FAILURE", request.reason)
    if request.state is not State.READY or found is None:
        return WireStatus("PROCESSING")
    if found.over(platform.clock.now()):
        return WireStatus("SUCCESS", "the time to live of the medium has ended")
    urls = addresses(platform.settings.public_url, found.id, found.kind)
    return WireStatus("SUCCESS", None, urls.mp4, urls.image)


async def list_requests(platform: Platform, workspace_id: str, question: Question) -> Page:
    """Raises Refusal 400 for a cursor that is not one of ours."""
    customer = seal.customer_digest(platform.keys, workspace_id, question.customer_id or "")
    limit = max(1, min(question.limit, MAX_PAGE))
    chosen = store.Filter(question.state, question.use_case_id, customer, _read_cursor(question.cursor))
    async with platform.db.connection() as conn:
        found = await store.newest(conn, workspace_id, chosen, limit + 1)
        names = [request.id for request in found[:limit]]
        media_of = await media.of_requests(conn, workspace_id, names)
        states = await callbacks.states_of(conn, workspace_id, names)
    lines = tuple(
        _line(platform, request, media_of.get(request.id), states.get(request.id))
        for request in found[:limit]
    )
    return Page(lines, _cursor(found[limit - 1]) if len(found) > limit else None)


async def counts(
    platform: Platform, workspace_id: str, use_case_id: UUID | None = None
) -> Mapping[State, int]:
    """How many requests are in each state."""
    async with platform.db.connection() as conn:
        return await store.counts(conn, workspace_id, use_case_id)


async def detail(platform: Platform, workspace_id: str, request_id: UUID) -> Detail:
    """Raises Refusal 404."""
    async with platform.db.connection() as conn:
        request = await store.get(conn, workspace_id, request_id)
        if request is None:
            raise not_found("media request", request_id)
        found = (await media.of_requests(conn, workspace_id, [request_id])).get(request_id)
        callback = await callbacks.of_request(conn, workspace_id, request_id)
        told = None
        if callback is not None:
            steps = await callbacks.steps(conn, workspace_id, callback.id)
            attempts = await callbacks.attempts(conn, workspace_id, callback.id)
            told = Told(callback, tuple(steps), tuple((one, _answer(platform, one)) for one in attempts))
    return Detail(_line(platform, request, found, told.callback.state if told else None), told)


async def replay_callback(conn: Connection, platform: Platform, workspace_id: str, request_id: UUID) -> UUID:
    """Send the callback of a request again, with its id and bytes. Raises Refusal 404 or 409."""
    if await store.get(conn, workspace_id, request_id) is None:
        raise not_found("media request", request_id)
    return await egress.replay(conn, platform, workspace_id, request_id)


def _line(
    platform: Platform, request: Request, medium: Medium | None, callback: CallbackState | None
) -> Line:
    public_url = platform.settings.public_url
    return Line(
        request,
        seal.open_content(platform.keys, request.content),
        medium,
        addresses(public_url, medium.id, medium.kind) if medium else None,
        callback,
    )


def _answer(platform: Platform, attempt: Attempt) -> str:
    if attempt.answer is None:
        return ""
    return platform.keys.decrypt(attempt.answer, purpose=egress.ANSWER).decode(errors="replace")


def _cursor(last: Request) -> str:
    text = f"{last.accepted_at.isoformat()} {last.id}"
    return base64.urlsafe_b64encode(text.encode()).decode()


def _read_cursor(cursor: str | None) -> tuple[datetime, UUID] | None:
    if cursor is None:
        return None
    try:
        moment, _, name = base64.urlsafe_b64decode(cursor).decode().partition(" ")
        at, request_id = datetime.fromisoformat(moment), UUID(name)
        if at.tzinfo is None:
            raise ValueError("a moment without a zone")
    except (ValueError, binascii.Error) as fault:
        raise Refusal(
            400,
            "bad_cursor",
            "this cursor is not one of ours",
            field="cursor",
            fix="take `next_cursor` of a page",
        ) from fault
    return at, request_id
