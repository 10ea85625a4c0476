"""Faults of the APIs under /v5 (envelope of the Campaigns v5 document)."""

from collections.abc import Sequence
from typing import Any

from reelpress.platform import ids

CODES = {
    400: "VALIDATION_FAILED",
    401: "UNAUTHORIZED",
    413: "BAD_REQUEST",
    415: "BAD_REQUEST",
    429: "RATE_LIMITED",
    500: "INTERNAL_ERROR",
}


class V5Fault(Exception):
    """A refused call. `details` are objects of the API's own shape; `request_id` is the caller's."""

    def __init__(
        self, status: int, message: str, details: Sequence[dict[str, Any]] = (), request_id: str | None = None
    ) -> None:
        super().__init__(f"{status} {message}")
        self.status = status
        self.message = message
        self.details = list(details)
        self.request_id = request_id

    def body(self) -> dict[str, Any]:
        error: dict[str, Any] = {"code": CODES[self.status], "message": self.message}
        if self.request_id is not None:
            error["request_id"] = self.request_id
        return {"response_id": ids.response_id(), "error": {**error, "details": self.details}}


def invalid(details: Sequence[dict[str, Any]], request_id: str | None = None) -> V5Fault:
    return V5Fault(400, "One or more fields failed validation.", details, request_id)


def rate_limited() -> V5Fault:
    return V5Fault(429, "Rate limit exceeded for app key.")
