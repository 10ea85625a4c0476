"""What /openapi.json says of the personalized preview."""

from typing import Any, Final, Literal

from pydantic import BaseModel

from reelpress.engage.data_api.documents import ATTRIBUTES, Schema, fields
from reelpress.engage.previews.model import CHANNELS, IDENTIFIER_TYPES
from reelpress.engage.previews.parse import LONGEST_ID, LONGEST_VALUE
from reelpress.engage.v5.documents import v5_document


class PreviewData(BaseModel):
    personalized_content: dict[str, Any]


class Previewed(BaseModel):
    response_id: str
    type: Literal["personalization"]
    data: PreviewData


_USER: Final[Schema] = fields(
    {
        "type": {"enum": list(IDENTIFIER_TYPES)},
        "value": {"type": "string", "minLength": 1, "maxLength": LONGEST_VALUE},
    },
    "type",
    "value",
)
PREVIEW: Final = v5_document(
    fields(
        {
            "request_id": {"type": "string", "minLength": 1, "maxLength": LONGEST_ID},
            "channel": {"enum": list(CHANNELS)},
            "user_identification": _USER,
            "event_attributes": {"type": ["object", "null"]},
            "campaign_content": ATTRIBUTES,
        },
        "request_id",
        "channel",
        "user_identification",
        "campaign_content",
    ),
    Previewed,
)
