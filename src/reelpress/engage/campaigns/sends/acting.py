"""One run of a send: personalise, act on the outside, say what became of it. Writes nothing itself."""

from reelpress.engage.campaigns.cache import VersionCache
from reelpress.engage.campaigns.contents import CompiledContent, EmailContent, compile_content
from reelpress.engage.campaigns.model import Definition, Json, Status
from reelpress.engage.campaigns.sends.model import Attempt, Claimed, Outcome, SendKind, SendState
from reelpress.engage.channels.email import delivery
from reelpress.engage.channels.email.compose import compose
from reelpress.engage.channels.email.message import UnusableAddress, build_message
from reelpress.engage.connectors import CompiledConnector, send
from reelpress.engage.personalize import CampaignFacts, Context, NotSent
from reelpress.engage.profiles.model import Profile
from reelpress.engage.profiles.service import attributes_for_template
from reelpress.platform.context import Platform
from reelpress.platform.smtp_out import SmtpAccepted, SmtpFailure

# Waits after a temporary failure of a mail server; then the send has failed.
EMAIL_RETRY_AFTER_S = (30.0, 120.0, 600.0, 1800.0, 3600.0)
STOPPED_CATEGORY = "Campaign stopped"
STOPPED_REASON = "the campaign was stopped before this went out"

_compiled: VersionCache[CompiledContent] = VersionCache()


async def act(platform: Platform, claimed: Claimed) -> Outcome:
    """Do it once. A send that cannot be personalised reaches nobody."""
    if claimed.status is Status.stopped and claimed.kind is not SendKind.test:
        return Outcome(SendState.skipped, STOPPED_CATEGORY, STOPPED_REASON)
    content = _compiled.get(
        claimed.version_id, lambda: compile_content(claimed.channel, claimed.definition.content)
    )
    context = context_for(claimed.campaign_id, claimed.definition, claimed.profile, claimed.event)
    if isinstance(content, EmailContent):
        return await _mail(platform, claimed, content, context)
    return await _request(platform, claimed, content, context)


def context_for(
    campaign_id: str,
    definition: Definition,
    profile: Profile,
    event: Json | None,
) -> Context:
    """Everything the templates of a campaign may read."""
    return Context(
        user=attributes_for_template(profile),
        event=event,
        campaign=CampaignFacts(campaign_id, definition.name, definition.tags),
        display_names=definition.display_names,
    )


async def _request(
    platform: Platform, claimed: Claimed, connector: CompiledConnector, context: Context
) -> Outcome:
    prepared = connector.build(context)
    if isinstance(prepared, NotSent):
        return _not_personalised(prepared)
    result = await send(platform, claimed.workspace_id, prepared, send_id=str(claimed.id))
    return Outcome(
        SendState.sent if result.state == "sent" else SendState.failed,
        result.category,
        result.reason,
        result.code,
        tuple(
            Attempt(one.at, one.status, one.elapsed_ms, one.error, _storable(one.answer))
            for one in result.attempts
        ),
    )


async def _mail(platform: Platform, claimed: Claimed, content: EmailContent, context: Context) -> Outcome:
    mail = compose(content.compiled, context, test=claimed.kind is SendKind.test)
    if isinstance(mail, NotSent):
        return _not_personalised(mail)
    try:
        message = build_message(mail, key=claimed.id, date=claimed.created_at)
    except UnusableAddress as fault:
        return Outcome(SendState.failed, "Address", str(fault))
    at = platform.clock.now()
    result = await delivery.deliver(platform, claimed.workspace_id, content.stored, message)
    if isinstance(result, SmtpAccepted):
        attempt = Attempt(at, result.code, result.elapsed_ms, None, _storable(result.message))
        return Outcome(SendState.sent, code=result.code, attempts=(attempt,))
    attempt = Attempt(at, result.code, result.elapsed_ms, result.message, None)
    return Outcome(
        SendState.failed,
        f"SMTP {result.kind}",
        result.message,
        result.code,
        (attempt,),
        retry_s=_retry_after(claimed, result),
    )


def _retry_after(claimed: Claimed, failure: SmtpFailure) -> float | None:
    """`fence` counts the runs so far, this one included. Somebody waits for the answer of a test."""
    if not failure.retryable or claimed.kind is SendKind.test:
        return None
    return next(iter(EMAIL_RETRY_AFTER_S[claimed.fence - 1 :]), None)


def _not_personalised(reason: NotSent) -> Outcome:
    return Outcome(SendState.failed, reason.category, reason.message)


def _storable(text: str | None) -> str | None:
    """PostgreSQL keeps no NUL."""
    return text.replace("\x00", "") if text else text
