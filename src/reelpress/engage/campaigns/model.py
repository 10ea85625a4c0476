"""Campaigns as the management API takes them and as their versions freeze them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Json: TypeAlias = dict[str, Any]

NAME_MIN_CHARS = 5
NAME_MAX_CHARS = 256
MAX_TAGS = 5

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=NAME_MIN_CHARS, max_length=NAME_MAX_CHARS)
]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]


DateOfMonth = Annotated[int, Field(ge=1, le=31)]


class Channel(StrEnum):
    connector = "CONNECTOR"
    email = "EMAIL"


class DeliveryType(StrEnum):
    one_time = "ONE_TIME"
    periodic = "PERIODIC"
    event_triggered = "EVENT_TRIGGERED"
    business_event_triggered = "BUSINESS_EVENT_TRIGGERED"


BY_EVENT = (DeliveryType.event_triggered, DeliveryType.business_event_triggered)
"""Active until they are stopped: each event starts them anew."""


class Status(StrEnum):
    draft = "DRAFT"
    scheduled = "SCHEDULED"
    active = "ACTIVE"
    sending = "SENDING"
    sent = "SENT"
    paused = "PAUSED"
    stopped = "STOPPED"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Trigger(_Model):
    """The event that starts the campaign; `conditions` is a rule over the event's attributes."""

    event_name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    conditions: Json | None = None


class Frequency(StrEnum):
    daily = "DAILY"
    weekly = "WEEKLY"
    monthly = "MONTHLY"


class Weekday(StrEnum):
    """In the order of `date.weekday`."""

    monday = "MONDAY"
    tuesday = "TUESDAY"
    wednesday = "WEDNESDAY"
    thursday = "THURSDAY"
    friday = "FRIDAY"
    saturday = "SATURDAY"
    sunday = "SUNDAY"


class Week(StrEnum):
    first = "FIRST"
    second = "SECOND"
    third = "THIRD"
    fourth = "FOURTH"
    last = "LAST"


class WeekdaysOfMonth(_Model):
    """Such as the last Friday."""

    week_granularity: Week
    repeat_on_days_of_week: Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=7)]


class PeriodicDetails(_Model):
    """How a periodic campaign repeats, in MoEngage's names.

    Without weekdays or dates the start's own count.
    """

    sending_frequency: Frequency
    repeat_frequency: int = Field(default=1, ge=1, le=365)
    no_of_occurences: int | None = Field(default=None, ge=1, le=10_000)
    repeat_on_days_of_week: Annotated[tuple[Weekday, ...], Field(max_length=7)] = ()
    repeat_on_date_of_month: Annotated[tuple[DateOfMonth, ...], Field(max_length=31)] = ()
    repeat_on_days_of_week_for_month: Annotated[tuple[WeekdaysOfMonth, ...], Field(max_length=5)] = ()


class Schedule(_Model):
    """When a one-time campaign starts; left out: at activation. With details: how a periodic one repeats.

    `expiry_time` ends a periodic campaign: no run starts later.
    """

    start_at: AwareDatetime
    expiry_time: AwareDatetime | None = None
    periodic_details: PeriodicDetails | None = None


class CampaignInput(_Model):
    """POST /api/v1/campaigns. A draft may be incomplete; activation says what is missing."""

    name: Name
    channel: Channel
    delivery_type: DeliveryType
    tags: Annotated[tuple[Tag, ...], Field(max_length=MAX_TAGS)] = ()
    trigger: Trigger | None = None
    audience: Json | None = Field(default=None, description="A rule; left out: all users")
    content: Json = {}
    schedule: Schedule | None = None


class CampaignPatch(_Model):
    """PATCH /api/v1/campaigns/{id}: what is named is replaced, the rest stays."""

    name: Name | None = None
    tags: Annotated[tuple[Tag, ...], Field(max_length=MAX_TAGS)] | None = None
    delivery_type: DeliveryType | None = None
    trigger: Trigger | None = None
    audience: Json | None = None
    content: Json | None = None
    schedule: Schedule | None = None


class TryInput(_Model):
    """Whom to try a campaign on (MoEngage ID, customer id, e-mail, mobile number); what the event says."""

    profile: str = Field(min_length=1, max_length=320)
    event_attributes: Json | None = None


class PreviewInput(TryInput):
    """`content` shows what is typed but not saved yet."""

    content: Json | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """What a version freezes; `content` is in its stored form (secrets sealed).

    `display_names` are the attribute keys by display name at that time, so that a later renaming
    changes nothing in what was written before.
    """

    name: str
    tags: tuple[str, ...]
    trigger: Json | None
    audience: Json
    content: Json
    schedule: Json | None
    display_names: dict[str, str]


@dataclass(frozen=True, slots=True)
class Campaign:
    """The head of a campaign with its newest version."""

    workspace_id: str
    id: str
    channel: Channel
    delivery_type: DeliveryType
    status: Status
    version_id: UUID
    version_number: int
    created_at: datetime
    updated_at: datetime
    definition: Definition

    @property
    def start_at(self) -> datetime | None:
        """When a one-time campaign is to start; None for at once."""
        schedule = self.definition.schedule
        return datetime.fromisoformat(schedule["start_at"]) if schedule else None
