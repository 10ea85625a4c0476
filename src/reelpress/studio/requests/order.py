"""The wire form of a request: bytes in, `Order` out, or a fault that names the field. Pure.

Contract: `POST /video/request` and `/video/demo`, with the `user-config` map, the five positional
arrays, or both. Numbers and booleans are taken as the text they were written as.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, cast

MAX_BODY_BYTES = 128 * 1024
MAX_REFERENCE_CHARS = 512
MAX_FIELDS = 1000

REFERENCES = ("client-request-id", "customer-id", "user-id", "reference-record-id")
TEXT_ARRAYS = ("phrase-texts", "image-texts", "video-texts")
URL_ARRAYS = ("image-urls", "video-urls")


class OrderFault(Exception):
    """The request cannot be accepted. `field` is the path of what is wrong, where one thing is."""

    def __init__(self, status: int, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.field = field


class NumberText(str):
    """A JSON number, kept as it was written so that 1.50 stays 1.50."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Order:
    """What a caller asks for. Empty text stands for what was left out or null."""

    use_case_id: str
    client_request_id: str = ""
    customer_id: str = ""
    user_id: str = ""
    reference_record_id: str = ""
    user_config: Mapping[str, str] = field(default_factory=dict[str, str])
    arrays: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    def reference(self, name: str) -> str | None:
        """The value of one of the wire's reference fields, None when `name` is not one."""
        return {
            "client-request-id": self.client_request_id,
            "customer-id": self.customer_id,
            "user-id": self.user_id,
            "reference-record-id": self.reference_record_id,
        }.get(name)

    def identity(self, workspace_id: str) -> str:
        """One text for all requests that ask the same: equal orders are one order for ten minutes."""
        parts = [
            workspace_id,
            self.use_case_id.lower(),
            self.client_request_id,
            self.customer_id,
            self.user_id,
            self.reference_record_id,
            sorted(self.user_config.items()),
            sorted(self.arrays.items()),
        ]
        return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))


def parse_json(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`. Raises OrderFault 400 or 413."""
    if len(body) > MAX_BODY_BYTES:
        raise OrderFault(413, f"the body is larger than {MAX_BODY_BYTES // 1024} KB")
    try:
        document = json.loads(
            body, parse_int=NumberText, parse_float=NumberText, parse_constant=_refuse_constant
        )
    except (ValueError, RecursionError) as fault:
        raise OrderFault(400, "the body is not valid JSON in UTF-8") from fault
    if not isinstance(document, dict):
        raise OrderFault(400, "the body must be a JSON object")
    return cast("dict[str, Any]", document)


def parse_order(document: Mapping[str, Any]) -> Order:
    """The order in a JSON object. Raises OrderFault 400 that names the field; unknown keys are ignored."""
    use_case_id = _reference(document, "use-case-id")
    if not use_case_id:
        raise OrderFault(400, "use-case-id is required: copy it from the media campaign", "use-case-id")
    references = {name: _reference(document, name) for name in REFERENCES}
    arrays = {name: _array(document, name) for name in (*TEXT_ARRAYS, *URL_ARRAYS)}
    return Order(
        use_case_id=use_case_id,
        client_request_id=references["client-request-id"],
        customer_id=references["customer-id"],
        user_id=references["user-id"],
        reference_record_id=references["reference-record-id"],
        user_config=_user_config(document),
        arrays={name: values for name, values in arrays.items() if values},
    )


def echoed_reference(document: Mapping[str, Any]) -> str | None:
    """The caller's own id, for a fault's body; None where it is not usable text."""
    try:
        return _reference(document, "client-request-id") or None
    except OrderFault:
        return None


def _reference(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise OrderFault(400, f"{name} must be a string", name)
    text = _text(value, name)
    if len(text) > MAX_REFERENCE_CHARS:
        raise OrderFault(400, f"{name} is longer than {MAX_REFERENCE_CHARS} characters", name)
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in text):
        raise OrderFault(400, f"{name} holds a control character", name)
    return text


def _user_config(document: Mapping[str, Any]) -> dict[str, str]:
    config = document.get("user-config")
    if config is None:
        return {}
    if not isinstance(config, dict):
        raise OrderFault(400, "user-config must be an object of names and values", "user-config")
    entries = cast("dict[str, Any]", config)
    if len(entries) > MAX_FIELDS:
        raise OrderFault(400, f"user-config has more than {MAX_FIELDS} names", "user-config")
    return {
        _text(name, "user-config"): _value(value, f"user-config.{name}") for name, value in entries.items()
    }


def _array(document: Mapping[str, Any], name: str) -> tuple[str, ...]:
    items = document.get(name)
    if items is None:
        return ()
    if not isinstance(items, list):
        raise OrderFault(400, f"{name} must be an array of strings", name)
    entries = cast("list[Any]", items)
    if len(entries) > MAX_FIELDS:
        raise OrderFault(400, f"{name} has more than {MAX_FIELDS} entries", name)
    return tuple(_value(value, f"{name}[{index}]") for index, value in enumerate(entries))


def _value(value: object, path: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value, path)
    raise OrderFault(400, f"{path} must be a string, a number, true, false or null", path)


def _text(value: str, path: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as fault:
        raise OrderFault(400, f"{path} holds half of a surrogate pair", _printable(path)) from fault
    return str(value)


def _printable(path: str) -> str:
    return path.encode(errors="replace").decode()


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
