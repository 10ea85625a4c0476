"""What a request is once it is accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec


class State(StrEnum):
    """Accepted and rendering are one answer to the caller: PROCESSING."""

    ACCEPTED = "accepted"
    RENDERING = "rendering"
    READY = "ready"
    FAILED = "failed"


class Content(msgspec.Struct, frozen=True):
    """What the caller said about her customer; at rest only encrypted.

    `values` has the fields the version maps and nothing else: what no layer shows is not kept.
    """

    client_request_id: str
    customer_id: str
    user_id: str
    reference_record_id: str
    profile_key: str
    values: Mapping[str, str]


NOTHING = Content("", "", "", "", "", {})  # of a customer who was forgotten


@dataclass(frozen=True, slots=True)
class Accepted:
    """A request as it enters the store."""

    id: UUID
    workspace_id: str
    client_id: UUID
    use_case_id: UUID
    version_id: UUID
    identity: bytes
    customer: bytes | None
    recipient: bytes | None
    content: bytes
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it is kept. `content` is sealed: open it with `seal.open_content`."""

    id: UUID
    workspace_id: str
    client_id: UUID
    use_case_id: UUID
    version_id: UUID
    state: State
    content: bytes
    fence: int
    faults: int
    reason: str | None
    accepted_at: datetime
    render_started_at: datetime | None
    finished_at: datetime | None
    callback_done_at: datetime | None
