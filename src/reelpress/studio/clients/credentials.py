"""The credentials of a token call, in any of the published spellings and body kinds. Pure.

Contract: `client_id|clientId|client-id` and `client_secret|clientSecret|client-secret` as JSON, form
or query; other keys such as `grant_type` are ignored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from reelpress.studio.clients.contract import ContractRefusal

MAX_BODY_BYTES = 16 * 1024
MAX_VALUE_CHARS = 512
ID_KEYS = ("client_id", "clientId", "client-id")
SECRET_KEYS = ("client_secret", "clientSecret", "client-secret")


@dataclass(frozen=True, slots=True)
class Presented:
    """What a caller says it is; unchecked."""

    client_id: str
    client_secret: str = field(repr=False)


def presented(body: bytes, content_type: str, query: Mapping[str, str]) -> Presented:
    """Raises ContractRefusal 400 that names the key."""
    given: Mapping[str, Any] = _body_values(body, content_type) if body.strip() else {}
    return Presented(_value(given, query, ID_KEYS), _value(given, query, SECRET_KEYS))


def _body_values(body: bytes, content_type: str) -> Mapping[str, Any]:
    if len(body) > MAX_BODY_BYTES:
        raise ContractRefusal(413, f"the body is larger than {MAX_BODY_BYTES // 1024} KB")
    if content_type.split(";")[0].strip().lower() == "application/x-www-form-urlencoded":
        return _form(body)
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as fault:
        if b"=" in body and not body.lstrip().startswith((b"{", b"[")):
            return _form(body)
        raise ContractRefusal(400, "the body is neither valid JSON nor a form") from fault
    if not isinstance(document, dict):
        raise ContractRefusal(400, "the body must be a JSON object")
    return document  # pyright: ignore[reportUnknownVariableType] - json.loads gives Any


def _form(body: bytes) -> Mapping[str, str]:
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=50))
    except ValueError as fault:
        raise ContractRefusal(400, "the form body cannot be read") from fault


def _value(body: Mapping[str, Any], query: Mapping[str, str], spellings: tuple[str, ...]) -> str:
    found = next((source[key] for source in (body, query) for key in spellings if key in source), None)
    name = spellings[0]
    if found is None or found == "":
        raise ContractRefusal(400, f"{name} is required", field=name)
    if not isinstance(found, str):
        raise ContractRefusal(400, f"{name} must be a string", field=name)
    value = found.strip()
    if not value or len(value) > MAX_VALUE_CHARS or not value.isprintable():
        raise ContractRefusal(400, f"{name} is not usable", field=name)
    return value
