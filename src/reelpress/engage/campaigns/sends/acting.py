"""One attempt of a send on the outside, and what became of it. Writes nothing itself."""

from reelpress.engage.campaigns.sends.model import Attempt, Claimed, Outcome, SendKind, SendState
from reelpress.engage.campaigns.sends.parcels import Parcel
from reelpress.engage.channels.email import delivery
from reelpress.engage.connectors import PreparedRequest, send
from reelpress.platform.context import Platform
from reelpress.platform.smtp_out import Envelope, SmtpAccepted, SmtpFailure

# Waits after a temporary failure of a mail server; then the send has failed.
EMAIL_RETRY_AFTER_S = (30.0, 120.0, 600.0, 1800.0, 3600.0)


async def act(platform: Platform, claimed: Claimed, parcel: Parcel) -> Outcome:
    """Hand it over once. Outside failures are outcomes."""
    if isinstance(parcel, Envelope):
        return await _mail(platform, claimed, parcel)
    return await _request(platform, claimed, parcel)


async def _request(platform: Platform, claimed: Claimed, request: PreparedRequest) -> Outcome:
    result = await send(platform, claimed.workspace_id, request, send_id=str(claimed.id))
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


async def _mail(platform: Platform, claimed: Claimed, mail: Envelope) -> Outcome:
    at = platform.clock.now()
    result = await delivery.deliver(platform, claimed.definition.content, mail)
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


def _storable(text: str | None) -> str | None:
    """PostgreSQL keeps no NUL."""
    return text.replace("\x00", "") if text else text
