"""What every route shares: the platform in hand, request ids, refusals as JSON, numbers."""

import time
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reelpress.platform import ids
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from reelpress.platform.telemetry import (
    HTTP_REQUESTS,
    HTTP_SECONDS,
    current_request_id,
    log,
    place_of,
    set_request_id,
)


def _platform(request: Request) -> Platform:
    return request.app.state.platform


PlatformDep = Annotated[Platform, Depends(_platform)]


def caller_address(request: Request, platform: Platform) -> str:
    """The caller's IP address; the proxy's word is taken only where the operator said so."""
    forwarded = request.headers.get("x-forwarded-for") if platform.settings.trust_proxy else None
    if forwarded:
        return forwarded.split(",")[-1].strip()
    return request.client.host if request.client else ""


class RequestScope:
    """Gives each request an id, logs it without its query, and counts it by route."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = ids.new_uuid().hex
        set_request_id(request_id)
        started = time.monotonic()
        status = 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            route = getattr(scope.get("route"), "path", "unknown")
            HTTP_REQUESTS.labels(scope["method"], route, status).inc()
            HTTP_SECONDS.labels(route).observe(time.monotonic() - started)
            log.debug("answered", method=scope["method"], route=route, status=status)


def answer_refusals(app: FastAPI) -> None:
    """Render Refusal as the management API's error body, and keep faults of ours without details."""

    async def refused(request: Request, fault: Exception) -> JSONResponse:
        del request
        assert isinstance(fault, Refusal)
        return JSONResponse(fault.body(current_request_id()), status_code=fault.status)

    async def crashed(request: Request, fault: Exception) -> JSONResponse:
        route = getattr(request.scope.get("route"), "path", "unknown")
        log.error("a route failed", route=route, fault=type(fault).__name__, place=place_of(fault))
        body = Refusal(500, "internal", "something went wrong on our side", fix="try again; it is in our log")
        return JSONResponse(body.body(current_request_id()), status_code=500)

    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(Exception, crashed)
