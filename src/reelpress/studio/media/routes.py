"""Public addresses of media: `/m/{id}` negotiates, `/m/{id}.mp4` is a file, `/v/{id}` is the page."""

from __future__ import annotations

import asyncio
import re

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from reelpress.platform.auth import public
from reelpress.platform.context import Platform
from reelpress.platform.web import PlatformDep
from reelpress.studio.media import store
from reelpress.studio.media.answers import COMMON, file_answer
from reelpress.studio.media.model import Medium
from reelpress.studio.media.negotiate import VARY, Asker, Kind, Variant, choose
from reelpress.studio.media.player import STYLESHEET, absence_page, player_page

router = APIRouter(
    tags=["media"], dependencies=[public("the address holds 128 random bits and is the key to the medium")]
)

LONGEST_WAIT_S = 20.0  # mail proxies wait at least as long for a picture
POLL_S = 0.2
_NAME = re.compile(r"(?P<id>[0-9A-Za-z]{22})(?:\.(?P<extension>mp4|jpg|webp|gif))?\Z", re.ASCII)
_ABSENT = ("Nothing here", "There is no video or image at this address. Check that it is complete.")
_OVER = ("No longer available", "This was made for a limited time, and that time has ended.")


@router.get("/v/player.css", include_in_schema=False)
async def stylesheet() -> Response:
    """The look of the pages; the same for all media."""
    return Response(
        STYLESHEET,
        media_type="text/css",
        headers={"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"},
    )


@router.head("/m/{name}")
@router.get("/m/{name}")
async def medium(name: str, request: Request, platform: PlatformDep) -> Response:
    """A file by its extension; without one, what suits the client."""
    parsed = _NAME.match(name)
    if parsed is None:
        return _absence(request, 404)
    found = await _find(platform, parsed["id"])
    extension = parsed["extension"]
    if extension is not None:
        return await _file(platform, request, found, Variant(extension))
    answer = await _suitable(platform, request, found)
    answer.headers["Vary"] = VARY
    return answer


@router.head("/v/{name}")
@router.get("/v/{name}")
async def page(name: str, platform: PlatformDep) -> Response:
    """Always the page."""
    parsed = _NAME.match(name)
    found = await _find(platform, name) if parsed is not None and parsed["extension"] is None else None
    if found is None:
        return absence_page(404, *_ABSENT)
    if found.over(platform.clock.now()):
        return absence_page(410, *_OVER)
    return player_page(platform, found)


async def _find(platform: Platform, media_id: str) -> Medium | None:
    async with platform.db.connection() as conn:
        return await store.by_public_id(conn, media_id)


async def _file(platform: Platform, request: Request, found: Medium | None, variant: Variant) -> Response:
    if found is not None and found.over(platform.clock.now()):
        return _absence(request, 410)
    if found is None or (variant not in found.files and not found.awaits(variant)):
        return _absence(request, 404)
    shown = await _awaited(platform, found, variant)
    if variant not in shown.files:
        message = {"error": {"code": "unavailable", "message": "this picture is being made"}}
        return JSONResponse(
            message, status_code=503, headers={**COMMON, "Cache-Control": "no-store", "Retry-After": "2"}
        )
    return await file_answer(platform, request, shown, variant)


async def _awaited(platform: Platform, found: Medium, variant: Variant) -> Medium:
    """The medium once it has the variant: previews follow their video within a second or so."""
    waited = 0.0
    while variant not in found.files and waited < LONGEST_WAIT_S:
        await asyncio.sleep(POLL_S)
        waited += POLL_S
        found = await _find(platform, found.id) or found
    return found


async def _suitable(platform: Platform, request: Request, found: Medium | None) -> Response:
    variant = choose(found.kind if found else Kind.VIDEO, _asker(request))
    if found is not None and variant is Variant.PAGE and not found.over(platform.clock.now()):
        return player_page(platform, found)
    return await _file(platform, request, found, variant)


def _asker(request: Request) -> Asker:
    headers = request.headers
    return Asker(
        accept=", ".join(headers.getlist("accept")),
        sec_fetch_dest=headers.get("sec-fetch-dest", ""),
        user_agent=headers.get("user-agent", ""),
    )


def _absence(request: Request, status: int) -> Response:
    """A page for people, JSON for programs."""
    title, text = _OVER if status == 410 else _ABSENT
    if choose(Kind.VIDEO, _asker(request)) is Variant.PAGE:
        return absence_page(status, title, text)
    code = "gone" if status == 410 else "not_found"
    body = {"error": {"code": code, "message": text}}
    return JSONResponse(body, status_code=status, headers={**COMMON, "Cache-Control": "no-store"})
