"""Child campaigns as the rest of Engage sees them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reelpress.engage.campaigns.model import Json


@dataclass(frozen=True, slots=True)
class Listening:
    """An active campaign that waits for a business event."""

    campaign_id: str
    version_id: UUID
    audience: Json
    display_names: dict[str, str]


@dataclass(frozen=True, slots=True)
class Child:
    """One run of a campaign for one trigger.

    `members` are those written so far, `paged_at` is when all of the audience was; `stopped` is why it
    reached nobody.
    """

    id: UUID
    trigger_id: UUID
    attributes: Json
    triggered_by: str | None
    triggered_at: datetime
    members: int
    started_at: datetime | None
    paged_at: datetime | None
    stopped: str | None


@dataclass(frozen=True, slots=True)
class Started:
    """The campaigns a trigger started, and those it could not start with the reason."""

    triggered: tuple[str, ...]
    failed: Mapping[str, str]
