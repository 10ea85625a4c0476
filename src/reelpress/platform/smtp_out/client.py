"""The one door out for mail. A workspace's mail server is as untrusted as a URL: same addresses refused."""

import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from types import TracebackType
from typing import Self

from aiohttp.abc import AbstractResolver

from reelpress.platform.http_out.resolver import SystemResolver
from reelpress.platform.smtp_out.delivery import Client, Delivery
from reelpress.platform.smtp_out.envelope import Envelope, seal
from reelpress.platform.smtp_out.hosts import Hosts
from reelpress.platform.smtp_out.model import SmtpAccepted, SmtpFailure, SmtpTransport

# RFC 5321, section 4.1.4: a client without a name of its own gives an address literal.
UNNAMED_CLIENT = "[127.0.0.1]"


class SmtpOut:
    """Hands single mails to mail servers that workspaces configure.

    Every resolved address is checked against `platform.addresses` when a socket for it is made; the
    `host:port` entries in `allow` pass with any address and port. `client_name` is what EHLO says.
    Use as an async context manager, or call `close`.
    """

    def __init__(
        self,
        allow: Sequence[str] = (),
        *,
        resolver: AbstractResolver | None = None,
        tls: ssl.SSLContext | None = None,
        client_name: str = UNNAMED_CLIENT,
    ) -> None:
        """Raises ValueError when an entry of `allow` is not an exact `host:port`."""
        self._resolver = resolver or SystemResolver()
        self._hosts = Hosts(allow, self._resolver)
        self._client = Client(self._hosts, tls or ssl.create_default_context(), client_name)

    async def close(self) -> None:
        await self._resolver.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def send(
        self,
        transport: SmtpTransport,
        message: EmailMessage,
        *,
        sender: str,
        recipient: str,
        timeout_s: float = 15.0,
    ) -> SmtpAccepted | SmtpFailure:
        """Deliver `message` as it stands, its Message-ID and boundaries being the caller's."""
        return await Delivery(self._client, transport, timeout_s).run(
            lambda: seal(message, sender, recipient)
        )

    async def send_envelope(
        self, transport: SmtpTransport, envelope: Envelope, *, timeout_s: float = 15.0
    ) -> SmtpAccepted | SmtpFailure:
        """Deliver what `seal` made, byte for byte, so that a mail kept for later goes out unchanged."""
        return await Delivery(self._client, transport, timeout_s).run(lambda: envelope)

    async def check_host(self, host: str, port: int) -> str | None:
        """Why a mail server cannot be saved, in words for the person who typed it, or None when it can.

        A courtesy at save time: names change, so every send checks again.
        """
        return await self._hosts.check(host, port)

    def check_sign_in(self, transport: SmtpTransport) -> str | None:
        """Why a transport with a user name cannot be saved, or None when it can. Every send checks again."""
        return self._hosts.sign_in_refusal(transport)
