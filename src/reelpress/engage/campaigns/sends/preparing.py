"""From a claimed send to what goes out, or why nothing does. Reaches nothing outside."""

from reelpress.engage.campaigns.cache import VersionCache
from reelpress.engage.campaigns.contents import CompiledContent, EmailContent, compile_content
from reelpress.engage.campaigns.model import Definition, Json, Status
from reelpress.engage.campaigns.sends.model import Claimed, Outcome, SendKind, SendState
from reelpress.engage.campaigns.sends.parcels import Parcel
from reelpress.engage.channels.email import delivery
from reelpress.engage.channels.email.compose import compose
from reelpress.engage.channels.email.message import UnusableAddress, build_message
from reelpress.engage.content.model import NOTHING_NAMED, Name, NamedContent, names_in
from reelpress.engage.personalize import CampaignFacts, Context, NotSent
from reelpress.engage.profiles.model import Profile
from reelpress.engage.profiles.service import attributes_for_template
from reelpress.platform.context import Platform
from reelpress.platform.smtp_out import EnvelopeRefusedError

STOPPED_CATEGORY = "Campaign stopped"
STOPPED_REASON = "the campaign was stopped before this went out"

_compiled: VersionCache[CompiledContent] = VersionCache()


def why_stopped(claimed: Claimed) -> Outcome | None:
    """A campaign that was stopped sends no more; a test is somebody's own wish."""
    if claimed.status is Status.stopped and claimed.kind is not SendKind.test:
        return Outcome(SendState.skipped, STOPPED_CATEGORY, STOPPED_REASON)
    return None


def names(platform: Platform, claimed: Claimed) -> frozenset[Name]:
    """The content blocks and product sets that the send's version names."""
    return names_in(_content(platform, claimed).templates)


def prepare(platform: Platform, claimed: Claimed, named: NamedContent) -> Parcel | Outcome:
    """Personalise. A send that cannot be personalised reaches nobody."""
    content = _content(platform, claimed)
    context = context_for(
        claimed.campaign_id, claimed.definition, claimed.profile, claimed.event, claimed.business_event, named
    )
    if isinstance(content, EmailContent):
        return _mail(platform, claimed, content, context)
    request = content.build(context)
    return _not_personalised(request) if isinstance(request, NotSent) else request


def context_for(
    campaign_id: str,
    definition: Definition,
    profile: Profile,
    event: Json | None,
    business_event: Json | None = None,
    named: NamedContent = NOTHING_NAMED,
) -> Context:
    """Everything the templates of a campaign may read."""
    return Context(
        user=attributes_for_template(profile),
        event=event,
        campaign=CampaignFacts(campaign_id, definition.name, definition.tags),
        display_names=definition.display_names,
        business_event=business_event,
        product_sets=named.product_sets,
        content_blocks=named.content_blocks,
    )


def _content(platform: Platform, claimed: Claimed) -> CompiledContent:
    return _compiled.get(
        claimed.version_id,
        lambda: compile_content(platform.keys, claimed.channel, claimed.definition.content),
    )


def _mail(platform: Platform, claimed: Claimed, content: EmailContent, context: Context) -> Parcel | Outcome:
    mail = compose(content.compiled, context, test=claimed.kind is SendKind.test)
    if isinstance(mail, NotSent):
        return _not_personalised(mail)
    try:
        message = build_message(mail, key=claimed.id, date=claimed.created_at)
    except UnusableAddress as fault:
        return Outcome(SendState.failed, "Address", str(fault))
    try:
        return delivery.envelope(platform, claimed.workspace_id, content.stored, message)
    except EnvelopeRefusedError as fault:
        return Outcome(SendState.failed, "SMTP refused", str(fault))


def _not_personalised(reason: NotSent) -> Outcome:
    return Outcome(SendState.failed, reason.category, reason.message)
