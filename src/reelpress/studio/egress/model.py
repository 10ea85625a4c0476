"""A callback: what one finished request tells the outside, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class State(StrEnum):
    """Exhausted: every try failed. Disabled: the endpoint said it is gone (410). Both can be replayed."""

    PENDING = "pending"
    DELIVERED = "delivered"
    EXHAUSTED = "exhausted"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Message:
    """One HTTP message before it is kept. `path` is added to the egress's own address."""

    name: str
    path: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Step:
    """One HTTP message of a callback; `body` is sealed and the same at each resend."""

    position: int
    name: str
    path: str
    body: bytes
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Callback:
    """`id` goes out with every message and never changes; `tries` counts those of the current step."""

    id: UUID
    workspace_id: str
    request_id: UUID
    state: State
    destination: str
    tries: int
    reason: str | None
    due_at: datetime
    created_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of one step: the status code, or why there is none. `answer` is sealed."""

    callback_id: UUID
    step: str
    started_at: datetime
    elapsed_ms: int
    code: int | None
    fault: str | None
    answer: bytes | None
