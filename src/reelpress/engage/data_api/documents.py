"""What /openapi.json says of the Data API: parameters, bodies, answers. The routes read bodies themselves,
since the contract dictates the words of every refusal."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

Schema = dict[str, Any]
Documented = dict[str, Any]

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"anyOf": [{"type": "boolean"}, {"enum": ["true", "false", "True", "False"]}]}
# Loosely typed clients send ids as whole numbers.
ID_TEXT: Schema = {"type": ["string", "integer"], "minLength": 1}
CUSTOMER_ID: Schema = {
    "type": ["string", "integer"],
    "minLength": 1,
    "maxLength": 512,
    "description": "The customer's id, or a MoEngage ID.",
}
TIME: Schema = {
    "anyOf": [{"type": "number"}, {"type": "string"}],
    "description": "ISO 8601, or seconds or milliseconds since 1970.",
}


class Accepted(BaseModel):
    status: str
    message: str


class FaultDetail(BaseModel):
    """`request_id` has eight letters."""

    model_config = ConfigDict(extra="allow")
    message: str
    type: str
    request_id: str
    attribute: str | None = None


class FaultAnswer(BaseModel):
    status: str
    error: FaultDetail


REFUSALS: dict[int, str] = {
    400: "The body cannot be used",
    401: "The key does not open the workspace",
    403: "The workspace is closed",
    409: "Another workspace is named than in the credentials, or it has no key",
    413: "The body is too large",
    415: "The body is not JSON",
    429: "The rate limit is used up",
    500: "A fault of ours",
}


def listed(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def fields(properties: Mapping[str, Schema], *required: str) -> Schema:
    return {"type": "object", "properties": dict(properties), "required": list(required)}


def document(
    schema: Schema | None,
    *,
    answer: type[BaseModel] = Accepted,
    refusal: type[BaseModel] = FaultAnswer,
    named: bool = True,
    statuses: Mapping[int, str] = REFUSALS,
    success: int = 200,
) -> Documented:
    """Keyword arguments for a route's decorator; `named`: the query may name the workspace."""
    parameters = [
        {
            "name": "MOE-APPKEY",
            "in": "header",
            "required": False,
            "schema": TEXT,
            "description": "The workspace id; refused when it is not the one of the credentials.",
        }
    ]
    if named:
        parameters.append({"name": "app_id", "in": "query", "required": True, "schema": TEXT})
    extra: dict[str, Any] = {"parameters": parameters}
    if schema is not None:
        extra["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    responses: dict[int, dict[str, Any]] = {success: {"model": answer, "description": "Accepted"}}
    for status, meaning in statuses.items():
        responses[status] = {"model": refusal, "description": meaning}
    return {"openapi_extra": extra, "responses": responses}


def in_path(documented: Documented, name: str = "workspace") -> Documented:
    """The same route with the workspace in its path; the query may repeat it."""
    extra = documented["openapi_extra"]
    parameters = [
        {**one, "required": False} if one["name"] == "app_id" else one for one in extra["parameters"]
    ]
    parameters.append({"name": name, "in": "path", "required": True, "schema": TEXT})
    return {**documented, "openapi_extra": {**extra, "parameters": parameters}}


def queried(documented: Documented, *names: str, required: tuple[str, ...] = ()) -> Documented:
    """The same route with these parameters in its query."""
    extra = documented["openapi_extra"]
    added = [{"name": name, "in": "query", "required": name in required, "schema": TEXT} for name in names]
    return {**documented, "openapi_extra": {**extra, "parameters": [*extra["parameters"], *added]}}


def _typed(kind: str, properties: Mapping[str, Schema], *required: str) -> Schema:
    return fields({"type": {"const": kind}, **properties}, "type", *required)


PLATFORMS = listed(fields({"platform": TEXT, "active": {"anyOf": [{"type": "boolean"}, TEXT]}}))
ATTRIBUTES: Schema = {"type": "object", "additionalProperties": True}
CUSTOMER_SCHEMA = _typed(
    "customer",
    {
        "customer_id": CUSTOMER_ID,
        "update_existing_only": FLAG,
        "attributes": ATTRIBUTES,
        "platforms": PLATFORMS,
        "unset_attributes": listed(
            fields(
                {
                    "type": {"enum": ["equals", "prefix", "suffix", "contains"]},
                    "attr": TEXT,
                    "case_sensitive": FLAG,
                },
                "type",
                "attr",
            )
        ),
    },
)
ACTION_SCHEMA = fields(
    {
        "action": {"type": "string", "minLength": 1},
        "attributes": ATTRIBUTES,
        "platform": TEXT,
        "moe_os_type": TEXT,
        "app_version": TEXT,
        "user_time": TIME,
        "current_time": TIME,
        "user_timezone_offset": {"type": "number", "minimum": -54_000, "maximum": 54_000},
        "real_time_action": FLAG,
    },
    "action",
)
EVENT_SCHEMA = _typed(
    "event",
    {
        "customer_id": CUSTOMER_ID,
        "device_id": TEXT,
        "user_identifiers": ATTRIBUTES,
        "actions": listed(ACTION_SCHEMA, minItems=1),
    },
    "actions",
)
DEVICE_SCHEMA = _typed(
    "device",
    {
        "customer_id": CUSTOMER_ID,
        "device_id": {"type": "string", "minLength": 1},
        "attributes": {
            "type": "object",
            "properties": {
                "platform": {"enum": ["ANDROID", "iOS", "web", "TV", "Windows"]},
                "push_id": {"type": "string", "minLength": 1},
            },
            "required": ["platform", "push_id"],
            "additionalProperties": True,
        },
    },
    "customer_id",
    "device_id",
    "attributes",
)
# In a bulk call a device that lacks something is left out and refuses nothing.
BULK_DEVICE_SCHEMA = _typed("device", {"customer_id": CUSTOMER_ID, "device_id": {}, "attributes": {}})
ELEMENT_SCHEMA = {"anyOf": [CUSTOMER_SCHEMA, EVENT_SCHEMA, BULK_DEVICE_SCHEMA]}

CUSTOMER = document(CUSTOMER_SCHEMA)
EVENT = document(EVENT_SCHEMA)
DEVICE = document(DEVICE_SCHEMA)
BULK = document(_typed("transition", {"elements": listed(ELEMENT_SCHEMA, minItems=1)}, "elements"))


class Exported(BaseModel):
    status: str
    type: str
    data: dict[str, Any]


class Merged(BaseModel):
    status: str
    operation: str


class Erasing(Accepted):
    request_id: str


class DeleteRefusal(BaseModel):
    """The rate limit and our own faults have a title, everything else an error."""

    status: str
    error: FaultDetail | None = None
    title: str | None = None
    description: str | None = None


ID_OR_NOTHING: Schema = {"type": ["string", "integer"]}
_IDENTIFIER_TYPE: Schema = {"enum": ["customer_id", "id", "moengage_id"]}
MANAGE = document(
    fields(
        {
            "user_identifier_type": _IDENTIFIER_TYPE,
            "user_identifier_value": ID_TEXT,
            "action_type": {"enum": ["block", "unblock"]},
            "reason": TEXT,
            "client_reference_id": TEXT,
            "device_identifiers": listed(
                {
                    "type": "object",
                    "properties": dict.fromkeys(
                        ("moe_gaid", "push_id", "unique_id", "device_unique_id", "GAID", "IDFV"), TEXT
                    ),
                    "minProperties": 1,
                    "additionalProperties": False,
                },
                minItems=1,
            ),
        },
        "user_identifier_type",
        "user_identifier_value",
        "action_type",
    )
)
EXPORT = document(
    fields(
        {
            "data": fields(
                {
                    "identifiers": listed(
                        fields(
                            {
                                "identifier_type": _IDENTIFIER_TYPE,
                                "identifier": {"type": ["string", "integer"]},
                            },
                            "identifier_type",
                            "identifier",
                        ),
                        minItems=1,
                        maxItems=20,
                    ),
                    "user_fields_to_export": listed(TEXT),
                },
                "identifiers",
            )
        },
        "data",
    ),
    answer=Exported,
)
MERGE = document(
    fields(
        {
            "merge_data": listed(
                fields({"merged_user": TEXT, "retained_user": TEXT}, "merged_user", "retained_user"),
                minItems=1,
                maxItems=50,
            )
        },
        "merge_data",
    ),
    answer=Merged,
)
DELETE = document(
    fields(
        {"identity_type": _IDENTIFIER_TYPE, "identity_value": ID_TEXT},
        "identity_type",
        "identity_value",
    ),
    refusal=DeleteRefusal,
)
ERASURE = document(
    fields(
        {
            "request_type": {"const": "erasure"},
            "submitted_time": TEXT,
            "identities": listed(
                fields(
                    {
                        "identity_type": {
                            "enum": [
                                "ID",
                                "user_secondary_id",
                                "email",
                                "mobile",
                                "google_advertising_id",
                                "advertising_identifier",
                            ]
                        },
                        "identity_value": ID_TEXT,
                    },
                    "identity_type",
                    "identity_value",
                ),
                minItems=1,
                maxItems=100,
            ),
            "api_version": TEXT,
        },
        "request_type",
        "submitted_time",
        "identities",
        "api_version",
    ),
    answer=Erasing,
)
