"""What /openapi.json says of business events: the calls of v1.0 and of v5."""

from typing import Any, Final, Literal

from pydantic import BaseModel

from reelpress.engage.business_events.model import ATTRIBUTE_TYPES
from reelpress.engage.business_events.parse import MOST_ATTRIBUTES, MOST_WANTED
from reelpress.engage.data_api.documents import (
    ATTRIBUTES,
    Documented,
    Schema,
    document,
    fields,
    listed,
    queried,
)
from reelpress.engage.v5.documents import v5_document


class Made(BaseModel):
    """`event_id` has 24 hexadecimal digits."""

    message: str
    event_id: str


class Told(BaseModel):
    message: str


class KnownAttribute(BaseModel):
    attribute_name: str
    attribute_data_type: str


class KnownEvent(BaseModel):
    """Times are UTC without a zone; `_id`, which is here too, is the same as `event_id`."""

    db_name: str
    event_id: str
    event_name: str
    event_attributes: list[KnownAttribute]
    created_at: str
    last_updated: str
    total_trigger: int
    total_sent_message: int
    users_in_segment: int
    usage_count: int
    created_by: str
    last_received_time: str | None


class Found(BaseModel):
    data: list[KnownEvent]


class WrongValue(BaseModel):
    """`target` is a field or several; refused credentials put the message into an object or a list."""

    code: Literal["InvalidValue", "MissingValue"]
    target: str | list[str]
    message: str | dict[str, str] | list[dict[str, str]]


class Refusal(BaseModel):
    code: str
    message: str
    details: list[WrongValue]
    request_id: str


class Refused(BaseModel):
    error: Refusal


class TooManyDetail(BaseModel):
    code: int
    title: str
    description: str


class TooMany(BaseModel):
    status: Literal["error"]
    data: TooManyDetail


class Failed(BaseModel):
    title: str
    message: str


def _v1(schema: Schema, answer: type[BaseModel]) -> Documented:
    statuses = {
        400: "What was sent cannot be used",
        401: "The key does not open the workspace",
        413: "The body is larger than 128 KB",
        415: "The body is not JSON",
    }
    documented = document(schema, answer=answer, refusal=Refused, named=False, statuses=statuses)
    documented["responses"][429] = {"model": TooMany, "description": "The quota is used up"}
    documented["responses"][500] = {"model": Failed, "description": "A fault of ours"}
    return documented


_NAME: Final[Schema] = {"type": "string", "minLength": 1, "maxLength": 200}
_EMAIL: Final[Schema] = {"type": "string", "format": "email", "maxLength": 254}
_NAMES: Final[Schema] = {"type": ["array", "null"], "items": _NAME, "maxItems": MOST_WANTED}
_TRIGGER: Final[dict[str, Schema]] = {
    "event_name": _NAME,
    "event_attributes": ATTRIBUTES,
    "triggered_by": _EMAIL,
}


def _closed(properties: dict[str, Schema], *required: str) -> Schema:
    return {**fields(properties, *required), "additionalProperties": False}


_ATTRIBUTE: Final = _closed(
    {"attribute_name": _NAME, "attribute_data_type": {"enum": list(ATTRIBUTE_TYPES)}},
    "attribute_name",
    "attribute_data_type",
)
CREATE: Final = _v1(
    _closed(
        {
            "event_name": _NAME,
            "event_attributes": listed(_ATTRIBUTE, maxItems=MOST_ATTRIBUTES),
            "created_by": _EMAIL,
        },
        "event_name",
        "event_attributes",
        "created_by",
    ),
    Made,
)
TRIGGER: Final = _v1(_closed(_TRIGGER, "event_name", "event_attributes"), Told)
SEARCH: Final = _v1(
    {
        **_closed({"event_ids": _NAMES, "event_names": _NAMES}),
        "anyOf": [{"required": ["event_ids"]}, {"required": ["event_names"]}],
    },
    Found,
)


class Summary(BaseModel):
    total: int
    triggered: int
    failed: int


class Outcome(BaseModel):
    triggered_status: Literal["SUCCESS", "PARTIAL_SUCCESS", "FAILURE"]
    message: str
    summary: Summary
    triggered_campaign_ids: list[str]
    failed_campaign_ids: list[str]
    triggered_flow_ids: list[str]
    failed_flow_ids: list[str]


class V5Attribute(BaseModel):
    name: str
    data_type: str


class V5Known(BaseModel):
    id: str
    name: str
    attributes: list[V5Attribute]
    created_by: str
    created_at: str
    last_triggered_at: str | None
    total_triggers: int
    total_sent_messages: int
    users_in_segment: int
    usage_count: int


class V5Page(BaseModel):
    business_events: list[V5Known]
    next_cursor: str | None


class V5Triggered(BaseModel):
    response_id: str
    type: Literal["business-event"]
    data: Outcome


class V5Found(BaseModel):
    response_id: str
    type: Literal["business-event"]
    data: V5Page


def _v5(schema: Schema | None, answer: type[BaseModel]) -> Documented:
    """The caller may name her request; the answer has the name as its id."""
    documented = v5_document(schema, answer)
    text: Schema = {"type": "string", "maxLength": 200}
    named = {"name": "X-MOE-Request-Id", "in": "header", "required": False, "schema": text}
    parameters = [*documented["openapi_extra"]["parameters"], named]
    return {**documented, "openapi_extra": {**documented["openapi_extra"], "parameters": parameters}}


_WANTED: Final[dict[str, Any]] = {
    "filters": {"type": ["object", "null"], "properties": {"ids": _NAMES, "names": _NAMES}},
    "limit": {"type": ["integer", "null"], "minimum": 1, "maximum": 20},
    "cursor": {"type": ["string", "null"], "pattern": "^[0-9A-Za-z]{1,64}$"},
}
V5_TRIGGER: Final = _v5(_closed(_TRIGGER, "event_name", "event_attributes", "triggered_by"), V5Triggered)
V5_LIST: Final = queried(_v5(None, V5Found), "name", "id", "limit", "cursor")
V5_SEARCH: Final = _v5(fields(_WANTED), V5Found)
