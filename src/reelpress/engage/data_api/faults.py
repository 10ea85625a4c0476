"""Errors of the Data API, in the words and bodies MoEngage's clients know."""

from reelpress.platform import ids


class DataApiFault(Exception):
    """A refused call: HTTP status, the contract's `type` and `message`, the attribute at fault."""

    def __init__(self, status: int, kind: str, message: str, attribute: str | None = None) -> None:
        super().__init__(f"{status} {kind}")
        self.status = status
        self.kind = kind
        self.message = message
        self.attribute = attribute

    def body(self) -> dict[str, object]:
        error = {"message": self.message, "type": self.kind, "request_id": ids.response_id()}
        return {
            "status": "fail",
            "error": error if self.attribute is None else {"attribute": self.attribute, **error},
        }


def missing(attribute: str) -> DataApiFault:
    return DataApiFault(400, "MissingAttributeError", f"{attribute} is not found in the payload", attribute)


def malformed(attribute: str | None = None) -> DataApiFault:
    return DataApiFault(
        400,
        "Malformed JSON",
        "Could not decode the request body. The JSON was incorrect or not encoded as UTF-8.",
        attribute,
    )


def not_a_document() -> DataApiFault:
    return DataApiFault(400, "Body type is not JSON", "A valid JSON document is required.")


def unauthorized(message: str) -> DataApiFault:
    return DataApiFault(401, "Authentication required", message)


def conflict(message: str) -> DataApiFault:
    return DataApiFault(409, "Authentication required.", message)


def limit_breached(attribute: str, limit: int) -> DataApiFault:
    return DataApiFault(400, "LimitBreached", f"max limit allowed is {limit}", attribute)


def no_text(attribute: str) -> DataApiFault:
    return DataApiFault(
        400,
        "MissingAttributeError",
        f"{attribute} is expected to be String or Unicode String.",
        attribute,
    )


def closed(state: str) -> DataApiFault:
    """What a workspace is told that the operator closed, by its state."""
    match state:
        case "blacklisted":
            return DataApiFault(400, "Blacklisted", "Your account is blacklisted, Please contact MoEngage.")
        case "suspended":
            return DataApiFault(
                403, "Account Suspended", "Your account is suspended. Please contact MoEngage team."
            )
        case "temporarily_suspended":
            return DataApiFault(
                403,
                "Account Temporarily Suspended",
                "Your account is temporarily suspended. Please contact MoEngage team.",
            )
        case _:
            return DataApiFault(
                403, "BlockedClient", "Your account is blocked. Please contact MoEngage team."
            )


def overloaded() -> DataApiFault:
    """Clients repeat calls that end with 5xx."""
    return DataApiFault(503, "ServerError", "Too many calls are waiting. Please Try After Some Time")


def unexpected() -> DataApiFault:
    return DataApiFault(
        500,
        "ServerError",
        "An unexpected error was encountered while processing this request. Please contact MoEngage Team",
    )
