"""What /openapi.json says of the routes that partners and file imports use."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from reelpress.engage.data_api.documents import (
    ATTRIBUTES,
    FLAG,
    TEXT,
    Schema,
    document,
    fields,
    in_path,
    listed,
    queried,
)


class Connected(BaseModel):
    status: str
    app_name: str


class Nothing(BaseModel):
    """An empty object."""


AUTHENTICATION = document(
    fields({"app_id": TEXT, "app_secret": TEXT, "source": TEXT, "region": TEXT}, "app_id", "app_secret"),
    answer=Connected,
    named=False,
)
SEGMENT_AUTH = queried(document(None, answer=Nothing, named=False), "appId", required=("appId",))
SEGMENT = queried(
    document(
        {
            "type": "object",
            "properties": {
                "type": {"enum": ["identify", "track"]},
                "user_id": {"type": ["string", "null"]},
                "anonymous_id": {"type": ["string", "null"]},
                "traits": ATTRIBUTES,
                "event": TEXT,
                "properties": ATTRIBUTES,
                "context": ATTRIBUTES,
                "timestamp": TEXT,
                "update_existing_only": FLAG,
            },
            "required": ["type"],
        },
        answer=Nothing,
        named=False,
    ),
    "appId",
    required=("appId",),
)
COHORTS = document(
    fields(
        {
            "action": {"enum": ["add_members", "remove_members"]},
            "partner": {"type": "string", "minLength": 1},
            "parameters": fields(
                {
                    "cohort_name": {"type": "string", "pattern": r'^[^.|*?\\:<>=$"][^|*?\\:<>=$"]*$'},
                    "cohort_id": {"type": "string", "minLength": 1},
                    "cohort_description": TEXT,
                    "members": listed(fields({"uid": {}})),
                },
                "cohort_name",
                "cohort_id",
                "members",
            ),
        },
        "action",
        "partner",
        "parameters",
    ),
    named=False,
)
INSTALL = queried(
    document(None, named=False),
    "appId",
    "appAttributionKey",
    "src",
    "publisher_name",
    "campaign_name",
    "advertising_id",
    "idfv",
    required=("appId", "appAttributionKey", "src"),
)


class Triggered(BaseModel):
    status: str
    message: str


class Imports(BaseModel):
    status: str
    total_count: int
    data: list[dict[str, Any]]
    offset: int
    more_files: bool


class ImportRefusal(BaseModel):
    """The file import pages name their refusals in several ways."""

    model_config = ConfigDict(extra="allow")


_WORDS: Schema = {"anyOf": [TEXT, listed(TEXT)]}
_ASKED: dict[str, Schema] = {
    "import_name": TEXT,
    "date": fields({"start_date": TEXT, "end_date": TEXT, "format": TEXT}),
    "offset": {
        "anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": "^[1-9][0-9]{0,5}$"}]
    },
}
_IMPORT_PAGE: dict[str, Any] = {"refusal": ImportRefusal, "named": False}
TRIGGER = in_path(document(None, answer=Triggered, **_IMPORT_PAGE), "schedule")
IMPORTS = document(
    fields(
        {
            **_ASKED,
            **dict.fromkeys(("import_type", "schedule_type", "file_source", "schedule_status"), _WORDS),
        }
    ),
    answer=Imports,
    **_IMPORT_PAGE,
)
IMPORT_RUNS = document(
    fields({**_ASKED, "import_id": TEXT, "file_status": _WORDS}), answer=Imports, **_IMPORT_PAGE
)
