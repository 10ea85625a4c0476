"""A mail on its way: to the workspace's own server, else to the built-in mailbox."""

from email.message import EmailMessage

from reelpress.engage.channels.email.content import own_transport
from reelpress.engage.channels.email.mailbox.model import WORKSPACE_HEADER
from reelpress.engage.channels.email.mailbox.server import seal_workspace
from reelpress.engage.channels.email.model import Json
from reelpress.platform.config import Settings
from reelpress.platform.context import Platform
from reelpress.platform.smtp_out import Envelope, SmtpAccepted, SmtpFailure, SmtpTransport, seal

# Addresses that mean "every interface" are where a server listens, not where one connects.
_EVERY_INTERFACE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, never bound


def envelope(platform: Platform, workspace_id: str, content: Json, message: EmailMessage) -> Envelope:
    """The octets that every attempt sends. Raises EnvelopeRefusedError."""
    if not content.get("transport"):
        message[WORKSPACE_HEADER] = seal_workspace(platform.keys, workspace_id)
    sender, recipient = (message[name].addresses[0].addr_spec for name in ("From", "To"))
    return seal(message, sender, recipient)


async def deliver(platform: Platform, content: Json, mail: Envelope) -> SmtpAccepted | SmtpFailure:
    """Hand it over. Failures are values."""
    transport = own_transport(platform.keys, content) or mailbox_transport(platform.settings)
    return await platform.smtp.send_envelope(transport, mail)


def mailbox_transport(settings: Settings) -> SmtpTransport:
    """How this installation's own mailbox is reached."""
    host = _EVERY_INTERFACE.get(settings.mailbox_host, settings.mailbox_host)
    return SmtpTransport(host=host, port=settings.mailbox_port, tls="none")
