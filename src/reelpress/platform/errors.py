"""Refusals: what the management API and the console say when they cannot do as asked."""


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


def not_found(what: str, identity: object) -> Refusal:
    """404 for a thing that is not in this workspace."""
    return Refusal(404, "not_found", f"there is no {what} {identity} in this workspace")


class StartupFault(Exception):
    """The process cannot start; the message is for the operator and is printed without a traceback."""
