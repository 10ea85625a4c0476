"""The route class of the Data API: every fault, ours too, in the contract's body; rate headers."""

import traceback
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from reelpress.engage.data_api import faults, rates
from reelpress.engage.data_api.faults import DataApiFault
from reelpress.platform.telemetry import log

ACCEPTED = {
    "status": "success",
    "message": "Your request has been accepted and will be processed soon.",
}
TRACE_FRAMES = 4
RETRY_AFTER_S = "1"  # what waits is written within a second or two


class DataApiRoute(APIRoute):
    """Answers with `refusal` whatever goes wrong; subclasses speak another dialect of the contract."""

    def refusal(self, fault: DataApiFault) -> dict[str, object]:
        """The body of a fault."""
        return fault.body()

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            return await answered(handle(request), request, self.path, self.refusal)

        return answer


async def answered(
    work: Coroutine[Any, Any, Response],
    request: Request,
    path: str,
    refusal: Callable[[DataApiFault], dict[str, object]] = DataApiFault.body,
) -> Response:
    """What the work answers, or the contract's body for the fault it ended with; with the rate headers."""
    try:
        response = await work
    except DataApiFault as fault:
        headers = {"Retry-After": RETRY_AFTER_S} if fault.status == 503 else None
        response = JSONResponse(refusal(fault), status_code=fault.status, headers=headers)
    except Exception as fault:
        log.error("a Data API call failed", route=path, fault=type(fault).__name__, where=_where(fault))
        response = JSONResponse(refusal(faults.unexpected()), status_code=500)
    response.headers.update(rates.headers(request))
    return response


def _where(fault: Exception) -> list[str]:
    """Our lines of the traceback, without the message: the database quotes customers' data in its own."""
    frames = traceback.extract_tb(fault.__traceback__)
    return [f"{frame.name}:{frame.lineno}" for frame in frames if "reelpress" in frame.filename][
        -TRACE_FRAMES:
    ]
