"""The SMTP server of the built-in mailbox (aiosmtpd), inside a role's process.

A message belongs to the workspace that its `X-Reelpress-Workspace` header names. The header is
sealed with this installation's key, so no other program on the machine can put mail into a
workspace's mailbox.
"""

import asyncio
import hmac
import weakref
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from aiosmtpd.smtp import SMTP, Envelope, Session

from reelpress.engage.channels.email.mailbox import store
from reelpress.engage.channels.email.mailbox.model import MAX_MESSAGE_BYTES, WORKSPACE_HEADER, Incoming
from reelpress.engage.channels.email.mailbox.parse import read_headers
from reelpress.platform.context import Platform
from reelpress.platform.crypto import Keyring
from reelpress.platform.ids import new_uuid
from reelpress.platform.telemetry import log

IDLE_TIMEOUT_S = 60.0
MAX_RECIPIENTS = 100
_UNKNOWN = f"550 5.7.1 this mailbox takes only mail sealed for a workspace ({WORKSPACE_HEADER} header)"


@asynccontextmanager
async def serve_mailbox(platform: Platform) -> AsyncGenerator[None]:
    """Listen at `mailbox_host:mailbox_port` until the block ends. Raises OSError when the port is taken."""
    sessions = weakref.WeakSet[SMTP]()

    def session() -> SMTP:
        protocol = SMTP(
            _Intake(platform),
            data_size_limit=MAX_MESSAGE_BYTES,
            hostname="reelpress-mailbox",
            ident="Reelpress mailbox",
            timeout=IDLE_TIMEOUT_S,
            enable_SMTPUTF8=True,
            loop=asyncio.get_running_loop(),
        )
        sessions.add(protocol)
        return protocol

    settings = platform.settings
    server = await asyncio.get_running_loop().create_server(
        session, settings.mailbox_host, settings.mailbox_port
    )
    try:
        yield
    finally:
        server.close()
        for protocol in tuple(sessions):
            if protocol.transport is not None:
                protocol.transport.close()
        await server.wait_closed()


def seal_workspace(keys: Keyring, workspace_id: str) -> str:
    """The value of the workspace header that our own sender puts on mail for this mailbox."""
    return f"{workspace_id} {keys.digest(f'mailbox {workspace_id}').hex()}"


class _Intake:
    """aiosmtpd's hooks for one session."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def handle_RCPT(  # noqa: N802 - aiosmtpd finds its hooks by these names
        self, server: SMTP, session: Session, envelope: Envelope, recipient: str, options: list[str]
    ) -> str:
        del server, session
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return "452 4.5.3 too many recipients"
        envelope.rcpt_tos.append(recipient)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        del server, session
        raw = envelope.original_content or b""
        seal, message_id, subject = read_headers(raw, WORKSPACE_HEADER, "Message-ID", "Subject")
        workspace_id = seal.partition(" ")[0]
        if not hmac.compare_digest(seal.encode(), seal_workspace(self._platform.keys, workspace_id).encode()):
            return _UNKNOWN
        async with self._platform.db.transaction() as conn:
            if not await store.workspace_exists(conn, workspace_id):
                return _UNKNOWN
            for recipient in dict.fromkeys(envelope.rcpt_tos):
                message = Incoming(
                    sender=envelope.mail_from or "",
                    recipient=recipient,
                    message_id=message_id or f"<{new_uuid().hex}@mailbox>",
                    subject=subject,
                    raw=raw,
                )
                await store.add(conn, workspace_id, new_uuid(), message, self._platform.clock.now())
        return "250 2.0.0 kept"

    async def handle_exception(self, error: Exception) -> str:
        """Whatever fails here is ours and may pass: the sender keeps the mail and tries again."""
        log.error("mailbox.failed", error=type(error).__name__)
        return "451 4.3.0 the mailbox cannot keep this now, try again"
