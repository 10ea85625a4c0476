"""When an event happened: what clients write, and the contract's table of what is derived from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reelpress.engage.profiles.values import FIRST_MILLISECOND_EPOCH, parse_date_time

LARGEST_OFFSET_S = 54_000
CLOCK_SKEW = timedelta(minutes=5)
"""A sender's clock may run ahead by this much; its events count as happening now."""

FIRST_MICROSECOND_EPOCH = 1e14


@dataclass(frozen=True, slots=True)
class ClaimedTime:
    """The time fields of an event as sent; naive where they name no zone, None where absent or unreadable."""

    current_time: datetime | None = None
    user_time: datetime | None = None
    offset_s: int | None = None


@dataclass(frozen=True, slots=True)
class EventTime:
    """The instant of an event (aware, UTC) and the customer's offset from UTC in seconds."""

    instant: datetime
    offset_s: int


def read_time(value: object) -> datetime | None:
    """A time as clients write it: ISO 8601, or epoch seconds or milliseconds as number or text."""
    match value:
        case bool():
            return None
        case int() | float():
            return _epoch(float(value))
        case str():
            text = value.strip()
            return parse_date_time(text) or _epoch_text(text)
        case _:
            return None


def read_offset(value: object) -> int | None:
    """Seconds between the customer's clock and UTC, None for what cannot be an offset."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if abs(value) <= LARGEST_OFFSET_S else None


def resolve(claim: ClaimedTime, internal_offset_s: int, received_at: datetime) -> EventTime | None:
    """The table of the contract: what is missing follows from the rest, else from the moment of receipt.

    `current_time` is in UTC, `user_time` on the customer's clock. None when the event lies in the
    future: such events are not accepted.
    """
    offset = claim.offset_s if claim.offset_s is not None else _own_offset(claim.user_time)
    try:
        found = _resolved(claim, offset, internal_offset_s, received_at)
    except OverflowError:
        return None
    if found.instant > received_at + CLOCK_SKEW:
        return None
    return EventTime(min(found.instant, received_at), found.offset_s)


def internal_offset(attributes: Mapping[str, Any], workspace_zone: str, at: datetime) -> int:
    """The offset known of a customer: from the profile, else the workspace's zone, else UTC; in seconds."""
    known = attributes.get("moe_dtzo")
    if isinstance(known, str) and (found := _zone_offset(known, at)) is not None:
        return found
    if (found := read_offset(known)) is not None:
        return found
    return _zone_offset(workspace_zone, at) or 0


def _resolved(
    claim: ClaimedTime, offset: int | None, internal_offset_s: int, received_at: datetime
) -> EventTime:
    known_offset = internal_offset_s if offset is None else offset
    local = claim.user_time.replace(tzinfo=None) if claim.user_time else None
    if claim.current_time is None:
        if local is None:
            return EventTime(received_at, known_offset)
        return EventTime(local.replace(tzinfo=UTC) - timedelta(seconds=known_offset), known_offset)
    aware = claim.current_time if claim.current_time.tzinfo else claim.current_time.replace(tzinfo=UTC)
    instant = aware.astimezone(UTC)
    if local is not None and offset is None:
        between = round((local.replace(tzinfo=UTC) - instant).total_seconds())
        return EventTime(instant, between if abs(between) <= LARGEST_OFFSET_S else 0)
    return EventTime(instant, known_offset)


def _own_offset(user_time: datetime | None) -> int | None:
    """The offset written in the time itself; `Z` says nothing, since clients write local times with it."""
    offset = user_time.utcoffset() if user_time else None
    return int(offset.total_seconds()) if offset else None


def _zone_offset(name: str, at: datetime) -> int | None:
    """Zones change at whole minutes."""
    return _offset_in_minute(name, at.replace(second=0, microsecond=0))


@lru_cache(maxsize=1024)
def _offset_in_minute(name: str, minute: datetime) -> int | None:
    try:
        offset = minute.astimezone(ZoneInfo(name)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    return int(offset.total_seconds()) if offset is not None else None


def _epoch_text(text: str) -> datetime | None:
    try:
        return _epoch(float(text))
    except ValueError:
        return None


def _epoch(number: float) -> datetime | None:
    if abs(number) > FIRST_MICROSECOND_EPOCH:
        number /= 1_000_000
    elif abs(number) > FIRST_MILLISECOND_EPOCH:
        number /= 1000
    try:
        return datetime.fromtimestamp(number, UTC)
    except (ValueError, OverflowError, OSError):
        return None
