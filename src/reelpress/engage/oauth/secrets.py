"""What of a configuration is secret: how it is sealed, masked, and kept when a mask comes back."""

import json
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlsplit

from reelpress.engage.oauth.model import MASK, OAuthInput
from reelpress.engage.oauth.rows import KeyValue
from reelpress.platform.crypto import Keyring
from reelpress.platform.errors import Refusal

PURPOSE: Final = "oauth configuration"
_FIELDS: Final = ("parameters", "headers", "body")
_HARMLESS_HEADERS: Final = frozenset({"content-type", "accept", "accept-language", "user-agent"})
_HARMLESS_KEYS: Final = frozenset({"grant_type", "scope", "audience"})


def seal(given: OAuthInput, keys: Keyring) -> bytes:
    secret = given.model_dump(mode="json", include=set(_FIELDS))
    return keys.encrypt(json.dumps(secret).encode(), purpose=PURPOSE)


def unseal(sealed: bytes, keys: Keyring) -> dict[str, Any]:
    return json.loads(keys.decrypt(sealed, purpose=PURPOSE))


def masked(given: OAuthInput) -> OAuthInput:
    """What may be shown: values that can be a secret are replaced by the mask."""
    body = given.body
    return given.model_copy(
        update={
            "parameters": _masked_rows(given.parameters, _HARMLESS_KEYS),
            "headers": _masked_rows(given.headers, _HARMLESS_HEADERS),
            "body": (MASK if body else body) if body is None or isinstance(body, str)
            else _masked_rows(body, _HARMLESS_KEYS),
        }
    )  # fmt: skip


def with_kept_secrets(given: OAuthInput, saved: OAuthInput | None) -> OAuthInput:
    """`given` with each mask replaced by what is saved under the same key.

    Raises Refusal (422) where nothing is saved, or where the request would go to another origin: whoever
    edits a configuration must not be able to send its secrets somewhere else.
    """
    if not _holds_mask(given):
        return given
    if saved is None:
        raise _refusal("a masked value was sent, but nothing is saved yet")
    if _origin(given.url) != _origin(saved.url) or (saved.url.startswith("https:") and given.allow_http):
        raise _refusal("the API URL now names another host, so the saved secrets are not sent there")
    return given.model_copy(
        update={
            "parameters": _kept_rows("parameters", given.parameters, saved.parameters),
            "headers": _kept_rows("headers", given.headers, saved.headers),
            "body": _kept_body(given, saved),
        }
    )


def _masked_rows(rows: Iterable[KeyValue], harmless: frozenset[str]) -> tuple[KeyValue, ...]:
    return tuple(
        row if row.key.lower() in harmless or not row.value else KeyValue(key=row.key, value=MASK)
        for row in rows
    )


def _holds_mask(given: OAuthInput) -> bool:
    rows = (*given.parameters, *given.headers, *(given.body if isinstance(given.body, tuple) else ()))
    return given.body == MASK or any(row.value == MASK for row in rows)


def _kept_rows(place: str, rows: tuple[KeyValue, ...], saved: tuple[KeyValue, ...]) -> tuple[KeyValue, ...]:
    remaining = list(saved)
    return tuple(_kept_row(place, row, remaining) for row in rows)


def _kept_row(place: str, row: KeyValue, remaining: list[KeyValue]) -> KeyValue:
    """The row, its mask replaced; rows of one key are matched in order."""
    match = next((known for known in remaining if known.key == row.key), None)
    if match is not None:
        remaining.remove(match)
    if row.value != MASK:
        return row
    if match is None:
        raise _refusal(f"no value is saved for {row.key!r}", place)
    return match


def _kept_body(given: OAuthInput, saved: OAuthInput) -> str | tuple[KeyValue, ...] | None:
    if given.body == MASK:
        if not isinstance(saved.body, str):
            raise _refusal("no raw body is saved", "body")
        return saved.body
    if isinstance(given.body, tuple):
        return _kept_rows("body", given.body, saved.body if isinstance(saved.body, tuple) else ())
    return given.body


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()


def _refusal(message: str, field: str | None = None) -> Refusal:
    return Refusal(422, "secret_needed", message, field=field, fix="type the secret values again")
