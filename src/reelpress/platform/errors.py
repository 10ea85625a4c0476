"""Refusals: what the management API and the console say when they cannot do as asked."""

from collections.abc import Sequence
from dataclasses import dataclass


class Refusal(Exception):
    """Something was asked that cannot be done; says what, where and what to do.

    `status` is the HTTP status, `code` a stable word for programs, `field` where the fault lies
    and `fix` what the caller can do. Never holds personal data.
    """

    def __init__(
        self, status: int, code: str, message: str, *, field: str | None = None, fix: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.fix = fix

    def body(self, request_id: str | None) -> dict[str, object]:
        """The JSON body of the answer."""
        return {
            "error": {
                "code": self.code,
                "message": self.message,
                "field": self.field,
                "fix": self.fix,
                "request_id": request_id,
            }
        }


@dataclass(frozen=True, slots=True)
class Detail:
    """One of several faults."""

    field: str | None
    message: str


class Refusals(Refusal):
    """Everything that is wrong at once, listed under `details`; message and field are the first one's."""

    def __init__(self, status: int, code: str, details: Sequence[Detail], *, fix: str | None = None) -> None:
        first, *rest = details
        more = f" (and {len(rest)} more)" if rest else ""
        super().__init__(status, code, f"{first.message}{more}", field=first.field, fix=fix)
        self.details = tuple(details)

    def body(self, request_id: str | None) -> dict[str, object]:
        error = super().body(request_id)["error"]
        assert isinstance(error, dict)
        details = [{"field": detail.field, "message": detail.message} for detail in self.details]
        return {"error": {**error, "details": details}}


def not_found(what: str, identity: object) -> Refusal:
    """404 for a thing that is not in this workspace."""
    return Refusal(404, "not_found", f"there is no {what} {identity} in this workspace")


class StartupFault(Exception):
    """The process cannot start; the message is for the operator and is printed without a traceback."""
