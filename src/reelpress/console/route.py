"""Routes of pages: a refusal is shown as a page to a person, and as JSON to the scripts of a page."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from reelpress.console.view import PageFault
from reelpress.platform.errors import Refusal


class PageRoute(APIRoute):
    """Give it to a router of pages as `route_class`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await answer(request)
            except Refusal as refusal:
                if request.headers.get("hx-request"):
                    raise
                raise PageFault(refusal) from refusal
            except RequestValidationError as fault:
                raise PageFault(_no_such_page()) from fault

        return handler


def _no_such_page() -> Refusal:
    return Refusal(404, "not_found", "there is nothing at this address", fix="go back and try another link")
