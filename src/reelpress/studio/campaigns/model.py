"""The definition of a media campaign, as the API takes it and as a version freezes it.

A definition never holds a secret once it is parsed into the store: `secrets.py` takes them out
and seals them per destination. `use-case-id` on the wire is the campaign's id.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_serializer

SECRET_MASK = "********"  # noqa: S105 - what a reader sees in place of a secret, not one itself
MAX_PARTS = 50
MAX_MAPPINGS = 500
MAX_SIDE_PX = 4096
MAX_SIGNING_SECRETS = 2
MAX_DEFINITION_BYTES = 1_000_000

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
FieldName = Annotated[str, StringConstraints(pattern=r"^[^{}\s\x00-\x1f][^{}\x00-\x1f]{0,99}$")]
AttributeName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
LayerKind = Literal["text", "image", "video"]
Transform = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,20}(:.{0,60})?$")]


class State(StrEnum):
    """Draft: never submitted. Published: requests are accepted. Archived: requests are refused."""

    draft = "draft"
    published = "published"
    archived = "archived"


class TimeToLive(StrEnum):
    """How long a finished medium stays at its URL."""

    one_day = "ONE_DAY"
    one_week = "ONE_WEEK"
    one_month = "ONE_MONTH"
    three_months = "THREE_MONTHS"
    six_months = "SIX_MONTHS"
    one_year = "ONE_YEAR"

    @property
    def duration(self) -> timedelta:
        return timedelta(days=_TTL_DAYS[self])


_TTL_DAYS = {
    TimeToLive.one_day: 1,
    TimeToLive.one_week: 7,
    TimeToLive.one_month: 30,
    TimeToLive.three_months: 91,
    TimeToLive.six_months: 183,
    TimeToLive.one_year: 365,
}


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Output(_Model):
    """What comes out. Width and height are the template's own where they are left out (pixels)."""

    kind: Literal["video", "image"] = "video"
    width: int | None = Field(default=None, ge=16, le=MAX_SIDE_PX)
    height: int | None = Field(default=None, ge=16, le=MAX_SIDE_PX)
    still_at_s: float | None = Field(
        default=None, ge=0, le=3600, description="The moment an image shows; left out: every layer in sight"
    )


class Part(_Model):
    """One of the sequential pieces. A `static` part is any video or image asset, unchanged."""

    kind: Literal["static", "mlt", "ml_with_mlt"]
    asset_id: UUID
    name: Name
    duration_s: float | None = Field(
        default=None, gt=0, le=300, description="How long a static picture stays; a video has its own length"
    )


class Fit(_Model):
    """How a value is made to fit its layer's box. Text: shrink, wrap, ellipsis. Others: cover, contain.

    What is left out is as the template says.
    """

    rule: Literal["shrink", "wrap", "ellipsis", "cover", "contain"] | None = None
    min_size: float | None = Field(default=None, gt=0, le=1000, description="Smallest text size in pixels")
    max_lines: int | None = Field(default=None, ge=1, le=50)


class Mapping(_Model):
    """layer <- field. `placeholder` is the name between the braces in the layer's text.

    Without a placeholder the mapping is for the whole layer: an image, a video, or the single
    placeholder of a text.
    """

    part: int = Field(ge=0, lt=MAX_PARTS, description="Position of the part, from 0")
    layer: Name
    kind: LayerKind
    field: FieldName
    placeholder: FieldName | None = None
    transforms: tuple[Transform, ...] = Field(
        default=(),
        max_length=10,
        description="In order: trim, upper, lower, title, number, number:2, number:in, date:%d %b %Y",
    )
    fallback: str | None = Field(
        default=None,
        max_length=2000,
        description="Text, or the id of an asset for an image or video layer, used when the value is empty",
    )
    fit: Fit = Fit()
    required: bool | None = Field(
        default=None,
        description="Refuse requests without it; left out: where there is nothing to fall back on",
    )


def _mask(secret: SecretStr | None) -> str | None:
    return SECRET_MASK if secret is not None else None


class CpaasEgress(_Model):
    """A profile update at a MoEngage-shaped Data API.

    `data_api_key` left out or sent as the mask keeps the one stored for the same address and workspace.
    """

    type: Literal["CPAAS"] = "CPAAS"
    base_url: str = Field(max_length=500, description="Origin and path before /v1/customer/...")
    workspace_id: Name
    data_api_key: SecretStr | None = None
    video_attribute: AttributeName = "whilter_video_url"
    mp4_attribute: AttributeName | None = "whilter_video_mp4_url"
    image_attribute: AttributeName | None = "whilter_image_url"
    profile_key_field: FieldName = "customer-id"
    ready_event: AttributeName | None = None
    failed_event: AttributeName | None = None

    @field_serializer("data_api_key")
    def _hide(self, value: SecretStr | None) -> str | None:
        return _mask(value)

    @property
    def destination(self) -> str:
        """Names where secrets belong: a changed address never receives the old address's key."""
        return f"CPAAS {self.base_url.rstrip('/')} {self.workspace_id}"


class WebhookEgress(_Model):
    """A Standard Webhooks message with the three documented keys; more keys only when asked for."""

    type: Literal["WEBHOOK"] = "WEBHOOK"
    url: str = Field(max_length=2000)
    signing_secrets: tuple[SecretStr, ...] = Field(default=(), max_length=MAX_SIGNING_SECRETS)
    extra_keys: bool = False

    @field_serializer("signing_secrets")
    def _hide(self, value: tuple[SecretStr, ...]) -> list[str | None]:
        return [_mask(secret) for secret in value]

    @property
    def destination(self) -> str:
        return f"WEBHOOK {self.url}"


Egress = Annotated[CpaasEgress | WebhookEgress, Field(discriminator="type")]


class Connection(_Model):
    """Connection details. `encrypted` is accepted here and refused at publication until it works."""

    ingress: Literal["API"] = "API"
    egress: Egress | None = None
    time_to_live: TimeToLive = TimeToLive.six_months
    encrypted: bool = False


class Definition(_Model):
    """Everything a version freezes. A draft may be incomplete; publication says what is missing."""

    output: Output = Output()
    parts: tuple[Part, ...] = Field(default=(), max_length=MAX_PARTS)
    mappings: tuple[Mapping, ...] = Field(default=(), max_length=MAX_MAPPINGS)
    connection: Connection = Connection()

    def fields(self, kind: LayerKind | None = None) -> tuple[str, ...]:
        """Field names in the order of parts and mappings, each once.

        The positional arrays of a request fill these in order: `video-texts` and `image-texts`
        the text fields, `image-urls` the image fields, `video-urls` the video fields.
        """
        ordered = sorted(self.mappings, key=lambda mapping: mapping.part)
        return tuple(dict.fromkeys(m.field for m in ordered if kind is None or m.kind == kind))


@dataclass(frozen=True, slots=True)
class Campaign:
    """A media campaign with its editable draft. `id` is the wire's `use-case-id`."""

    workspace_id: str
    id: UUID
    name: str
    state: State
    draft: Definition
    current_version_id: UUID | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """An immutable published version. Requests are pinned to the version that accepted them.

    `resources` maps every resource the plan names, and `font:...` for fonts, to the SHA-256 of its content.
    Secrets are not in the definition: ask `service.egress_of`.
    """

    workspace_id: str
    id: UUID
    use_case_id: UUID
    number: int
    name: str
    definition: Definition
    plan: dict[str, Any]
    resources: dict[str, str]
    published_at: datetime
