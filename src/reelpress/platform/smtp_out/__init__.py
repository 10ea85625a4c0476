"""The one door out for mail."""

from reelpress.platform.smtp_out.client import SmtpOut
from reelpress.platform.smtp_out.envelope import Envelope, EnvelopeRefusedError, seal
from reelpress.platform.smtp_out.model import (
    SmtpAccepted,
    SmtpFailure,
    SmtpFailureKind,
    SmtpTransport,
    TlsMode,
)

__all__ = [
    "Envelope",
    "EnvelopeRefusedError",
    "SmtpAccepted",
    "SmtpFailure",
    "SmtpFailureKind",
    "SmtpOut",
    "SmtpTransport",
    "TlsMode",
    "seal",
]
