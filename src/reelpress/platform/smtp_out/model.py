"""What goes through the mail door and what comes back. Outside failures are values, never exceptions."""

from dataclasses import dataclass, field
from typing import Literal

TlsMode = Literal["none", "starttls", "tls"]
SmtpFailureKind = Literal[
    "refused", "connect", "tls", "auth", "recipient", "temporary", "permanent", "timeout"
]


@dataclass(frozen=True, slots=True)
class SmtpTransport:
    """A mail server as a workspace configured it; as untrusted as a URL."""

    host: str
    port: int
    tls: TlsMode
    username: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SmtpAccepted:
    """The server took responsibility for the message (RFC 5321, section 4.2.5)."""

    code: int
    message: str
    elapsed_ms: int


@dataclass(frozen=True, slots=True)
class SmtpFailure:
    """Why the server did not take the message; `code` is its reply code where it gave one.

    `message` holds no address and no part of the mail. After a time-out the server may have taken the
    message all the same, so a retry must carry the same Message-ID.
    """

    kind: SmtpFailureKind
    code: int | None
    message: str
    retryable: bool
    elapsed_ms: int
