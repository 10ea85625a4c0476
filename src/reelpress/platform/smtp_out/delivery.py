"""One mail on its way to one server."""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic

import aiosmtplib

from reelpress.platform.smtp_out.envelope import Envelope
from reelpress.platform.smtp_out.failures import EXPECTED, HostRefusedError, Stage, explain
from reelpress.platform.smtp_out.hosts import Hosts, shown
from reelpress.platform.smtp_out.model import SmtpAccepted, SmtpFailure, SmtpTransport

ACCEPTED = 250
GOODBYE_TIMEOUT_S = 0.5


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are towards mail servers, and which ones we may reach."""

    hosts: Hosts
    tls: ssl.SSLContext
    name: str


class Delivery:
    """Remembers how far the mail came, which decides what an error means."""

    def __init__(self, client: Client, transport: SmtpTransport, timeout_s: float) -> None:
        self._client = client
        self._transport = transport
        self._timeout_s = timeout_s
        self._started = monotonic()
        self._stage: Stage = "connect"
        self._smtp: aiosmtplib.SMTP | None = None

    async def run(self, make_envelope: Callable[[], Envelope]) -> SmtpAccepted | SmtpFailure:
        """A mail that `make_envelope` refuses is a failure too."""
        try:
            async with asyncio.timeout(self._timeout_s):
                envelope = make_envelope()
                smtp = await self._open()
                reply = await self._deliver(smtp, envelope)
            accepted = SmtpAccepted(ACCEPTED, reply, self._elapsed_ms())
            await _say_goodbye(smtp)
            return accepted
        except EXPECTED as error:
            where = shown(self._transport.host, self._transport.port)
            found = explain(error, self._stage, where, self._timeout_s)
            return SmtpFailure(found.kind, found.code, found.message, found.retryable, self._elapsed_ms())
        finally:
            if self._smtp is not None:
                self._smtp.close()

    async def _open(self) -> aiosmtplib.SMTP:
        transport, hosts = self._transport, self._client.hosts
        endpoint = hosts.endpoint(transport.host, transport.port)
        sign_in_refused = hosts.sign_in_refusal(transport)
        if sign_in_refused is not None:
            raise HostRefusedError(sign_in_refused)
        smtp = aiosmtplib.SMTP(
            hostname=endpoint[0],
            sock=await hosts.connect(endpoint),
            use_tls=transport.tls == "tls",
            start_tls=False,
            tls_context=self._client.tls,
            local_hostname=self._client.name,
            timeout=self._timeout_s,
        )
        self._smtp = smtp
        await smtp.connect()
        if transport.tls == "starttls":
            self._stage = "tls"
            await smtp.starttls()
        if transport.username is not None:
            self._stage = "auth"
            await smtp.login(transport.username, transport.password or "")
        return smtp

    async def _deliver(self, smtp: aiosmtplib.SMTP, envelope: Envelope) -> str:
        self._stage = "deliver"
        options = ["SMTPUTF8", "BODY=8BITMIME"] if envelope.smtputf8 else []
        _, reply = await smtp.sendmail(
            envelope.sender, [envelope.recipient], envelope.octets, mail_options=options
        )
        return reply

    def _elapsed_ms(self) -> int:
        return round((monotonic() - self._started) * 1000)


async def _say_goodbye(smtp: aiosmtplib.SMTP) -> None:
    # The server has the mail; a lost QUIT changes nothing.
    with suppress(*EXPECTED):
        async with asyncio.timeout(GOODBYE_TIMEOUT_S):
            await smtp.quit()
