"""Access to the APIs under /v5, and a route that answers every fault in their shape."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Request, Response
from fastapi.params import Depends as DependsParam
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from reelpress.engage import callers
from reelpress.engage.callers import NotKnown, Unreadable
from reelpress.engage.data_api.access import KeyAccess
from reelpress.engage.v5.faults import V5Fault
from reelpress.platform.telemetry import log, place_of


class V5KeyHolder(KeyAccess):
    """A client that knows a live key of the workspace whose id is its user name."""

    summary = "an API key of the workspace"

    async def __call__(self, request: Request) -> str:
        try:
            return await callers.workspace_of(request)
        except NotKnown:
            raise V5Fault(401, "Invalid or missing credentials.") from None


V5Caller = Annotated[str, DependsParam(V5KeyHolder())]
"""The id of the caller's workspace."""


class V5Route(APIRoute):
    """Answers every fault, ours too, with the envelope of /v5."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except V5Fault as fault:
                return JSONResponse(fault.body(), status_code=fault.status)
            except Unreadable as unreadable:
                fault = V5Fault(unreadable.status, unreadable.message)
                return JSONResponse(fault.body(), status_code=fault.status)
            except Exception as fault:
                log.error(
                    "a v5 call failed", route=self.path, fault=type(fault).__name__, place=place_of(fault)
                )
                return JSONResponse(V5Fault(500, "Internal server error.").body(), status_code=500)

        return answer
