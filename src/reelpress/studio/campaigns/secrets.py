"""Egress secrets: taken out of a definition before it is stored, sealed, put back for the callback.

They are kept by destination. A rotated key thus reaches requests already under way, and a changed
address never receives the key of the old one.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import SecretStr

from reelpress.platform.crypto import Keyring
from reelpress.platform.db import Connection
from reelpress.platform.errors import Refusal
from reelpress.studio.campaigns import store
from reelpress.studio.campaigns.model import (
    MAX_SIGNING_SECRETS,
    SECRET_MASK,
    CpaasEgress,
    Definition,
    Egress,
    WebhookEgress,
)

PURPOSE = "studio.egress"
SIGNING_PREFIX = "whsec_"
SIGNING_BYTES = range(24, 65)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose secrets they are."""

    workspace_id: str
    campaign_id: UUID


async def keep(
    conn: Connection, keys: Keyring, owner: Owner, definition: Definition, now: datetime
) -> Definition:
    """Seal the secrets given in a definition; the definition without them. Raises Refusal."""
    egress = definition.connection.egress
    if egress is None:
        return definition
    given = _given(egress)
    if given and set(given) != {SECRET_MASK}:
        stored = await stored_secrets(conn, keys, owner, egress)
        await _seal(conn, keys, owner, egress, _settled(given, stored), now)
    return with_egress(definition, _with_secrets(egress, ()))


async def stored_secrets(conn: Connection, keys: Keyring, owner: Owner, egress: Egress) -> tuple[str, ...]:
    """The secrets of this destination, none when it has none."""
    sealed = await store.sealed_secrets(conn, owner.workspace_id, owner.campaign_id, egress.destination)
    return tuple(json.loads(keys.decrypt(sealed, purpose=PURPOSE))) if sealed else ()


async def filled(conn: Connection, keys: Keyring, owner: Owner, egress: Egress) -> Egress:
    """The egress with its secrets, for a callback or, because they print as a mask, for a reader."""
    return _with_secrets(egress, await stored_secrets(conn, keys, owner, egress))


async def add_signing_secret(
    conn: Connection, keys: Keyring, owner: Owner, egress: WebhookEgress, now: datetime
) -> str:
    """A fresh signing secret at the head; the newest of the old ones stays valid beside it."""
    fresh = SIGNING_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    stored = await stored_secrets(conn, keys, owner, egress)
    await _seal(conn, keys, owner, egress, (fresh, *stored)[:MAX_SIGNING_SECRETS], now)
    return fresh


def with_egress(definition: Definition, egress: Egress | None) -> Definition:
    """The definition with another egress."""
    connection = definition.connection.model_copy(update={"egress": egress})
    return definition.model_copy(update={"connection": connection})


async def _seal(
    conn: Connection, keys: Keyring, owner: Owner, egress: Egress, values: tuple[str, ...], now: datetime
) -> None:
    if isinstance(egress, WebhookEgress):
        for value in values:
            _check_signing_secret(value)
    sealed = keys.encrypt(json.dumps(values).encode(), purpose=PURPOSE)
    await store.put_sealed_secrets(
        conn, owner.workspace_id, owner.campaign_id, egress.destination, sealed, now
    )


def _given(egress: Egress) -> tuple[str, ...]:
    if isinstance(egress, CpaasEgress):
        return (egress.data_api_key.get_secret_value(),) if egress.data_api_key else ()
    return tuple(secret.get_secret_value() for secret in egress.signing_secrets)


def _settled(given: tuple[str, ...], stored: tuple[str, ...]) -> tuple[str, ...]:
    """Masks stand for the stored secrets, in order; a mask too many stands for nothing."""
    kept = iter(stored)
    settled = (next(kept, "") if value == SECRET_MASK else value for value in given)
    return tuple(value for value in settled if value)


def _with_secrets(egress: Egress, values: tuple[str, ...]) -> Egress:
    if isinstance(egress, CpaasEgress):
        return egress.model_copy(update={"data_api_key": SecretStr(values[0]) if values else None})
    return egress.model_copy(update={"signing_secrets": tuple(SecretStr(value) for value in values)})


def _check_signing_secret(value: str) -> None:
    try:
        raw = base64.b64decode(value.removeprefix(SIGNING_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not value.startswith(SIGNING_PREFIX) or len(raw) not in SIGNING_BYTES:
        raise Refusal(
            422, "bad_signing_secret",
            f"a signing secret is `{SIGNING_PREFIX}` and {SIGNING_BYTES.start} to {SIGNING_BYTES.stop - 1} "
            "bytes in base64",
            field="connection.egress.signing_secrets", fix="let us make one: POST .../signing-secrets",
        )  # fmt: skip
