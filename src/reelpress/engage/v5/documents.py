"""What /openapi.json says of the APIs under /v5: the envelope of their faults."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from reelpress.engage.data_api.documents import Documented, Schema, document


class V5Error(BaseModel):
    code: str
    message: str
    request_id: str | None = None
    details: list[dict[str, Any]]


class V5Refusal(BaseModel):
    model_config = ConfigDict(extra="forbid")
    response_id: str
    error: V5Error


REFUSALS: Final = {
    400: "What was sent cannot be used",
    401: "The key does not open the workspace",
    413: "The body is larger than 128 KB",
    415: "The body is not JSON",
    429: "The rate limit is used up",
    500: "A fault of ours",
}


def v5_document(schema: Schema | None, answer: type[BaseModel]) -> Documented:
    """Keyword arguments for the decorator of a route under /v5."""
    return document(schema, answer=answer, refusal=V5Refusal, named=False, statuses=REFUSALS)
