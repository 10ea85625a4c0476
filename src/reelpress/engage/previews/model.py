"""What a preview is asked for and what it comes to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Channel = Literal["PUSH", "EMAIL", "SMS"]
IdentifierType = Literal["USER_ATTRIBUTE_UNIQUE_ID", "EMAIL", "MOE_GAID", "PUSH_ID"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)
IDENTIFIER_TYPES: tuple[IdentifierType, ...] = get_args(IdentifierType)


@dataclass(frozen=True, slots=True)
class Identifier:
    """Which customer: by customer id (or MoEngage ID), e-mail, advertising id or push token."""

    type: IdentifierType
    value: str


@dataclass(frozen=True, slots=True)
class Asked:
    request_id: str
    channel: Channel
    user: Identifier
    event: Mapping[str, Any] | None
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, at a path of the request."""

    target: str
    message: str


class Invalid(Exception):
    """A request that gives no preview, with everything that is wrong."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults
