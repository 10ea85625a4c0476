"""What a campaign says, by channel: checked at save, stored, shown, compiled."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from reelpress.engage.campaigns.model import Channel, Json
from reelpress.engage.campaigns.parsing import Faults, fault_at, parse
from reelpress.engage.channels.email import content as email_content
from reelpress.engage.channels.email.compose import CompiledEmail, compile_email, compile_templates
from reelpress.engage.channels.email.message import UnusableAddress, address
from reelpress.engage.channels.email.model import EmailInput, SmtpInput
from reelpress.engage.connectors import (
    CompiledConnector,
    ConnectorSpec,
    compile_connector,
    origin_of,
    validate,
)
from reelpress.engage.connectors import secrets as connector_secrets
from reelpress.engage.oauth.masking import TYPE_AGAIN, SecretNeeded
from reelpress.engage.personalize import Template
from reelpress.platform.context import Platform
from reelpress.platform.crypto import Keyring
from reelpress.platform.errors import Refusal
from reelpress.platform.smtp_out import SmtpTransport

_ADDRESSES = ("from_address", "reply_to")


@dataclass(frozen=True, slots=True)
class EmailContent:
    """A version's templates and where its mail is handed over."""

    stored: Json
    compiled: CompiledEmail

    @property
    def templates(self) -> Iterable[Template]:
        """Every template of it."""
        return self.compiled.templates.values()


CompiledContent: TypeAlias = CompiledConnector | EmailContent


async def to_stored(
    platform: Platform, workspace_id: str, channel: Channel, given: Json, before: Json | None
) -> Json:
    """The JSON a version keeps; empty stays empty, for a draft. `before` is the content it replaces.

    Asks the network about hosts, so call it outside a transaction. Raises Refusals (400) with every fault.
    """
    if not given:
        return {}
    if channel is Channel.connector:
        return await _connector_to_stored(platform, workspace_id, given, before)
    return await _email_to_stored(platform, given, before)


def to_shown(channel: Channel, stored: Json) -> Json:
    """What the API answers: secrets are masked."""
    if not stored:
        return stored
    return email_content.to_shown(stored) if channel is Channel.email else connector_secrets.to_shown(stored)


def destination(channel: Channel, stored: Json) -> str | None:
    """The origin or mail server that gets the sends; None for the built-in mailbox and an empty draft."""
    if channel is Channel.connector:
        return origin_of(stored["url"]) if stored else None
    transport = stored.get("transport")
    return f"smtp://{transport['host'].lower()}:{transport['port']}" if transport else None


async def require_complete(platform: Platform, workspace_id: str, channel: Channel, stored: Json) -> None:
    """Raises Refusals (400) with all that is missing or wrong before this content can be sent."""
    faults = Faults()
    if channel is Channel.email:
        _require_sendable_mail(platform, stored, faults)
    elif stored:
        spec = connector_secrets.opened(platform.keys, stored)
        await _check_connector(platform, workspace_id, spec, faults)
    else:
        faults.add(Refusal(400, "incomplete", "the request has no URL", field="content.url"))
    faults.refuse()


def compile_content(keys: Keyring, channel: Channel, stored: Json) -> CompiledContent:
    """The templates of a version. Its content was checked when it was saved."""
    if channel is Channel.connector:
        return compile_connector(connector_secrets.opened(keys, stored))
    return EmailContent(stored, compile_email(stored))


async def _connector_to_stored(
    platform: Platform, workspace_id: str, given: Json, before: Json | None
) -> Json:
    spec = parse(ConnectorSpec, given, "content")
    saved = connector_secrets.opened(platform.keys, before) if before else None
    faults = Faults()
    try:
        spec = connector_secrets.with_kept_secrets(spec, saved)
    except SecretNeeded as needed:
        field = f"content.{needed.place or 'url'}"
        faults.add(Refusal(400, "secret_needed", str(needed), field=field, fix=TYPE_AGAIN))
    await _check_connector(platform, workspace_id, spec, faults)
    faults.refuse()
    return connector_secrets.to_stored(platform.keys, spec)


async def _check_connector(
    platform: Platform, workspace_id: str, spec: ConnectorSpec, faults: Faults
) -> None:
    for fault in await validate(platform, workspace_id, spec):
        faults.add(fault_at(f"content.{fault.field}", fault.message, fault.line))


def _require_sendable_mail(platform: Platform, stored: Json, faults: Faults) -> None:
    for name in email_content.missing_fields(stored):
        faults.add(Refusal(400, "incomplete", f"the e-mail has no {name}", field=f"content.{name}"))
    if not stored.get("transport") and platform.settings.mailbox_port == 0:
        faults.add(
            Refusal(
                400, "no_transport", "the built-in mailbox is turned off", field="content.transport",
                fix="give the campaign an SMTP server",
            )
        )  # fmt: skip


async def _email_to_stored(platform: Platform, given: Json, before: Json | None) -> Json:
    email = parse(EmailInput, given, "content")
    faults = Faults()
    _check_texts(email, faults)
    if email.transport is not None:
        await _check_transport(platform, email.transport, faults)
    stored: Json = {}
    with faults.gathered():
        stored = email_content.to_stored(platform.keys, email, before)
    faults.refuse()
    return stored


def _check_texts(email: EmailInput, faults: Faults) -> None:
    texts: Json = email.model_dump(mode="json", exclude={"transport"})
    templates, wrong = compile_templates(texts)
    for fault in wrong:
        faults.add(fault_at(f"content.{fault.field}", fault.message, fault.line))
    for name in _ADDRESSES:
        if texts[name] and name in templates and templates[name].is_static:
            with faults.gathered():
                _require_address(name, texts[name])


async def _check_transport(platform: Platform, given: SmtpInput, faults: Faults) -> None:
    host = await platform.smtp.check_host(given.host, given.port)
    if host is not None:
        faults.add(Refusal(400, "host_refused", host, field="content.transport.host"))
    transport = SmtpTransport(given.host, given.port, given.tls, given.username)
    sign_in = platform.smtp.check_sign_in(transport)
    if sign_in is not None:
        faults.add(Refusal(400, "sign_in_refused", sign_in, field="content.transport.tls"))


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
