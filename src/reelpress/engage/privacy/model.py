"""An erasure as it may be shown: when, how many, never whom."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

Kind = Literal["delete", "erasure"]
IDENTITY_TYPES = (
    "ID",
    "user_secondary_id",
    "email",
    "mobile",
    "google_advertising_id",
    "advertising_identifier",
)
"""What an OpenGDPR request may name a person by (GDPR page)."""

PROFILE = "moengage_id"


@dataclass(frozen=True, slots=True)
class Identity:
    """One way a request names a person: a type of IDENTITY_TYPES, or PROFILE, and its value."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """`erased` counts the profiles that went, None while it is not done."""

    id: UUID
    kind: Kind
    requested_at: datetime
    due_at: datetime
    done_at: datetime | None
    erased: int | None
