"""What of a connector is a credential typed by hand: sealed at rest, masked for readers, kept on edit.

At rest a secret value is the mask, and all of them stand sealed beside the rows.
"""

from __future__ import annotations

import base64
import json
import re
from typing import Any, Final, cast
from urllib.parse import parse_qsl, urlsplit

from reelpress.engage.connectors.model import ConnectorSpec, PreparedRequest
from reelpress.engage.connectors.request import origin_of, with_query_as_parameters
from reelpress.engage.oauth import KeyValue
from reelpress.engage.oauth.masking import (
    SecretNeeded,
    holds_mask,
    kept_rows,
    masked_rows,
    require_same_origin,
)
from reelpress.engage.personalize.source import tokens
from reelpress.platform.crypto import Keyring

Json = dict[str, Any]
Rows = tuple[KeyValue, ...]

PURPOSE: Final = "connector credentials"
SEALED: Final = "sealed"
LEAST_HIDDEN_CHARS: Final = 6
"""A shorter value is found in any answer by chance."""

_PLACES: Final = ("parameters", "headers", "body")
_CREDENTIAL: Final = re.compile(
    r"authorization|authentication|cookie|password|passwd|secret|token|credential|signature|jwt"
    r"|(?:api|app|auth|access|private|subscription|license)key|^x?(?:auth|key|pwd|pass|sig)$"
)
_SCHEME: Final = re.compile(r"^\s*(?:bearer|basic|token|key|apikey|digest)\b", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(r"\b(?:UserAttribute|EventAttribute|Campaign)\b")


def is_secret(row: KeyValue) -> bool:
    """A well-known name with a value typed by hand; what is all personalised is no secret of the company."""
    return names_credential(row.key) and bool(_typed_by_hand(row.value))


def names_credential(name: str) -> bool:
    """Whether a header or parameter is called as credentials are."""
    return _CREDENTIAL.search(re.sub(r"[^a-z0-9]", "", name.lower())) is not None


def to_stored(keys: Keyring, spec: ConnectorSpec) -> Json:
    """The JSON a version keeps. Credentials in the URL's query become parameters, which can be masked."""
    spec = _without_secrets_in_url(spec)
    secrets = {
        place: {index: row.value for index, row in enumerate(_rows(spec, place)) if is_secret(row)}
        for place in _PLACES
    }
    stored = _masked(spec).model_dump(mode="json")
    if any(secrets.values()):
        sealed = keys.encrypt(json.dumps(secrets).encode(), purpose=PURPOSE)
        stored[SEALED] = base64.b64encode(sealed).decode()
    return stored


def to_shown(stored: Json) -> Json:
    """What may be shown: the masks without what they stand for."""
    return {key: value for key, value in stored.items() if key != SEALED}


def opened(keys: Keyring, stored: Json) -> ConnectorSpec:
    """The spec with its secrets in the clear; it never leaves the process."""
    spec = ConnectorSpec.model_validate(to_shown(stored))
    if SEALED not in stored:
        return spec
    secrets = json.loads(keys.decrypt(base64.b64decode(stored[SEALED]), purpose=PURPOSE))
    return _with_rows(spec, {place: _filled(_rows(spec, place), secrets[place]) for place in _PLACES})


def with_kept_secrets(spec: ConnectorSpec, saved: ConnectorSpec | None) -> ConnectorSpec:
    """`spec` with each mask replaced by what is saved under the same key. Raises SecretNeeded."""
    if not any(holds_mask(_rows(spec, place)) for place in _PLACES):
        return spec
    if saved is None:
        raise SecretNeeded("a masked value was sent, but nothing is saved yet")
    require_same_origin(origin_of(spec.url), origin_of(saved.url), allow_http=spec.allow_http)
    kept = {place: kept_rows(place, _rows(spec, place), _rows(saved, place)) for place in _PLACES}
    return _with_rows(spec, kept)


def credentials_of(prepared: PreparedRequest) -> tuple[str, ...]:
    """The values that an endpoint may echo and a log of answers must not keep."""
    pairs = (*prepared.headers, *parse_qsl(urlsplit(prepared.url).query))
    found = (_SCHEME.sub("", value).strip() for name, value in pairs if names_credential(name))
    return tuple(value for value in found if len(value) >= LEAST_HIDDEN_CHARS)


def _masked(spec: ConnectorSpec) -> ConnectorSpec:
    return _with_rows(spec, {place: masked_rows(_rows(spec, place), is_secret) for place in _PLACES})


def _without_secrets_in_url(spec: ConnectorSpec) -> ConnectorSpec:
    split = with_query_as_parameters(spec)
    in_url = split.parameters[: len(split.parameters) - len(spec.parameters)]
    return split if any(is_secret(row) for row in in_url) else spec


def _typed_by_hand(value: str) -> str:
    """The value without what stands for an attribute and without the name of the scheme."""
    parts = (
        token.text for token in tokens(value) if token.kind == "text" or not _ATTRIBUTE.search(token.text)
    )
    return _SCHEME.sub("", "".join(parts)).strip()


def _rows(spec: ConnectorSpec, place: str) -> Rows:
    """The rows of a place; a body that is one text has none."""
    found: Rows | str | None = getattr(spec, place)
    return found if isinstance(found, tuple) else ()


def _with_rows(spec: ConnectorSpec, rows: dict[str, Rows]) -> ConnectorSpec:
    changed = {place: found for place, found in rows.items() if isinstance(getattr(spec, place), tuple)}
    return spec.model_copy(update=cast("dict[str, Any]", changed))


def _filled(rows: Rows, secrets: dict[str, str]) -> Rows:
    """`secrets` by position, as JSON writes it."""
    return tuple(
        KeyValue(key=row.key, value=secrets[str(index)]) if str(index) in secrets else row
        for index, row in enumerate(rows)
    )
