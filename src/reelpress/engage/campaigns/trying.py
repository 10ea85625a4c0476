"""Trying a campaign on one customer: what would go out, and really sending it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from reelpress.engage import oauth
from reelpress.engage.campaigns import contents, service
from reelpress.engage.campaigns.model import Campaign, Channel, DeliveryType, Json, PreviewInput, TryInput
from reelpress.engage.campaigns.sends import service as sends
from reelpress.engage.campaigns.sends import store as sends_store
from reelpress.engage.campaigns.sends.model import Attempt, NewSend, Send, SendKind
from reelpress.engage.campaigns.sends.preparing import context_for
from reelpress.engage.channels.email.compose import compile_email, compose
from reelpress.engage.channels.email.message import Mail, UnusableAddress, build_message
from reelpress.engage.channels.email.text import html_to_text
from reelpress.engage.connectors import ConnectorSpec, PreviewedRequest
from reelpress.engage.connectors import preview as preview_connector
from reelpress.engage.content import service as content
from reelpress.engage.content.model import NamedContent, names_in
from reelpress.engage.personalize import Context, NotSent
from reelpress.engage.profiles import service as profiles
from reelpress.engage.profiles.model import Profile
from reelpress.platform.auth import Principal, audit
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.platform.errors import Refusal
from reelpress.platform.ids import new_uuid
from reelpress.platform.storable import require_storable


@dataclass(frozen=True, slots=True)
class PreviewedMail:
    """The mail for one customer, as it would be handed over."""

    sender: str
    recipient: str
    reply_to: str | None
    subject: str
    preview_text: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Preview:
    """One of the three: the request, the mail, or why nothing would go out."""

    request: PreviewedRequest | None = None
    mail: PreviewedMail | None = None
    not_sent: NotSent | None = None


async def preview(platform: Platform, workspace_id: str, campaign_id: str, given: PreviewInput) -> Preview:
    """What this customer would get; credentials are masked, nothing is sent or stored."""
    require_storable(given.model_dump())
    campaign = await service.get(platform, workspace_id, campaign_id)
    stored = campaign.definition.content
    if given.content is not None:
        stored = await contents.to_stored(platform, workspace_id, campaign.channel, given.content, stored)
    if not stored:
        raise Refusal(400, "incomplete", "the campaign has no content yet", field="content")
    context = await _context(platform, campaign, stored, given)
    if campaign.channel is Channel.connector:
        return await _preview_request(platform, workspace_id, stored, context)
    return _preview_mail(stored, context)


async def rendered_again(platform: Platform, workspace_id: str, send_id: UUID) -> Preview | None:
    """What a send says: its own version and event with the profile as it is now, credentials masked.

    None when there is no such send.
    """
    async with platform.db.connection() as conn:
        made = await sends_store.material(conn, workspace_id, send_id)
        if made is None:
            return None
        named = await _named(conn, platform, workspace_id, made.channel, made.definition.content)
    context = context_for(
        made.campaign_id, made.definition, made.profile, made.event, made.business_event, named
    )
    if made.channel is Channel.connector:
        return await _preview_request(platform, workspace_id, made.definition.content, context)
    return _preview_mail(made.definition.content, context)


async def send_test(
    platform: Platform, principal: Principal, campaign_id: str, given: TryInput
) -> tuple[Send, list[Attempt]]:
    """Really send to this customer, now, and say what became of it; recorded as a test send."""
    require_storable(given.model_dump())
    campaign = await service.get(platform, principal.workspace_id, campaign_id)
    await contents.require_complete(
        platform, principal.workspace_id, campaign.channel, campaign.definition.content
    )
    send_id = new_uuid()
    async with platform.db.transaction() as conn:
        profile = await profiles.by_identifier(conn, principal.workspace_id, given.profile)
        if profile is None:
            raise _nobody()
        fresh = _test_send(campaign, send_id, profile, given.event_attributes)
        await sends_store.insert(conn, principal.workspace_id, SendKind.test, [fresh], platform.clock.now())
        await audit(conn, principal, "campaign.tested", campaign.id, {"send": str(send_id)})
    await sends.run(platform, principal.workspace_id, send_id, ticket=0)
    return await sends.read(platform, principal.workspace_id, send_id)


def _test_send(campaign: Campaign, send_id: UUID, profile: Profile, event: Json | None) -> NewSend:
    return NewSend(
        id=send_id,
        campaign_id=campaign.id,
        version_id=campaign.version_id,
        occasion=send_id,
        profile_id=profile.id,
        event_attributes=event,
    )


async def _context(platform: Platform, campaign: Campaign, stored: Json, given: TryInput) -> Context:
    async with platform.db.transaction() as conn:
        profile = await profiles.by_identifier(conn, campaign.workspace_id, given.profile)
        if profile is None:
            raise _nobody()
        named = await _named(conn, platform, campaign.workspace_id, campaign.channel, stored)
    said = given.event_attributes
    if campaign.delivery_type is DeliveryType.business_event_triggered:
        return context_for(campaign.id, campaign.definition, profile, None, said, named)
    return context_for(campaign.id, campaign.definition, profile, said, named=named)


async def _named(
    conn: Connection, platform: Platform, workspace_id: str, channel: Channel, stored: Json
) -> NamedContent:
    """The content blocks and product sets that this content names, as they are now."""
    names = names_in(contents.compile_content(platform.keys, channel, stored).templates)
    return await content.named(conn, platform, workspace_id, names, fresh=True)


async def _preview_request(platform: Platform, workspace_id: str, stored: Json, context: Context) -> Preview:
    spec = ConnectorSpec.model_validate(contents.to_shown(Channel.connector, stored))
    prefix = ""
    if spec.authorization is not None:
        configuration = await oauth.find(platform, workspace_id, spec.authorization.configuration_id)
        prefix = configuration.given.response.prefix if configuration else ""
    shown = preview_connector(spec, context, prefix=prefix)
    return Preview(not_sent=shown) if isinstance(shown, NotSent) else Preview(request=shown)


def _preview_mail(stored: Json, context: Context) -> Preview:
    mail = compose(compile_email(stored), context)
    if isinstance(mail, NotSent):
        return Preview(not_sent=mail)
    try:
        return Preview(mail=_shown(mail))
    except UnusableAddress as fault:
        return Preview(not_sent=NotSent("Unknown", str(fault)))


def _shown(mail: Mail) -> PreviewedMail:
    message = build_message(mail, key=UUID(int=0), date=datetime.fromtimestamp(0, UTC))
    return PreviewedMail(
        sender=str(message["From"]),
        recipient=str(message["To"]),
        reply_to=mail.reply_to,
        subject=str(message["Subject"]),
        preview_text=mail.preview_text,
        html=mail.html,
        text=html_to_text(mail.html),
    )


def _nobody() -> Refusal:
    return Refusal(
        404,
        "not_found",
        "no profile has this id, e-mail or mobile number",
        field="profile",
        fix="choose a customer who is in this workspace",
    )
