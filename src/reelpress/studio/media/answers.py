"""HTTP answers for stored files: conditions, ranges, lifetimes in caches."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from reelpress.platform.context import Platform
from reelpress.platform.storage import ObjectMissing
from reelpress.platform.telemetry import log
from reelpress.studio.media import ranges, reading
from reelpress.studio.media.model import MEDIA_TYPES, Medium, StoredFile
from reelpress.studio.media.negotiate import Variant
from reelpress.studio.media.ranges import Span

FILE_CACHE_S = 3600
PAGE_CACHE_S = 300

# The address is the only key to the medium: it stays out of referrers and search engines.
PRIVATE_ADDRESS = {"X-Robots-Tag": "noindex, nofollow, noarchive", "Referrer-Policy": "no-referrer"}
COMMON = {**PRIVATE_ADDRESS, "X-Content-Type-Options": "nosniff"}


async def file_answer(platform: Platform, request: Request, medium: Medium, variant: Variant) -> Response:
    """One representation, whole, in part (206), unchanged (304) or not as asked (416)."""
    file = medium.files[variant]
    headers = _file_headers(platform.clock.now(), medium, variant, file)
    if ranges.already_held(request.headers.get("if-none-match"), file.etag):
        return Response(status_code=304, headers=headers)
    try:
        part = _wanted_part(request, medium, file)
    except ranges.NotSatisfiable:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{file.size}"})
    span = part or Span(0, file.size)
    headers["Content-Length"] = str(span.end - span.start)
    if part is not None:
        headers["Content-Range"] = part.content_range(file.size)
    status = 200 if part is None else 206
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=MEDIA_TYPES[variant])
    return await _body(platform, medium, variant, span, _Head(status, headers, MEDIA_TYPES[variant]))


def cache_control(now: datetime, medium: Medium, longest_s: int) -> str:
    """No cache keeps a medium beyond its time to live."""
    remaining = int((medium.expires_at - now).total_seconds())
    return f"public, max-age={max(0, min(longest_s, remaining))}, no-transform"


def _wanted_part(request: Request, medium: Medium, file: StoredFile) -> Span | None:
    if not ranges.still_current(request.headers.get("if-range"), file.etag, medium.ready_at):
        return None
    return ranges.wanted(request.headers.get("range"), file.size)


def _file_headers(now: datetime, medium: Medium, variant: Variant, file: StoredFile) -> dict[str, str]:
    return {
        **COMMON,
        "ETag": file.etag,
        "Last-Modified": format_datetime(medium.ready_at, usegmt=True),
        "Accept-Ranges": "bytes",
        "Cache-Control": cache_control(now, medium, FILE_CACHE_S),
        "Content-Disposition": f'inline; filename="{medium.kind.value}.{variant.value}"',
        # Mail readers, previewers and pages elsewhere show the file inside their own documents.
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }


@dataclass(frozen=True, slots=True)
class _Head:
    status: int
    headers: dict[str, str]
    media_type: str


async def _body(platform: Platform, medium: Medium, variant: Variant, span: Span, head: _Head) -> Response:
    """The first chunk is read before the answer begins, so that a store that fails is told as 503."""
    file = medium.files[variant]
    first_end = min(span.start + reading.CHUNK_BYTES, span.end)
    try:
        first = await reading.read(platform, medium, variant, file, span.start, first_end)
    except ObjectMissing:
        log.error("a stored file of a medium is missing")
        message = {"error": {"code": "unavailable", "message": "the file cannot be read at the moment"}}
        return JSONResponse(message, status_code=503, headers={**COMMON, "Retry-After": "5"})
    if first_end == span.end:
        return Response(first, status_code=head.status, headers=head.headers, media_type=head.media_type)

    async def chunks() -> AsyncIterator[bytes]:
        yield first
        async for chunk in reading.stream(platform, medium, variant, file, first_end, span.end):
            yield chunk

    return StreamingResponse(
        chunks(), status_code=head.status, headers=head.headers, media_type=head.media_type
    )
