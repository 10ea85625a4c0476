"""Requests as the management API shows them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from reelpress.studio.egress.model import State as CallbackState
from reelpress.studio.media.model import Addresses, Medium
from reelpress.studio.media.model import State as MediumState
from reelpress.studio.media.negotiate import Kind
from reelpress.studio.requests.model import State
from reelpress.studio.requests.service import Detail, Line, Page, Told


class Timings(BaseModel):
    accepted_at: datetime
    render_started_at: datetime | None
    ready_at: datetime | None
    finished_at: datetime | None = Field(description="Ready or failed")
    callback_done_at: datetime | None


class MediumView(BaseModel):
    """`url` is what profiles receive; `bytes` is the size of each stored file by its extension."""

    id: str
    kind: Kind
    state: MediumState
    url: str
    page_url: str
    mp4_url: str | None
    image_url: str
    width: int
    height: int
    duration_s: float
    bytes: dict[str, int]
    expires_at: datetime


class RequestView(BaseModel):
    """`render_attempts` counts attempts begun, those that died with their worker included."""

    id: UUID = Field(description="The wire's whilter-request-id")
    use_case_id: UUID
    version_id: UUID
    client_id: UUID
    state: State
    reason: str | None
    client_request_id: str
    customer_id: str
    user_id: str
    reference_record_id: str
    timings: Timings
    render_attempts: int
    medium: MediumView | None
    callback_state: CallbackState | None = Field(description="None: no callback follows, or not yet")


class RequestList(BaseModel):
    media_requests: list[RequestView]
    next_cursor: str | None


class StepView(BaseModel):
    name: str
    path: str
    done_at: datetime | None


class AttemptView(BaseModel):
    """`answer` is the first 2 KB of what came back."""

    step: str
    started_at: datetime
    elapsed_ms: int
    code: int | None
    fault: str | None
    answer: str


class CallbackView(BaseModel):
    """`due_at`: when the next try is planned, while the callback is pending."""

    id: UUID
    state: CallbackState
    destination: str
    reason: str | None
    due_at: datetime | None
    created_at: datetime
    done_at: datetime | None
    steps: list[StepView]
    attempts: list[AttemptView]


class RequestDetail(RequestView):
    values: dict[str, str]
    callback: CallbackView | None


class Search(BaseModel):
    """What a list is narrowed to. In a body, because a customer id does not belong in an address."""

    model_config = ConfigDict(extra="forbid")

    state: State | None = None
    use_case_id: UUID | None = None
    customer_id: str | None = Field(default=None, max_length=512)
    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=50, ge=1, le=200)


class Replayed(BaseModel):
    callback_id: UUID


def list_view(page: Page) -> RequestList:
    lines = [RequestView.model_validate(_facts(line)) for line in page.lines]
    return RequestList(media_requests=lines, next_cursor=page.next_cursor)


def detail_view(detail: Detail) -> RequestDetail:
    values = dict(detail.line.content.values)
    callback = _callback(detail.told) if detail.told else None
    return RequestDetail.model_validate({**_facts(detail.line), "values": values, "callback": callback})


def _facts(line: Line) -> dict[str, object]:
    request, content = line.request, line.content
    return {
        "id": request.id,
        "use_case_id": request.use_case_id,
        "version_id": request.version_id,
        "client_id": request.client_id,
        "state": request.state,
        "reason": request.reason,
        "client_request_id": content.client_request_id,
        "customer_id": content.customer_id,
        "user_id": content.user_id,
        "reference_record_id": content.reference_record_id,
        "timings": Timings(
            accepted_at=request.accepted_at,
            render_started_at=request.render_started_at,
            ready_at=line.medium.ready_at if line.medium else None,
            finished_at=request.finished_at,
            callback_done_at=request.callback_done_at,
        ),
        "render_attempts": request.fence,
        "medium": _medium(line.medium, line.urls) if line.medium and line.urls else None,
        "callback_state": line.callback,
    }


def _medium(medium: Medium, urls: Addresses) -> MediumView:
    return MediumView(
        id=medium.id,
        kind=medium.kind,
        state=medium.state,
        url=urls.url,
        page_url=urls.page,
        mp4_url=urls.mp4,
        image_url=urls.image,
        width=medium.width,
        height=medium.height,
        duration_s=medium.duration_s,
        bytes={variant.value: file.size for variant, file in medium.files.items()},
        expires_at=medium.expires_at,
    )


def _callback(told: Told) -> CallbackView:
    callback = told.callback
    return CallbackView(
        id=callback.id,
        state=callback.state,
        destination=callback.destination,
        reason=callback.reason,
        due_at=callback.due_at if callback.state is CallbackState.PENDING else None,
        created_at=callback.created_at,
        done_at=callback.done_at,
        steps=[StepView(name=step.name, path=step.path, done_at=step.done_at) for step in told.steps],
        attempts=[
            AttemptView(
                step=attempt.step,
                started_at=attempt.started_at,
                elapsed_ms=attempt.elapsed_ms,
                code=attempt.code,
                fault=attempt.fault,
                answer=answer,
            )
            for attempt, answer in told.attempts
        ],
    )
