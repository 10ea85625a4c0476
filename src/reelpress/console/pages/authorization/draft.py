"""A configuration on its way through the two steps: typed, answered, not saved yet."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reelpress.console.typed import Typed, numbers
from reelpress.engage.oauth import Configuration, OAuthInput, TokenType, TrialReport
from reelpress.engage.oauth.exchange import as_json, claims_of, flatten
from reelpress.engage.oauth.secrets import masked
from reelpress.platform.crypto import Keyring
from reelpress.platform.errors import Refusal

Given = dict[str, Any]
"""Step 1 as typed, in the shape of OAuthInput."""

_PURPOSE = "console oauth draft"
_RESPONSE_FIELDS = ("access_token_key", "expiry_key", "expiry_unit", "prefix", "error_codes")
_USUAL_TOKEN_KEYS = ("access_token", "accessToken", "token", "id_token", "jwt")
_USUAL_EXPIRY_KEYS = ("expires_in", "expiresIn", "expiry", "expires")

EMPTY: Given = {
    "name": "",
    "token_type": "OPAQUE",
    "method": "POST",
    "url": "",
    "parameters": [],
    "headers": [{"key": "Content-Type", "value": "application/json"}],
    "body_type": "RAW",
    "body": None,
    "allow_http": False,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the token URL answered to the test."""

    body: str = field(repr=False)
    status: int
    elapsed_ms: int
    received_at: datetime

    @classmethod
    def of(cls, report: TrialReport) -> Answer:
        """The answer of a test that went well."""
        return cls(report.body or "", report.status or 0, report.elapsed_ms, report.received_at)

    @property
    def keys(self) -> Mapping[str, Any]:
        """Its leaves by dotted path."""
        return flatten(as_json(self.body.encode()))

    @property
    def claims(self) -> dict[str, Mapping[str, Any]]:
        """The claims of each JWT in it, by its path."""
        found = {path: claims_of(value) for path, value in self.keys.items() if isinstance(value, str)}
        return {path: claims for path, claims in found.items() if claims is not None}

    @property
    def pretty(self) -> str:
        """Indented for reading."""
        return json.dumps(as_json(self.body.encode()), indent=2, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Draft:
    """Step 1 and its answer; it travels sealed in a hidden field, so no secret is readable on the way."""

    workspace_id: str
    given: Given = field(repr=False)
    answer: Answer

    def sealed(self, keys: Keyring) -> str:
        """As the value of a hidden field."""
        answer = self.answer
        document = {
            "workspace": self.workspace_id,
            "given": self.given,
            "answer": [answer.body, answer.status, answer.elapsed_ms, answer.received_at.isoformat()],
        }
        return base64.urlsafe_b64encode(
            keys.encrypt(json.dumps(document).encode(), purpose=_PURPOSE)
        ).decode()

    @classmethod
    def opened(cls, keys: Keyring, workspace_id: str, sealed: str) -> Draft:
        """Raises Refusal (400) for anything but a draft of this workspace."""
        try:
            document = json.loads(keys.decrypt(base64.urlsafe_b64decode(sealed), purpose=_PURPOSE))
            body, status, elapsed_ms, received_at = document["answer"]
        except (ValueError, KeyError) as fault:
            raise _unreadable() from fault
        if document["workspace"] != workspace_id:
            raise _unreadable()
        answer = Answer(body, status, elapsed_ms, datetime.fromisoformat(received_at))
        return cls(workspace_id, document["given"], answer)


def typed_details(typed: Typed) -> Given:
    """Step 1 as typed."""
    body_type = typed.line("body_type", "RAW")
    body = typed.text("body_text") if body_type == "RAW" else typed.pairs("body")
    return {
        "name": typed.line("name"),
        "token_type": typed.line("token_type", "OPAQUE"),
        "method": typed.line("method", "POST"),
        "url": typed.line("url"),
        "parameters": typed.pairs("parameters"),
        "headers": typed.pairs("headers"),
        "body_type": body_type,
        "body": body or None,
        "allow_http": typed.flag("allow_http"),
    }


def typed_response(typed: Typed) -> dict[str, Any]:
    """Step 2 as typed, in the shape of ResponseSettings."""
    values: dict[str, Any] = {name: typed.line(name) for name in _RESPONSE_FIELDS}
    values["expiry_key"] = values["expiry_key"] or None
    values["error_codes"] = numbers(values["error_codes"])
    return values


def saved_details(configuration: Configuration) -> Given:
    """Step 1 of a saved configuration, secrets masked."""
    return masked(configuration.given).model_dump(mode="json", include=set(EMPTY))


def saved_response(given: OAuthInput) -> dict[str, Any]:
    """Step 2 of a saved configuration."""
    return given.response.model_dump(mode="json")


def suggested_response(given: Given, answer: Answer) -> dict[str, Any]:
    """The keys most answers use, where this one has them."""
    jwt = str(given["token_type"]).upper() == TokenType.jwt
    places = list(answer.claims) if jwt else list(answer.keys)
    token_key = next((key for key in _USUAL_TOKEN_KEYS if key in places), places[0] if places else "")
    expiry = "exp" if jwt and "exp" in answer.claims.get(token_key, {}) else None
    unit = "EPOCH"
    if not jwt:
        expiry = next((key for key in _USUAL_EXPIRY_KEYS if key in places), None)
        unit = "SECONDS"
    return {
        "access_token_key": token_key,
        "expiry_key": expiry,
        "expiry_unit": unit,
        "prefix": "Bearer",
        "error_codes": [401, 403],
    }


def _unreadable() -> Refusal:
    return Refusal(
        400, "bad_draft", "the first step cannot be read any more", fix="fill in the OAuth details again"
    )
