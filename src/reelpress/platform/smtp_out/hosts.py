"""Which mail servers may be reached, and the checked socket to them."""

import asyncio
import socket
from collections.abc import Sequence

import aiohappyeyeballs
from aiohttp.abc import AbstractResolver

from reelpress.platform import addresses
from reelpress.platform.http_out.resolver import AddressInfo, guarded_socket
from reelpress.platform.http_out.targets import TargetRefusedError, as_address, read_host
from reelpress.platform.smtp_out.failures import HostRefusedError, address_advice
from reelpress.platform.smtp_out.model import SmtpTransport

# RFC 5321, 6409, 8314 and the alternatives that mail providers offer.
MAIL_PORTS = frozenset({25, 465, 587, 2465, 2525, 2587})
LOOKUP_TIMEOUT_S = 5.0
HAPPY_EYEBALLS_DELAY_S = 0.25

Endpoint = tuple[str, int]


class Hosts:
    """The mail servers of the world, minus the inside, plus what the operator lists."""

    def __init__(self, allow: Sequence[str], resolver: AbstractResolver) -> None:
        """Raises ValueError when an entry of `allow` is not an exact `host:port`."""
        self._allowed = frozenset(_parse_entry(entry) for entry in allow)
        self._resolver = resolver

    def endpoint(self, host: str, port: int) -> Endpoint:
        """Host and port in canonical form; raises HostRefusedError from their text alone."""
        try:
            endpoint = (read_host(host), port)
        except TargetRefusedError as error:
            raise HostRefusedError(str(error)) from None
        if not self.is_listed(endpoint) and port not in MAIL_PORTS:
            known = ", ".join(str(number) for number in sorted(MAIL_PORTS))
            raise HostRefusedError(
                f"Port {port} is not a mail port ({known}). Use one of them, "
                f"or have the operator add {shown(host, port)} to REELPRESS_SMTP_ALLOW."
            )
        return endpoint

    def is_listed(self, endpoint: Endpoint) -> bool:
        return endpoint in self._allowed

    def sign_in_refusal(self, transport: SmtpTransport) -> str | None:
        """Why nobody may sign in this way; a host that is no host is refused elsewhere."""
        if transport.username is None or transport.tls != "none":
            return None
        try:
            listed = self.is_listed(self.endpoint(transport.host, transport.port))
        except HostRefusedError:
            listed = False
        return None if listed else "A password is not sent without encryption. Choose starttls or tls."

    async def check(self, host: str, port: int) -> str | None:
        """Why a mail server may not be used now, or None when it may."""
        try:
            endpoint = self.endpoint(host, port)
            if self.is_listed(endpoint):
                return None
            async with asyncio.timeout(LOOKUP_TIMEOUT_S):
                await self._checked_lookup(endpoint)
        except HostRefusedError as error:
            return str(error)
        except addresses.AddressRefusedError as error:
            return address_advice(shown(host, port), error.reason)
        except TimeoutError:
            return f"The name {host} took over {LOOKUP_TIMEOUT_S:g} s to resolve. Check its DNS records."
        except OSError:
            return f"The name {host} does not resolve. Check the spelling and its DNS records."
        return None

    async def connect(self, endpoint: Endpoint) -> socket.socket:
        """A connected socket; raises AddressRefusedError when any of the host's addresses is refused."""
        listed = self.is_listed(endpoint)
        infos = await (self._lookup(endpoint) if listed else self._checked_lookup(endpoint))
        return await aiohappyeyeballs.start_connection(  # pyright: ignore[reportUnknownMemberType] - bare `tuple` in its types
            infos,
            happy_eyeballs_delay=HAPPY_EYEBALLS_DELAY_S,
            socket_factory=None if listed else guarded_socket,
        )

    async def _checked_lookup(self, endpoint: Endpoint) -> list[AddressInfo]:
        infos = await self._lookup(endpoint)
        for info in infos:
            addresses.check(info[4][0])
        return infos

    async def _lookup(self, endpoint: Endpoint) -> list[AddressInfo]:
        host, port = endpoint
        if as_address(host) is not None:
            return [_address_info(host, port)]
        answers = await self._resolver.resolve(host, port, socket.AF_UNSPEC)
        if not answers:
            raise socket.gaierror(socket.EAI_NONAME, "no address")
        return [_address_info(answer["host"], port) for answer in answers]


def shown(host: str, port: int) -> str:
    """Host and port as an operator writes them into REELPRESS_SMTP_ALLOW."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _parse_entry(entry: str) -> Endpoint:
    host, _, port = entry.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    try:
        if not port.isdecimal():
            raise TargetRefusedError("Give host and port.")
        return read_host(bare), int(port)
    except TargetRefusedError as error:
        raise ValueError(
            f"REELPRESS_SMTP_ALLOW: {entry!r} is not host:port, for example 127.0.0.1:8725. {error}"
        ) from None


def _address_info(address: str, port: int) -> AddressInfo:
    if ":" in address:
        return socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port, 0, 0)
    return socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port)
