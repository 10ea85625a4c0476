"""The one door out for mail."""

from reelpress.platform.smtp_out.client import SmtpOut
from reelpress.platform.smtp_out.model import (
    SmtpAccepted,
    SmtpFailure,
    SmtpFailureKind,
    SmtpTransport,
    TlsMode,
)

__all__ = ["SmtpAccepted", "SmtpFailure", "SmtpFailureKind", "SmtpOut", "SmtpTransport", "TlsMode"]
