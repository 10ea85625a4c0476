"""What /openapi.json says of custom segments: filter segments of version 3, the calls of version 2."""

from typing import Any, Final, Literal

from pydantic import BaseModel

from reelpress.engage.custom_segments.model import LONGEST_NAME
from reelpress.engage.data_api.documents import (
    TEXT,
    Documented,
    Schema,
    document,
    fields,
    in_path,
    listed,
    queried,
)


class ListedSegment(BaseModel):
    """`created_time` is UTC without a zone."""

    name: str
    id: str
    created_time: str
    type: Literal["ELASTIC_SEARCH", "FILE_SEGMENT"]
    source: str


class ShownSegment(ListedSegment):
    updated_time: str
    description: str
    included_filters: dict[str, Any]


class SegmentAnswer(BaseModel):
    data: ShownSegment
    response_id: str
    type: Literal["custom_segment"]


class SegmentList(BaseModel):
    data: list[ListedSegment]
    response_id: str
    type: Literal["custom_segment"]


class SegmentDetail(BaseModel):
    target: str
    message: str


class SegmentError(BaseModel):
    """What exists already and which limit was met is told beside code and message."""

    code: str
    message: str
    details: list[SegmentDetail] | None = None
    existing_cs_name: str | None = None
    existing_cs_id: str | None = None
    actual_count: int | None = None
    limit: int | None = None


class SegmentRefusal(BaseModel):
    response_id: str
    type: Literal["custom_segment"]
    error: SegmentError


class SegmentAccepted(BaseModel):
    message: str
    success: bool
    cs_name: str
    cs_id: str


class FileRefusal(BaseModel):
    title: str
    description: str


_ALWAYS: Final = {
    400: "What was sent cannot be used, or another workspace is named than in the credentials",
    401: "The key does not open the workspace",
    500: "A fault of ours",
}
_LIMITED: Final = {429: "A limit is used up"}
_FILTERED: Final = {
    409: "Another segment has this name or these filters",
    412: "The segment would hold itself",
    413: "The body or the filters are too large",
    **_LIMITED,
}
_CHANGED: Final = {403: "Segments of this kind are not changed", 404: "There is no such segment"}


def _v3(
    schema: Schema | None, answer: type[BaseModel], *more: dict[int, str], success: int = 200
) -> Documented:
    statuses = dict(_ALWAYS)
    for one in more:
        statuses |= one
    return document(
        schema, answer=answer, refusal=SegmentRefusal, named=False, statuses=statuses, success=success
    )


def _v2(schema: Schema, *more: dict[int, str]) -> Documented:
    statuses = {**_ALWAYS, 413: "The body is larger than 128 KB", **_LIMITED}
    for one in more:
        statuses |= one
    return document(
        schema, answer=SegmentAccepted, refusal=FileRefusal, named=False, statuses=statuses, success=202
    )


_NAME: Final[Schema] = {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME, "pattern": "^[^<>]*$"}
_YES_OR_NO: Final[Schema] = {"type": "boolean"}
_ATTRIBUTE_NAME: Final[Schema] = {"type": "string", "minLength": 1, "maxLength": 200}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 0, "maximum": 3650}
_DAY: Final[Schema] = {"type": "string", "pattern": "^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$"}


def _compared(data_type: str, operators: tuple[str, ...], value: Schema) -> Schema:
    """An attribute, held against a value."""
    properties: dict[str, Schema] = {
        "filter_type": {"const": "user_attributes"},
        "name": _ATTRIBUTE_NAME,
        "data_type": {"const": data_type},
        "operator": {"enum": list(operators)},
        "value": value,
        "negate": _YES_OR_NO,
        "case_sensitive": _YES_OR_NO,
    }
    return fields(properties, "filter_type", "name", "data_type", "operator", "value")


_TEXTS: Final = listed({"type": "string", "maxLength": 512}, minItems=1, maxItems=500)
_STARTS: Final = ("in", "containsInTheFollowing", "startWithInTheFollowing", "endsWithInTheFollowing")
_PERIODS: Final[list[Schema]] = [
    fields({"type": {"enum": ["on", "before", "after"]}, "value": _DAY}, "type", "value"),
    fields({"type": {"const": "between"}, "value": _DAY, "value1": _DAY}, "type", "value", "value1"),
    fields(
        {
            "type": {"const": "inTheLast"},
            "value": _COUNT,
            "period_unit": {"enum": ["days", "weeks", "months"]},
        },
        "type",
        "value",
    ),
]
_DONE: Final[Schema] = fields(
    {
        "filter_type": {"const": "actions"},
        "action_name": _ATTRIBUTE_NAME,
        "executed": _YES_OR_NO,
        "execution": fields({"type": {"enum": ["atleast", "exactly", "atmost"]}, "count": _COUNT}, "type"),
        "primary_time_range": {"anyOf": _PERIODS},
    },
    "filter_type",
    "action_name",
)
_WITHIN: Final[Schema] = fields(
    {"filter_type": {"const": "custom_segments"}, "id": _ATTRIBUTE_NAME, "negate": _YES_OR_NO},
    "filter_type",
    "id",
)
_FILTERS: Final[Schema] = fields(
    {
        "filter_operator": {"enum": ["and", "or"]},
        "filters": listed(
            {
                "anyOf": [
                    _compared("string", _STARTS, _TEXTS),
                    _compared("double", ("in", "lessThan", "greaterThan"), {"type": "number"}),
                    _compared("bool", ("is",), _YES_OR_NO),
                    _compared("datetime", ("on", "before", "after"), _DAY),
                    _compared("datetime", ("inTheLast", "inTheNext"), _COUNT),
                    _DONE,
                    _WITHIN,
                ]
            },
            minItems=1,
            maxItems=100,
        ),
        "negate": _YES_OR_NO,
    },
    "filter_operator",
    "filters",
)
CREATE: Final = _v3(
    fields({"name": _NAME, "included_filters": _FILTERS}, "name", "included_filters"),
    SegmentAnswer,
    _FILTERED,
    success=201,
)
LIST: Final = queried(_v3(None, SegmentList, _LIMITED), "name")
GET: Final = in_path(_v3(None, SegmentList, _LIMITED), "segment_id")
UPDATE: Final = in_path(
    _v3(
        fields({"name": _NAME, "included_filters": _FILTERS, "updated_by": TEXT}, "included_filters"),
        SegmentAnswer,
        _FILTERED,
        _CHANGED,
    ),
    "segment_id",
)
ARCHIVE: Final = _v2(
    fields({"name": TEXT, "cs_id": TEXT}, "name"),
    {404: "There is no such segment", 409: "An active segment has the same name or filters"},
)
_FILE: Final[dict[str, Schema]] = {
    "name": _NAME,
    "attribute_name": {"type": "string", "minLength": 1, "maxLength": 200},
    "attribute_type": {"enum": ["string", "double"]},
    "file_url": {"type": "string", "format": "uri", "maxLength": 2048},
    "callback_url": {"type": ["string", "null"], "format": "uri", "maxLength": 2048},
    "emails": {"type": ["array", "null"], "items": {"type": "string", "format": "email"}, "maxItems": 20},
}
_FILE_NEEDS: Final = ("name", "attribute_name", "attribute_type", "file_url")
CREATE_FILE: Final = _v2(
    fields(
        {**_FILE, "expiry_time": {"type": "integer", "minimum": 1, "maximum": 3650}},
        *_FILE_NEEDS,
        "expiry_time",
    ),
    {409: "Another segment has this name"},
)
CHANGE_FILE: Final = _v2(fields({**_FILE, "cs_id": TEXT}, *_FILE_NEEDS), _CHANGED)
