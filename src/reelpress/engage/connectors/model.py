"""A connector as the management API takes it, and what becomes of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from reelpress.engage.oauth import BodyType, Pairs

TIMEOUT_S = 5.0
LONGEST_TIMEOUT_S = 30.0
MAX_URL_CHARS = 8_000
MAX_BODY_CHARS = 256_000

ReattemptCodes = Annotated[tuple[Annotated[int, Field(ge=100, le=599)], ...], Field(max_length=20)]
ConfigurationId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$")]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Authorization(_Model):
    """An OAuth configuration and how its token is sent. What is left out comes from the configuration."""

    configuration_id: ConfigurationId
    key: Annotated[str, Field(min_length=1, max_length=100)] = "Authorization"
    prefix: Annotated[str, Field(max_length=50)] | None = None
    reattempt_codes: (
        Annotated[tuple[Annotated[int, Field(ge=100, le=599)], ...], Field(max_length=20)] | None
    ) = None


class ConnectorSpec(_Model):
    """Step 2 of a connector campaign. URL path, parameters, header values and body are templates."""

    method: Literal["GET", "POST", "PUT", "DELETE"] = "POST"
    url: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_URL_CHARS)]
    parameters: Pairs = ()
    headers: Pairs = ()
    body_type: BodyType = BodyType.raw
    body: Annotated[str, Field(max_length=MAX_BODY_CHARS)] | Pairs | None = None
    authorization: Authorization | None = None
    timeout_s: Annotated[float, Field(gt=0, le=LONGEST_TIMEOUT_S)] = TIMEOUT_S
    allow_http: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to correct before a connector can be used: `field` as in the spec, `line` of a template."""

    field: str
    message: str
    line: int | None = None


class ConnectorFault(Exception):
    """A connector cannot be compiled."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.message}" for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class PreparedRequest:
    """Rendered for one customer; every attempt sends these bytes."""

    method: str
    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes | None = field(repr=False)
    authorization: Authorization | None
    timeout_s: float
    allow_http: bool


@dataclass(frozen=True, slots=True)
class PreviewedRequest:
    """The rendered request for a person's eyes, credentials masked."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: str | None


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """One try. `status` is None where no answer came; `answer` holds the first 2,048 bytes as text."""

    number: int
    at: datetime
    status: int | None
    elapsed_ms: int
    error: str | None
    answer: str | None
    token_refreshed: bool


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """Sent means HTTP 200 and nothing else. `category` is what failures are counted under."""

    state: Literal["sent", "failed"]
    category: str | None
    reason: str | None
    code: int | None
    attempts: tuple[AttemptRecord, ...]
