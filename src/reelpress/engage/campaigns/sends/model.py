"""Sends, their attempts and outcomes."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from reelpress.engage.campaigns.model import Channel, Definition, Json, Status
from reelpress.engage.profiles.model import Profile


class SendKind(StrEnum):
    triggered = "TRIGGERED"
    one_time = "ONE_TIME"
    periodic = "PERIODIC"
    business_event = "BUSINESS_EVENT"
    test = "TEST"


class SendState(StrEnum):
    queued = "queued"
    sending = "sending"
    sent = "sent"
    failed = "failed"
    skipped = "skipped"


@dataclass(frozen=True, slots=True)
class NewSend:
    """A send to be written. `occasion` is the event, the occurrence, or for a test the send itself.

    `request_id` is that of the call it follows from, where that is not the running one.
    """

    id: UUID
    campaign_id: str
    version_id: UUID
    occasion: UUID
    profile_id: str
    event_attributes: Json | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """One recipient of one campaign occurrence."""

    id: UUID
    kind: SendKind
    campaign_id: str
    version_number: int
    occasion: UUID
    profile_id: str
    state: SendState
    category: str | None
    reason: str | None
    code: int | None
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A send in the hands of one run, with all it needs.

    `fence` guards the finishing write; `rendered` is the sealed parcel of an earlier attempt.
    """

    workspace_id: str
    id: UUID
    kind: SendKind
    campaign_id: str
    status: Status
    channel: Channel
    version_id: UUID
    definition: Definition
    profile: Profile
    event: Json | None
    business_event: Json | None
    fence: int
    rendered: bytes | None = field(repr=False)
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a send. `code` is the HTTP status or SMTP reply code, none without an answer."""

    at: datetime
    code: int | None
    elapsed_ms: int
    error: str | None
    answer_head: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run of a send came to. `retry_s` asks for another run after so many seconds."""

    state: Literal[SendState.sent, SendState.failed, SendState.skipped]
    category: str | None = None
    reason: str | None = None
    code: int | None = None
    attempts: tuple[Attempt, ...] = ()
    retry_s: float | None = None
