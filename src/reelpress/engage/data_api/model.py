"""What a Data API call asks for, parsed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reelpress.engage.events.times import ClaimedTime
from reelpress.engage.profiles.changes import Change, Identity


@dataclass(frozen=True, slots=True)
class CustomerElement:
    identity: Identity
    change: Change
    existing_only: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    name: str
    attributes: Mapping[str, Any]
    time: ClaimedTime
    platform: str | None
    real_time: bool
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EventElement:
    identity: Identity
    actions: tuple[Action, ...]
    existing_only: bool = False


@dataclass(frozen=True, slots=True)
class DeviceElement:
    identity: Identity
    device_id: str
    platform: str
    push_id: str
    attributes: Mapping[str, Any]


def _none_skipped() -> Mapping[str, int]:
    return {}


@dataclass(frozen=True, slots=True)
class Batch:
    """The elements of one call in their order; `skipped` counts what a bulk call left out, by reason."""

    customers: tuple[CustomerElement, ...] = ()
    events: tuple[EventElement, ...] = ()
    devices: tuple[DeviceElement, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=_none_skipped)
