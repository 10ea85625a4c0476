"""A short way for the calls that come by the thousand: they skip the search through all routes.

The routes themselves stay where they are; this finds the same functions, and asks the same access.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from fastapi import Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from reelpress.engage.data_api.access import DataKeyHolder, Workspace
from reelpress.engage.data_api.route import answered
from reelpress.engage.data_api.routes import import_in_bulk, track_event, track_user
from reelpress.platform.context import Platform


@dataclass(frozen=True, slots=True)
class _Way:
    """A call and the path it is counted under."""

    path: str
    endpoint: Callable[[Request, Platform, Workspace], Awaitable[Response]]


_WAYS: Final = {
    "customer": _Way("/v1/customer/{workspace}", track_user),
    "event": _Way("/v1/event/{workspace}", track_event),
    "transition": _Way("/v1/transition/{workspace}", import_in_bulk),
}
OTHER_CALLS = frozenset({"merge", "delete"})  # of customers; no workspace has such an id
PARTS = 4
_access = DataKeyHolder()


class Front:
    """`POST /v1/{customer,event,transition}/{workspace}` go straight to their functions."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        parts: list[str] = scope["path"].split("/") if scope["type"] == "http" else []
        ours = len(parts) == PARTS and parts[1] == "v1" and parts[3] and parts[3] not in OTHER_CALLS
        way = _WAYS.get(parts[2]) if ours else None
        if way is None or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        scope["route"] = way
        scope["path_params"] = {"workspace": parts[3]}
        request = Request(scope, receive)
        response = await answered(_answer(way, request), request, way.path)
        await response(scope, receive, send)


async def _answer(way: _Way, request: Request) -> Response:
    return await way.endpoint(request, request.app.state.platform, await _access(request))
