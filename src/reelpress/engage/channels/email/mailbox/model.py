"""Messages of the built-in mailbox."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

MAX_MESSAGE_BYTES = 10_000_000
WORKSPACE_HEADER = "X-Reelpress-Workspace"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as it came over SMTP, for one recipient."""

    sender: str
    recipient: str
    message_id: str
    subject: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Summary:
    """A row of the mailbox's list. `deliveries` counts how often the same message arrived."""

    id: UUID
    message_id: str
    sender: str
    recipient: str
    subject: str
    size: int
    deliveries: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a reader sees of a message. Headers in their order, decoded."""

    headers: tuple[tuple[str, str], ...]
    html: str | None
    text: str | None
