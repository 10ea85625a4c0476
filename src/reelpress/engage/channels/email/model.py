"""The content of an e-mail campaign, as the API takes it."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

Json: TypeAlias = dict[str, Any]

MAX_HTML_CHARS = 500_000
SECRET_MASK = "********"  # noqa: S105 - what a reader sees in place of a secret, not one itself

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SmtpInput(_Model):
    """A workspace's own mail server. A password left out or masked keeps the one stored for it."""

    host: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=253)]
    port: int = Field(ge=1, le=65_535)
    tls: Literal["none", "starttls", "tls"] = "starttls"
    username: Annotated[str, StringConstraints(max_length=320)] | None = None
    password: SecretStr | None = None


class EmailInput(_Model):
    """Everything but the transport is personalised. No transport: the built-in mailbox."""

    subject: Line = ""
    preview_text: Line = ""
    sender_name: Line = ""
    from_address: Line = ""
    reply_to: Line = ""
    html: str = Field(default="", max_length=MAX_HTML_CHARS)
    transport: SmtpInput | None = None
