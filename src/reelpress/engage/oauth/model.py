"""Authorization configurations as the management API takes them, stores them and shows them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from reelpress.engage.oauth.rows import Pairs

MAX_BODY_CHARS = 32_000

KeyPath = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
ErrorCode = Annotated[int, Field(ge=400, le=599)]


class _Word(StrEnum):
    """Takes the words of the form in any case: `Opaque` is `OPAQUE`."""

    @classmethod
    def _missing_(cls, value: object) -> "_Word | None":
        return next((word for word in cls if isinstance(value, str) and word.value == value.upper()), None)


class TokenType(_Word):
    opaque = "OPAQUE"
    jwt = "JWT"


class BodyType(_Word):
    raw = "RAW"
    json = "JSON"
    form = "FORM"


class ExpiryUnit(_Word):
    seconds = "SECONDS"
    minutes = "MINUTES"
    hours = "HOURS"
    days = "DAYS"
    epoch = "EPOCH"


class ConfigurationStatus(StrEnum):
    active = "ACTIVE"
    failed = "FAILED"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class ResponseSettings(_Model):
    """Where the token response keeps what is needed. Keys are dotted paths such as `data.access_token`.

    `expiry_key` is looked up in the response, for a JWT in its claims; left out, a token is kept until
    the endpoint refuses it. EPOCH means the moment itself (seconds or milliseconds since 1970).
    """

    access_token_key: KeyPath = "access_token"  # noqa: S105 - a key of a JSON answer
    expiry_key: KeyPath | None = None
    expiry_unit: ExpiryUnit = ExpiryUnit.seconds
    prefix: Annotated[str, StringConstraints(strip_whitespace=True, max_length=50)] = "Bearer"
    error_codes: Annotated[tuple[ErrorCode, ...], Field(max_length=20)] = (401, 403)


class OAuthInput(_Model):
    """POST and PUT /api/v1/oauth-configurations, and /test."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    grant_type: Literal["CLIENT_CREDENTIALS"] = "CLIENT_CREDENTIALS"
    token_type: TokenType = TokenType.opaque
    method: Literal["GET", "POST", "PUT", "DELETE"] = "POST"
    url: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8_000)]
    parameters: Pairs = ()
    headers: Pairs = ()
    body_type: BodyType = BodyType.raw
    body: Annotated[str, Field(max_length=MAX_BODY_CHARS)] | Pairs | None = None
    response: ResponseSettings = ResponseSettings()
    allow_http: bool = False


@dataclass(frozen=True, slots=True)
class CachedToken:
    """A token at rest in the row of its configuration; `refresh_at` None: until it is refused."""

    sealed: bytes = field(repr=False)
    refresh_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Configuration:
    """A saved configuration. `given` holds the secrets in the clear and never leaves the process."""

    workspace_id: str
    id: str
    given: OAuthInput = field(repr=False)
    status: ConfigurationStatus
    status_reason: str | None
    status_at: datetime
    created_at: datetime
    updated_at: datetime
    cached: CachedToken | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """A campaign that uses a configuration."""

    campaign_id: str
    name: str
    status: str
