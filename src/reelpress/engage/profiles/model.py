"""A customer's profile as the rest of Engage sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

AttributeType = Literal["string", "double", "bool", "datetime", "array", "object"]


@dataclass(frozen=True, slots=True)
class Profile:
    """A customer. `id` is the MoEngage ID (24 hex digits); `attributes` are keyed by attribute key
    (`u_fn`, not `first_name`) and hold plain JSON values."""

    workspace_id: str
    id: str
    customer_id: str | None
    attributes: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
    last_seen_at: datetime
    platforms: Mapping[str, bool] = field(default_factory=dict[str, bool])


@dataclass(frozen=True, slots=True)
class ProfilePage:
    """A slice of a list and the cursor that continues it, None at the end."""

    profiles: tuple[Profile, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened to a profile: an event, or an update of the attributes named."""

    kind: Literal["event", "update"]
    at: datetime
    name: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """A user attribute of a workspace: its key, the name people see, the type it was first seen with."""

    key: str
    display_name: str
    type: AttributeType
    standard: bool
