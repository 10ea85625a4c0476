"""What of a configuration is secret: how it is sealed, masked, and kept when a mask comes back."""

import json
from typing import Any, Final

from reelpress.engage.oauth.masking import (
    MASK,
    TYPE_AGAIN,
    SecretNeeded,
    holds_mask,
    kept_rows,
    masked_rows,
    origin_of,
    require_same_origin,
)
from reelpress.engage.oauth.model import OAuthInput
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
            "parameters": masked_rows(given.parameters, _is_secret),
            "headers": masked_rows(given.headers, _is_secret_header),
            "body": (MASK if body else body) if body is None or isinstance(body, str)
            else masked_rows(body, _is_secret),
        }
    )  # fmt: skip


def with_kept_secrets(given: OAuthInput, saved: OAuthInput | None) -> OAuthInput:
    """`given` with each mask replaced by what is saved under the same key.

    Raises Refusal (422) where nothing is saved, or where the request would go to another origin.
    """
    try:
        return _with_kept(given, saved)
    except SecretNeeded as fault:
        raise Refusal(422, "secret_needed", str(fault), field=fault.place, fix=TYPE_AGAIN) from None


def _with_kept(given: OAuthInput, saved: OAuthInput | None) -> OAuthInput:
    body = given.body if isinstance(given.body, tuple) else ()
    if given.body != MASK and not holds_mask((*given.parameters, *given.headers, *body)):
        return given
    if saved is None:
        raise SecretNeeded("a masked value was sent, but nothing is saved yet")
    require_same_origin(origin_of(given.url), origin_of(saved.url), allow_http=given.allow_http)
    return given.model_copy(
        update={
            "parameters": kept_rows("parameters", given.parameters, saved.parameters),
            "headers": kept_rows("headers", given.headers, saved.headers),
            "body": _kept_body(given, saved),
        }
    )


def _is_secret(row: KeyValue) -> bool:
    return bool(row.value) and row.key.lower() not in _HARMLESS_KEYS


def _is_secret_header(row: KeyValue) -> bool:
    return bool(row.value) and row.key.lower() not in _HARMLESS_HEADERS


def _kept_body(given: OAuthInput, saved: OAuthInput) -> str | tuple[KeyValue, ...] | None:
    if given.body == MASK:
        if not isinstance(saved.body, str):
            raise SecretNeeded("no raw body is saved", "body")
        return saved.body
    if isinstance(given.body, tuple):
        return kept_rows("body", given.body, saved.body if isinstance(saved.body, tuple) else ())
    return given.body
