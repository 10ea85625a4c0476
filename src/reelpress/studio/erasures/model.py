"""An erasure as it may be shown: when, how many, never whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Subject:
    """One way a request names a person: an identity type of OpenGDPR, and the value as it is."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Order:
    """What a controller asks for."""

    subject_request_id: UUID
    subjects: tuple[Subject, ...]


@dataclass(frozen=True, slots=True)
class Erasure:
    """`erased` counts the requests that were emptied so far."""

    subject_request_id: UUID
    requested_at: datetime
    done_at: datetime | None
    erased: int
