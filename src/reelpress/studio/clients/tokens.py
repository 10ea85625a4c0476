"""Access tokens for a client's id and secret: opaque, 256 random bits, stored hashed."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from reelpress.platform import ids
from reelpress.platform.auth import store as failures
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.studio.clients import store
from reelpress.studio.clients.addresses import address_allowed
from reelpress.studio.clients.contract import ContractRefusal
from reelpress.studio.clients.credentials import Presented
from reelpress.studio.clients.model import Client, IssuedToken

FAILURE_WINDOW = timedelta(minutes=5)
_NO_SECRET = bytes(32)


@dataclass(frozen=True, slots=True)
class _Limit:
    """At most `most` failures of one subject within the window."""

    subject: bytes
    most: int


async def issue(platform: Platform, presented: Presented, address: str, *, in_url: bool) -> IssuedToken:
    """A fresh token. Raises ContractRefusal 401, 403 or 429.

    An unknown client and a wrong secret take the same steps and get the same answer.
    """
    limits = _limits(platform, presented.client_id, address)
    async with platform.db.connection() as conn:
        await _refuse_when_exhausted(conn, platform, limits)
        client = await _authenticated(conn, platform, presented)
        if client is None:
            for limit in limits:
                await failures.count_failure(conn, limit.subject, platform.clock.now())
            raise ContractRefusal(401, "the client id or the client secret is wrong")
        _refuse_unwelcome(client, address, in_url=in_url)
        token, lifetime_s = ids.new_token(), platform.settings.token_lifetime_s
        await store.insert_token(
            conn,
            client.workspace_id,
            client.id,
            platform.keys.digest(token),
            platform.clock.now() + timedelta(seconds=lifetime_s),
        )
    return IssuedToken(token, lifetime_s)


def _limits(platform: Platform, client_id: str, address: str) -> tuple[_Limit, ...]:
    """The pair is limited tightly; the client alone loosely, so that a stranger cannot lock a client out."""
    return (
        _Limit(platform.keys.digest(f"studio token {client_id} {address}"), 10),
        _Limit(platform.keys.digest(f"studio token from {address}"), 100),
        _Limit(platform.keys.digest(f"studio token for {client_id}"), 1000),
    )


async def _refuse_when_exhausted(conn: Connection, platform: Platform, limits: tuple[_Limit, ...]) -> None:
    since = platform.clock.now() - FAILURE_WINDOW
    for limit in limits:
        if await failures.recent_failures(conn, limit.subject, since) >= limit.most:
            raise ContractRefusal(
                429,
                "too many failed token calls: wait, and check the client id and secret",
                retry_after_s=int(FAILURE_WINDOW.total_seconds()),
            )


async def _authenticated(conn: Connection, platform: Platform, presented: Presented) -> Client | None:
    client = await store.client_of_any_workspace(conn, _uuid_or_none(presented.client_id))
    expected = client.secret_digest if client else _NO_SECRET
    given = platform.keys.digest(presented.client_secret)
    return client if hmac.compare_digest(given, expected) else None


def _uuid_or_none(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _refuse_unwelcome(client: Client, address: str, *, in_url: bool) -> None:
    if not address_allowed(address, client.ip_allow):
        raise ContractRefusal(403, "this client may not ask for tokens from this IP address")
    if in_url and not client.allow_get_token:
        raise ContractRefusal(
            403,
            "GET /getToken is off for this client because it puts the secret into URLs: "
            "use POST /getToken/token, or opt in at the client's settings",
        )
