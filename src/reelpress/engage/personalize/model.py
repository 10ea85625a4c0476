from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Final, Literal, TypeAlias

Value: TypeAlias = "str | int | float | bool | list[Value] | dict[str, Value] | None"

MOENGAGE_ID_KEY = "id"
"""The key under which a context's `user` holds the 24-hex id; the Data API lets no attribute be called so."""

Category = Literal[
    "User Attribute",
    "Event Attribute",
    "Campaign Attribute",
    "Undefined",
    "Unknown",
    "Custom error message",
]
"""The reasons a personalisation failure is counted under."""

ObjectName = Literal[
    "UserAttribute", "EventAttribute", "BusinessEventAttribute", "Campaign", "ProductSet", "ContentBlock"
]
OBJECTS: Final[tuple[ObjectName, ...]] = (
    "UserAttribute",
    "EventAttribute",
    "BusinessEventAttribute",
    "Campaign",
    "ProductSet",
    "ContentBlock",
)
ALIASES: Final[Mapping[str, ObjectName]] = {"user": "UserAttribute", "event": "EventAttribute"}
"""What the examples of MoEngage's v5 preview call the two."""


class Destination(Enum):
    """Where rendered text will stand, which decides how values are escaped."""

    JSON = "json"  # inside quotes: escaped text; outside quotes: a JSON value
    URL = "url"  # percent-encoded; the origin must be written out in the template
    HEADER = "header"  # one line
    HTML = "html"  # text, attribute, link and style each in their own way
    WHATSAPP = "whatsapp"  # one parameter of a message template: one line, not empty
    TEXT = "text"  # one line, for subjects and names
    FORM = "form"  # application/x-www-form-urlencoded
    PARAMETER = "parameter"  # one URL parameter or form field, encoded later
    PLAIN = "plain"  # verbatim, for what has no structure


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    id: str
    name: str
    tags: tuple[str, ...] = ()


def _no_names() -> Mapping[str, str]:
    return {}


def _nothing() -> Mapping[str, Value]:
    return {}


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Context:
    """Everything one rendering may read.

    `user` is keyed by attribute key (`u_fn`, `uid`, `whilter_video_url`, and `id` for the MoEngage ID);
    `event` and `business_event` are None where none triggered the send; `display_names` maps the
    workspace's own display names to keys; `product_sets` and `content_blocks` are plain data by name.
    A null counts as missing, an empty string is a value. `now` is what the filter `today` shows.
    """

    user: Mapping[str, Value]
    event: Mapping[str, Value] | None
    campaign: CampaignFacts
    display_names: Mapping[str, str] = field(default_factory=_no_names)
    business_event: Mapping[str, Value] | None = None
    product_sets: Mapping[str, Value] = field(default_factory=_nothing)
    content_blocks: Mapping[str, Value] = field(default_factory=_nothing)
    now: datetime = field(default_factory=_now)


@dataclass(frozen=True, slots=True)
class Rendered:
    text: str


@dataclass(frozen=True, slots=True)
class NotSent:
    """Why nothing may go out. `message` names attributes and places, never their values.

    `missing` is the attribute that is not there, as the template spells it, where that is why.
    """

    category: Category
    message: str
    missing: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Reference:
    """One attribute a template names literally."""

    source: ObjectName
    name: str
    has_default: bool


class TemplateFault(Exception):
    """A template that cannot be used, said at the line its author wrote."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message if line is None else f"line {line}: {message}")
        self.message = message
        self.line = line
