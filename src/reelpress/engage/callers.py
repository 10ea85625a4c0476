"""Who calls one of MoEngage's APIs beside the Data API, and the JSON object she sends.

Each of these APIs says no in words of its own, so what is wrong is told as a value of the exception.
"""

from typing import Any, Literal, cast

import msgspec
from fastapi import Request

from reelpress.engage.basic import user_and_password
from reelpress.engage.data_api import keys
from reelpress.platform.context import Platform

BODY_MAX_BYTES = 128 * 1024

Wrong = Literal["missing", "workspace", "key"]


class NotKnown(Exception):
    """The caller is not let in: credentials are missing, name no workspace, or the key is another."""

    def __init__(self, wrong: Wrong) -> None:
        super().__init__(wrong)
        self.wrong: Wrong = wrong


class Unreadable(Exception):
    """A body that is no JSON object: 400, longer than 128 KB: 413, of another content type: 415."""

    def __init__(self, status: Literal[400, 413, 415], message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


async def workspace_of(request: Request) -> str:
    """The workspace whose id and key the Basic authentication holds. Raises NotKnown.

    MOE-APPKEY may be left out; where it is sent it names the same workspace.
    """
    platform: Platform = request.app.state.platform
    user, password = _credentials(request.headers.get("authorization", ""))
    app_key = request.headers.get("moe-appkey")
    if "\0" in user or (app_key is not None and app_key.strip() != user):
        raise NotKnown("workspace")
    async with platform.db.connection() as conn:
        found = await keys.check(conn, platform.keys, user, password.replace("\0", ""))
    if found is None or found.state != "active":
        raise NotKnown("workspace")
    if not found.opens:
        raise NotKnown("key")
    return user


async def json_object(request: Request) -> dict[str, Any]:
    """The body. Raises Unreadable."""
    content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if content_type != "application/json":
        raise Unreadable(415, "Content type is not supported")
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > BODY_MAX_BYTES:
            raise Unreadable(413, "Payload size exceeds 128 KB")
    try:
        document = msgspec.json.decode(received)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as fault:
        raise Unreadable(400, "The body is not valid JSON") from fault
    if not isinstance(document, dict):
        raise Unreadable(400, "A valid JSON document is required.")
    return cast("dict[str, Any]", document)


def _credentials(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.strip().partition(" ")
    if scheme.lower() != "basic":
        raise NotKnown("missing")
    user, password = user_and_password(encoded) or ("", "")
    if not user or not password:
        raise NotKnown("missing")
    return user, password
