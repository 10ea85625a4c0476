"""What a campaign says, by channel: checked at save, stored, shown, compiled."""

from dataclasses import dataclass
from typing import TypeAlias

from reelpress.engage.campaigns.model import Channel, Json
from reelpress.engage.campaigns.parsing import fault_at, parse
from reelpress.engage.channels.email import content as email_content
from reelpress.engage.channels.email.compose import CompiledEmail, FieldFault, compile_email
from reelpress.engage.channels.email.message import UnusableAddress, address
from reelpress.engage.channels.email.model import EmailInput
from reelpress.engage.connectors import (
    CompiledConnector,
    ConnectorSpec,
    compile_connector,
    origin_of,
    validate,
)
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal

_ADDRESSES = ("from_address", "reply_to")


@dataclass(frozen=True, slots=True)
class EmailContent:
    """A version's templates and where its mail is handed over."""

    stored: Json
    compiled: CompiledEmail


CompiledContent: TypeAlias = CompiledConnector | EmailContent


async def to_stored(
    platform: Platform, workspace_id: str, channel: Channel, given: Json, before: Json | None
) -> Json:
    """The JSON a version keeps; empty stays empty, for a draft. `before` is the content it replaces.

    Asks the network about hosts, so call it outside a transaction. Raises Refusal (400) with field and line.
    """
    if not given:
        return {}
    if channel is Channel.connector:
        return await _connector_to_stored(platform, workspace_id, given)
    return await _email_to_stored(platform, given, before)


def to_shown(channel: Channel, stored: Json) -> Json:
    """What the API answers: secrets are masked."""
    if channel is Channel.email and stored:
        return email_content.to_shown(stored)
    return stored


def destination(channel: Channel, stored: Json) -> str | None:
    """The origin or mail server that gets the sends; None for the built-in mailbox and an empty draft."""
    if channel is Channel.connector:
        return origin_of(stored["url"]) if stored else None
    transport = stored.get("transport")
    return f"smtp://{transport['host'].lower()}:{transport['port']}" if transport else None


async def require_complete(platform: Platform, workspace_id: str, channel: Channel, stored: Json) -> None:
    """Raises Refusal (400) when nothing can be sent with this content yet."""
    if channel is Channel.connector:
        if not stored:
            raise Refusal(400, "incomplete", "the request has no URL", field="content.url")
        await _require_valid(platform, workspace_id, ConnectorSpec.model_validate(stored))
        return
    for name in email_content.missing_fields(stored):
        raise Refusal(400, "incomplete", f"the e-mail has no {name}", field=f"content.{name}")
    if stored["transport"] is None and platform.settings.mailbox_port == 0:
        raise Refusal(
            400,
            "no_transport",
            "the built-in mailbox is turned off",
            field="content.transport",
            fix="give the campaign an SMTP server",
        )


def compile_content(channel: Channel, stored: Json) -> CompiledContent:
    """The templates of a version. Its content was checked when it was saved."""
    if channel is Channel.connector:
        return compile_connector(ConnectorSpec.model_validate(stored))
    return EmailContent(stored, compile_email(stored))


async def _connector_to_stored(platform: Platform, workspace_id: str, given: Json) -> Json:
    spec = parse(ConnectorSpec, given, "content")
    await _require_valid(platform, workspace_id, spec)
    return spec.model_dump(mode="json")


async def _require_valid(platform: Platform, workspace_id: str, spec: ConnectorSpec) -> None:
    for fault in await validate(platform, workspace_id, spec):
        raise fault_at(f"content.{fault.field}", fault.message, fault.line)


async def _email_to_stored(platform: Platform, given: Json, before: Json | None) -> Json:
    email = parse(EmailInput, given, "content")
    stored = email_content.to_stored(platform.keys, email, before)
    try:
        compiled = compile_email(stored)
    except FieldFault as fault:
        raise fault_at(f"content.{fault.field}", str(fault), None) from fault
    for name in _ADDRESSES:
        if stored[name] and compiled.templates[name].is_static:
            _require_address(name, stored[name])
    if email.transport is not None:
        refusal = await platform.smtp.check_host(email.transport.host, email.transport.port)
        if refusal is not None:
            raise Refusal(400, "host_refused", refusal, field="content.transport.host")
    return stored


def _require_address(name: str, text: str) -> None:
    try:
        address(text, name)
    except UnusableAddress as fault:
        raise Refusal(
            400,
            "invalid_field",
            str(fault),
            field=f"content.{name}",
            fix="write it like hello@example.com; the name to show is sender_name",
        ) from fault
