"""Events as the rest of Engage sees them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class IngestedEvent:
    """One accepted event.

    `user_time` is the moment it happened (aware, UTC), never later than `received_at`;
    `user_time + offset_s` seconds is the wall clock the customer saw. `real_time` says whether the
    sender marked it `real_time_action`, `delivered` whether it named the delivery with a key of its own.
    """

    id: UUID
    profile_id: str
    name: str
    attributes: Mapping[str, Any]
    user_time: datetime
    received_at: datetime
    real_time: bool = False
    offset_s: int = 0
    platform: str | None = None
    details: Mapping[str, Any] | None = None
    delivered: bool = False
    request_id: str | None = None
