"""Read a request's JSON within the contract's limits."""

from dataclasses import dataclass
from typing import Any, cast

import msgspec
from fastapi import Request

from reelpress.engage.data_api import faults
from reelpress.engage.data_api.faults import DataApiFault


@dataclass(frozen=True, slots=True)
class BodyRules:
    """What one call accepts, and how it says no to another content type."""

    limit_kb: int
    wrong_type: str
    wrong_type_message: str
    too_large: str = "PayloadTooLarge"
    too_large_message: str = "Payload size exceeds {limit} KB"


CUSTOMER_BODY = BodyRules(128, "MediaTypeError", "Unsupported Media Type")
EVENT_BODY = BodyRules(128, "Unsupported media type", "Content type is not supported")
BULK_BODY = BodyRules(100, "Unsupported media type", "Content type is not supported")
MERGE_BODY = BodyRules(
    128,
    "MediaTypeError",
    "The header 'Content-Type' is missing. Kindly provide the header 'Content-Type' and set it as "
    "'application/json'",
    too_large_message="The payload can not exceed {limit}KB",
)
MANAGE_BODY = BodyRules(
    128,
    "Unsupported media type",
    "Content type is not supported",
    "Payload too large",
    "Payload cannot exceed {limit}KB",
)
ERASURE_BODY = BodyRules(
    128,
    "Unsupported media type",
    "Content type is not supported",
    "Payload too large",
    "Payload can not exceed {limit}KB.",
)


async def read_document(request: Request, rules: BodyRules) -> dict[str, Any]:
    """The JSON object of the body. Raises DataApiFault: 400, 413, 415."""
    _require_json(request.headers.get("content-type"), rules)
    raw = await _read(request, rules)
    if not raw.strip():
        raise faults.not_a_document()
    try:
        document = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as fault:
        raise faults.malformed() from fault
    if not isinstance(document, dict):
        raise faults.not_a_document()
    return cast("dict[str, Any]", document)


def _require_json(content_type: str | None, rules: BodyRules) -> None:
    if not content_type or not content_type.strip():
        raise DataApiFault(400, "Missing header value", "The Content-Type Header is required.")
    if content_type.split(";")[0].strip().lower() != "application/json":
        raise DataApiFault(415, rules.wrong_type, rules.wrong_type_message)


async def _read(request: Request, rules: BodyRules) -> bytes:
    limit = rules.limit_kb * 1024
    too_large = DataApiFault(413, rules.too_large, rules.too_large_message.format(limit=rules.limit_kb))
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > limit:
        raise too_large
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > limit:
            raise too_large
    return bytes(received)
