"""Custom segments as they are kept, and the files that fill file segments."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

Json: TypeAlias = dict[str, Any]
Kind = Literal["FILTER", "FILE"]
Operation = Literal["create", "add", "remove", "replace"]

MOST_ACTIVE = 1000
"""Segments of any kind that are not archived."""
LONGEST_NAME = 256
MOST_EXPIRY_DAYS = 3650
ARCHIVED_SHOWN_DAYS = 180


@dataclass(frozen=True, slots=True)
class Segment:
    """One custom segment; `filters` are as they were given, None of a file segment."""

    id: str
    kind: Kind
    name: str
    filters: Json | None
    display_names: dict[str, str]
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None = None
    expires_at: datetime | None = None
    updated_by: str | None = None

    def is_archived(self, now: datetime) -> bool:
        """By hand, or because its time is over."""
        return self.archived_at is not None or (self.expires_at is not None and self.expires_at <= now)


@dataclass(frozen=True, slots=True)
class SegmentFile:
    """A file to be read into a file segment: the segment's name, and whom to tell when it is done."""

    id: str
    segment_id: str
    segment_name: str
    operation: Operation
    attribute: str
    attribute_type: Literal["string", "double"]
    file_url: str
    callback_url: str | None
    state: Literal["queued", "done", "failed"] = "queued"
    values_found: int | None = None
    values_processed: int | None = None
    user_count: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What reading a file came to."""

    values_found: int
    values_processed: int
    user_count: int
