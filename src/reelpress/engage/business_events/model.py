"""Business events, their triggers, and why a call about them is refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

AttributeType = Literal["string", "int", "float", "array", "date"]
ATTRIBUTE_TYPES: tuple[AttributeType, ...] = get_args(AttributeType)


@dataclass(frozen=True, slots=True)
class Attribute:
    """What a trigger may say beside the event's name."""

    name: str
    type: AttributeType


@dataclass(frozen=True, slots=True)
class NewBusinessEvent:
    """`created_by` is an e-mail address."""

    name: str
    attributes: tuple[Attribute, ...]
    created_by: str


@dataclass(frozen=True, slots=True)
class BusinessEvent:
    """`id` has 24 hexadecimal digits."""

    id: str
    name: str
    attributes: tuple[Attribute, ...]
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """A business event with what came of it so far.

    `campaigns` use it, `members` were in the audiences of its child campaigns, `sent` messages went out.
    """

    event: BusinessEvent
    triggers: int
    last_triggered_at: datetime | None
    campaigns: int
    members: int
    sent: int


@dataclass(frozen=True, slots=True)
class Begun:
    """What a trigger made of a campaign: how many it reached so far, or why nobody."""

    campaign_id: str
    campaign_name: str
    members: int
    stopped: str | None


@dataclass(frozen=True, slots=True)
class Happened:
    """One trigger; `by` is an e-mail address where somebody said so."""

    at: datetime
    by: str | None
    attributes: Mapping[str, Any]
    children: tuple[Begun, ...]


@dataclass(frozen=True, slots=True)
class Listener:
    """A campaign that a business event starts, once it is active."""

    id: str
    name: str
    status: str


@dataclass(frozen=True, slots=True)
class NewTrigger:
    event_name: str
    attributes: Mapping[str, Any]
    triggered_by: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which business events a search is for; what is None does not matter."""

    ids: tuple[str, ...] | None = None
    names: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing that is wrong, in the words of the v1.0 contract."""

    code: Literal["InvalidValue", "MissingValue"]
    target: str | list[str]
    message: str


class Refused(Exception):
    """A call that cannot be carried out: the headline of the v1.0 contract and what is wrong."""

    def __init__(self, headline: str, details: Sequence[Detail]) -> None:
        super().__init__(headline)
        self.headline = headline
        self.details = tuple(details)


class TooMany(Exception):
    """The quota of the workspace is used up."""


def wrong(headline: str, target: str, message: str | None = None) -> Refused:
    """One invalid value; its message is the headline where none is given."""
    return Refused(headline, [Detail("InvalidValue", target, message or headline)])
