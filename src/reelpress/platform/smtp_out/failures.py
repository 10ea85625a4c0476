"""What went wrong with a mail server, in words a marketer can act on."""

import re
import ssl
from dataclasses import dataclass
from typing import Literal

from aiosmtplib import errors

from reelpress.platform.addresses import AddressRefusedError
from reelpress.platform.smtp_out.envelope import EnvelopeRefusedError
from reelpress.platform.smtp_out.model import SmtpFailureKind

Stage = Literal["connect", "tls", "auth", "deliver"]

REPLY_CHARACTERS = 300
_MAIL_ADDRESS = re.compile(r"\S+@\S+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


class HostRefusedError(Exception):
    """Raised with a sentence that says why a mail server may not be used and what to do."""


EXPECTED = (
    HostRefusedError,
    EnvelopeRefusedError,
    AddressRefusedError,
    errors.SMTPException,
    TimeoutError,
    OSError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Explained:
    kind: SmtpFailureKind
    code: int | None
    message: str
    retryable: bool


def explain(error: BaseException, stage: Stage, where: str, timeout_s: float) -> Explained:
    """Turn one of the EXPECTED exceptions into a failure."""
    match error:
        case HostRefusedError() | EnvelopeRefusedError():
            return Explained("refused", None, str(error), retryable=False)
        case AddressRefusedError():
            return Explained("refused", None, address_advice(where, error.reason), retryable=False)
        case errors.SMTPRecipientsRefused():
            return _explain_reply(error.recipients[0], stage, where)
        case errors.SMTPResponseException():
            return _explain_reply(error, stage, where)
        case TimeoutError():
            advice = "Check that the server is up and answers in time."
            text = f"{where} did not finish within {timeout_s:g} s. {advice}"
            return Explained("timeout", None, text, retryable=True)
        case _:
            return _explain_connection(error, stage, where)


def address_advice(where: str, reason: str) -> str:
    return (
        f"{where} leads to {reason}. Use a public mail server, "
        f"or have the operator add {where} to REELPRESS_SMTP_ALLOW."
    )


def _explain_reply(error: errors.SMTPResponseException, stage: Stage, where: str) -> Explained:
    if not 400 <= error.code < 600:
        advice = "Check host, port and TLS mode."
        return Explained(
            "connect", None, f"{where} answers, but not as a mail server. {advice}", retryable=True
        )
    retryable = error.code < 500
    text = f"{where} answered {error.code}: {_quotable(error.message)}"
    kind: SmtpFailureKind = "temporary" if retryable else "permanent"
    if isinstance(error, errors.SMTPAuthenticationError) or stage == "auth":
        kind = "auth"
    elif stage == "tls":
        kind = "tls"
    elif isinstance(error, errors.SMTPRecipientRefused) and not retryable:
        kind = "recipient"
    return Explained(kind, error.code, text, retryable)


def _explain_connection(error: BaseException, stage: Stage, where: str) -> Explained:
    cause = error if isinstance(error, ssl.SSLError) else error.__cause__
    if isinstance(cause, ssl.SSLCertVerificationError):
        reason = cause.verify_message.rstrip(".")
        advice = "Install a certificate for this name that public clients accept."
        text = f"The certificate of {where} is not valid: {reason}. {advice}"
        return Explained("tls", None, text, retryable=False)
    if isinstance(cause, ssl.SSLError):
        advice = "Check that this port speaks TLS; port 587 usually wants starttls."
        return Explained("tls", None, f"The TLS handshake with {where} failed. {advice}", retryable=False)
    if isinstance(error, ConnectionError | OSError):
        text = f"{where} cannot be reached or closed the connection. Check host, port and TLS mode."
        return Explained("connect", None, text, retryable=True)
    return _explain_unsupported(stage, where)


def _explain_unsupported(stage: Stage, where: str) -> Explained:
    match stage:
        case "tls":
            text = f"{where} does not offer STARTTLS. Choose another TLS mode or port."
            return Explained("tls", None, text, retryable=False)
        case "auth":
            text = f"{where} offers no sign-in method we know. Remove the user name or use another port."
            return Explained("auth", None, text, retryable=False)
        case _:
            text = f"{where} cannot take this mail: it lacks an extension the mail needs."
            return Explained("permanent", None, text, retryable=False)


def _quotable(reply: str) -> str:
    """The server's words without the mail addresses that servers like to repeat."""
    one_line = _CONTROL.sub(" ", reply)
    return _MAIL_ADDRESS.sub("(address)", one_line)[:REPLY_CHARACTERS]
