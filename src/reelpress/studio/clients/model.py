"""API callers of Studio."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Client:
    """A caller as it is kept; secrets are keyed hashes. `ip_allow` empty: every address may call."""

    workspace_id: str
    id: UUID
    name: str
    secret_digest: bytes
    has_api_key: bool
    ip_allow: tuple[str, ...]
    allow_get_token: bool
    created_at: datetime
    rotated_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is shown once: at creation and at rotation."""

    client: Client
    client_secret: str
    api_key: str | None


@dataclass(frozen=True, slots=True)
class ClientPrincipal:
    """The caller of a contract route, authenticated by token or API key."""

    workspace_id: str
    client_id: UUID


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a credential belongs to and from where it may be used."""

    principal: ClientPrincipal
    ip_allow: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A fresh access token and its life in seconds."""

    access_token: str
    expires_in: int
