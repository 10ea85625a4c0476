"""Refusals on the contract's own routes: `{"status":"FAILURE","message":...,"field":...}`."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute


class ContractRefusal(Exception):
    """A request that is not served. `retry_after_s` becomes the Retry-After header."""

    def __init__(
        self, status: int, message: str, *, field: str | None = None, retry_after_s: int | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.field = field
        self.retry_after_s = retry_after_s

    def response(self) -> JSONResponse:
        headers: dict[str, str] = {"Cache-Control": "no-store"}
        if self.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        if self.retry_after_s is not None:
            headers["Retry-After"] = str(self.retry_after_s)
        body = {"status": "FAILURE", "message": self.message, "field": self.field}
        return JSONResponse(body, status_code=self.status, headers=headers)


class ContractRoute(APIRoute):
    """Use as `APIRouter(route_class=ContractRoute)`: refusals of access and body become contract bodies."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_or_refuse(request: Request) -> Response:
            try:
                return await handle(request)
            except ContractRefusal as refusal:
                return refusal.response()

        return handle_or_refuse
