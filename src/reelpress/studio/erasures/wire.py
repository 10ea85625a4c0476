"""The OpenGDPR request in its JSON (pure). Specification: OpenGDPR 1.0, "Request Specification"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from reelpress.studio.clients.contract import ContractRefusal
from reelpress.studio.erasures.model import Order, Subject

CUSTOMER_ID, PHONE, EMAIL = "controller_customer_id", "phone", "email"
KINDS = (CUSTOMER_ID, PHONE, EMAIL)
MOST_SUBJECTS = 1000
LONGEST_VALUE = 512
API_VERSION = "1.0"


def parse(document: Mapping[str, Any]) -> Order:
    """Raises ContractRefusal 400 that names the field. Identities of kinds no order can hold are left out."""
    request_id = _uuid(_text(document, "subject_request_id"))
    if _text(document, "subject_request_type") != "erasure":
        raise _wrong("subject_request_type", "only `erasure` is served here")
    _moment(_text(document, "submitted_time"))
    found = document.get("subject_identities")
    if not isinstance(found, list) or not found:
        raise _wrong("subject_identities", "a list with at least one identity is needed")
    items = cast("list[object]", found)
    if len(items) > MOST_SUBJECTS:
        raise _wrong("subject_identities", f"at most {MOST_SUBJECTS} identities in one request")
    subjects = [_subject(item, f"subject_identities[{at}]") for at, item in enumerate(items)]
    return Order(request_id, tuple(dict.fromkeys(one for one in subjects if one.kind in KINDS)))


def _subject(item: object, path: str) -> Subject:
    if not isinstance(item, dict):
        raise _wrong(path, "an object with identity_type, identity_value and identity_format is needed")
    fields = cast("dict[str, Any]", item)
    kind, value = _text(fields, "identity_type", path), _text(fields, "identity_value", path)
    if fields.get("identity_format", "raw") != "raw":
        raise _wrong(f"{path}.identity_format", "only `raw` values can be found again")
    if len(value) > LONGEST_VALUE:
        raise _wrong(f"{path}.identity_value", f"longer than {LONGEST_VALUE} characters")
    return Subject(kind, value)


def _text(fields: Mapping[str, Any], name: str, path: str = "") -> str:
    value = fields.get(name)
    where = f"{path}.{name}" if path else name
    if not isinstance(value, str) or not value:
        raise _wrong(where, "a string is needed")
    try:
        value.encode()
    except UnicodeEncodeError as fault:
        raise _wrong(where, "holds half of a surrogate pair") from fault
    return value


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as fault:
        raise _wrong("subject_request_id", "a UUID is needed") from fault


def _moment(text: str) -> None:
    try:
        datetime.fromisoformat(text)
    except ValueError as fault:
        raise _wrong("submitted_time", "a time of RFC 3339 is needed") from fault


def _wrong(field: str, message: str) -> ContractRefusal:
    return ContractRefusal(400, f"{field}: {message}", field=field)
