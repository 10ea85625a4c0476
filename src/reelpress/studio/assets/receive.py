"""Taking an upload off the wire: counted as it comes, written to our own folder."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.types import Message

from reelpress.platform.errors import Refusal
from reelpress.studio.assets.model import Upload

MAX_UPLOAD_BYTES = 1_000_000_000


def capped(request: Request, most: int = MAX_UPLOAD_BYTES) -> Request:
    """The same request, which refuses (413) as soon as more than `most` bytes have come."""
    received = 0

    async def receive() -> Message:
        nonlocal received
        message = await request.receive()
        received += len(message.get("body", b""))
        if received > most:
            raise _too_large(most)
        return message

    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > most:
        raise _too_large(most)
    return Request(request.scope, receive)


async def save(part: UploadFile, path: Path) -> Upload:
    """Write a multipart file where we want it; its name stays a name."""

    def copy() -> None:
        with path.open("wb") as file:
            shutil.copyfileobj(part.file, file, 1 << 20)

    await asyncio.to_thread(copy)
    return Upload(part.filename or "unnamed", path)


def _too_large(most: int) -> Refusal:
    return Refusal(
        413,
        "too_large",
        f"an upload has at most {most // 1_000_000} MB",
        field="file",
        fix="upload the files one by one, or make them smaller",
    )
