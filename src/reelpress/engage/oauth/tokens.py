"""The token of a configuration: cached in the database, fetched once when many need it."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from weakref import WeakValueDictionary

from reelpress.engage.oauth import store
from reelpress.engage.oauth.exchange import Granted, Unreadable, ask, read_answer
from reelpress.engage.oauth.model import CachedToken, Configuration, ConfigurationStatus
from reelpress.platform.context import Platform
from reelpress.platform.crypto import Keyring
from reelpress.platform.db import Connection
from reelpress.platform.telemetry import log

FAILURE_HOLD: Final = timedelta(seconds=5)
"""For so long after a failure nobody asks the token URL again: a thousand sends are not a thousand calls."""

_PURPOSE: Final = "oauth token"


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and how its configuration wants it sent."""

    value: str = field(repr=False)
    prefix: str
    error_codes: tuple[int, ...]
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class TokenFailure:
    """Why there is no token, for a person to act on."""

    reason: str


async def token(
    platform: Platform, workspace_id: str, configuration_id: str, *, refused: str | None = None
) -> Token | TokenFailure:
    """The cached token, or one fetched now.

    `refused` is a token value the endpoint did not take: it is not given again, yet one that another
    send has fetched meanwhile is. Only one process at a time asks the token URL of a configuration.
    """
    async with platform.db.connection() as conn:
        known = await store.one(conn, platform.keys, workspace_id, configuration_id)
    if known is None:
        return TokenFailure("the authorization configuration no longer exists")
    found = _usable(known, platform.keys, platform.clock.now(), refused)
    if found is not None:
        return found
    async with _lock(platform, workspace_id, configuration_id), platform.db.transaction() as conn:
        return await _refresh(platform, conn, workspace_id, configuration_id, refused)


async def _refresh(
    platform: Platform, conn: Connection, workspace_id: str, configuration_id: str, refused: str | None
) -> Token | TokenFailure:
    """With the row locked: what another has fetched meanwhile, else a call of the token URL."""
    known = await store.one_locked(conn, platform.keys, workspace_id, configuration_id)
    if known is None:
        return TokenFailure("the authorization configuration no longer exists")
    found = _usable(known, platform.keys, platform.clock.now(), refused)
    if found is not None:
        return found
    answer = await ask(platform.http, known.given)
    now = platform.clock.now()
    granted = read_answer(answer, known.given, now)
    if isinstance(granted, Unreadable):
        still_good = _not_expired(known, platform.keys, now, refused)
        if still_good is not None:
            await store.postpone_refresh(conn, workspace_id, configuration_id, now + FAILURE_HOLD)
            return still_good
        await store.save_failure(conn, workspace_id, configuration_id, granted.reason, now)
        log.warning("no token", workspace=workspace_id, configuration=configuration_id)
        return TokenFailure(granted.reason)
    await store.save_token(conn, workspace_id, configuration_id, sealed_token(granted, platform.keys), now)
    return _as_token(known, granted.value, granted.expires_at)


def sealed_token(granted: Granted, keys: Keyring) -> CachedToken:
    sealed = keys.encrypt(granted.value.encode(), purpose=_PURPOSE)
    return CachedToken(sealed, granted.refresh_at, granted.expires_at)


def _usable(
    known: Configuration, keys: Keyring, now: datetime, refused: str | None
) -> Token | TokenFailure | None:
    if known.status is ConfigurationStatus.failed and now - known.status_at < FAILURE_HOLD:
        return TokenFailure(known.status_reason or "the token URL gave no token")
    cached = known.cached
    if cached is None or (cached.refresh_at is not None and now >= cached.refresh_at):
        return None
    value = keys.decrypt(cached.sealed, purpose=_PURPOSE).decode()
    return None if value == refused else _as_token(known, value, cached.expires_at)


def _not_expired(known: Configuration, keys: Keyring, now: datetime, refused: str | None) -> Token | None:
    """The cached token inside its refresh margin: good until its end when no other can be had."""
    cached = known.cached
    if cached is None or cached.expires_at is None or now >= cached.expires_at:
        return None
    value = keys.decrypt(cached.sealed, purpose=_PURPOSE).decode()
    return None if value == refused else _as_token(known, value, cached.expires_at)


def _as_token(known: Configuration, value: str, expires_at: datetime | None) -> Token:
    response = known.given.response
    return Token(value, response.prefix, response.error_codes, expires_at)


_locks: WeakValueDictionary[tuple[int, str, str], asyncio.Lock] = WeakValueDictionary()


def _lock(platform: Platform, workspace_id: str, configuration_id: str) -> asyncio.Lock:
    """One waiter per pool stands at the row lock; the others must not hold its connections meanwhile."""
    return _locks.setdefault((id(platform.db), workspace_id, configuration_id), asyncio.Lock())
