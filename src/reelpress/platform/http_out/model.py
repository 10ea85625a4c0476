"""What goes through the HTTP door and what comes back. Outside failures are values, never exceptions."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

FailureKind = Literal["refused", "dns", "connect", "tls", "timeout", "too_large", "redirect", "protocol"]
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class OutRequest:
    """One request to the outside; `timeout_s` covers all of it, redirects and body included."""

    method: str
    url: str = field(repr=False)
    headers: Headers = field(default=(), repr=False)
    body: bytes | None = field(default=None, repr=False)
    timeout_s: float = 5.0
    max_bytes: int = 1_000_000
    redirects: int = 0
    allow_http: bool = False


@dataclass(frozen=True, slots=True)
class OutResponse:
    """An answer of any status; `body` is decoded from its content coding and within `max_bytes`."""

    status: int
    headers: Headers = field(repr=False)
    body: bytes = field(repr=False)
    elapsed_ms: int

    def header(self, name: str) -> str | None:
        """First value of a header, whatever its case."""
        return first_value(self.headers, name)


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A body that was stored whole under `path`; `content_type` is the sender's claim, not a finding."""

    path: Path
    size: int
    content_type: str | None
    elapsed_ms: int


@dataclass(frozen=True, slots=True)
class OutFailure:
    """Why there is no answer. `message` names the origin, never the path, query or body.

    `status` is set where a download was answered with something other than 200.
    """

    kind: FailureKind
    message: str
    elapsed_ms: int
    status: int | None = None


def first_value(headers: Headers, name: str) -> str | None:
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), None)
