"""The one door out for HTTP: whatever the product fetches, calls or notifies goes through `HttpOut`."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from secrets import token_hex
from time import monotonic
from types import TracebackType
from typing import BinaryIO, Self, TypeVar

import aiohttp
from aiohttp.abc import AbstractResolver
from multidict import CIMultiDict

from reelpress.platform import addresses
from reelpress.platform.http_out.failures import EXPECTED, NotOkError, TooLargeError, explain
from reelpress.platform.http_out.hops import REDIRECT_STATUSES, Hop, RedirectRefusedError, first_hop, next_hop
from reelpress.platform.http_out.model import Downloaded, Headers, OutFailure, OutRequest, OutResponse
from reelpress.platform.http_out.resolver import AddressInfo, GuardedResolver, SystemResolver, guarded_socket
from reelpress.platform.http_out.targets import Origin, TargetRefusedError, address_advice, judge, read_url

T = TypeVar("T")

CONNECTIONS_PER_HOST = 20
LOOKUP_TIMEOUT_S = 5.0
KEEPALIVE_S = 30.0
CHUNK_BYTES = 256 * 1024
USER_AGENT = "Reelpress"


class HttpOut:
    """Sends requests to addresses that customers choose; see `OutRequest` for the limits of each.

    Every resolved address is checked against `platform.addresses` when a socket for it is made. The
    origins in `allow` pass, with any address, for requests that name exactly that origin themselves.
    Use as an async context manager, or call `start` and `close`.
    """

    def __init__(
        self,
        allow: Sequence[str] = (),
        *,
        resolver: AbstractResolver | None = None,
        tls: ssl.SSLContext | None = None,
        connections_per_host: int = CONNECTIONS_PER_HOST,
    ) -> None:
        """Raises ValueError when an entry of `allow` is not an exact origin."""
        self._allowed = frozenset(Origin.parse(entry) for entry in allow)
        self._resolver = resolver or SystemResolver()
        self._tls = tls or ssl.create_default_context()
        self._connections_per_host = connections_per_host
        self._guarded: aiohttp.ClientSession | None = None
        self._listed: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        self._guarded = self._session(GuardedResolver(self._resolver), guarded_socket)
        self._listed = self._session(self._resolver, None)

    async def close(self) -> None:
        for session in (self._guarded, self._listed):
            if session is not None:
                await session.close()
        await self._resolver.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def send(self, request: OutRequest) -> OutResponse | OutFailure:
        """Send and read the whole answer. Any status is an answer; with `redirects=0` so is a redirect."""
        started = monotonic()

        async def read(response: aiohttp.ClientResponse) -> OutResponse:
            body = b"".join([chunk async for chunk in _capped(response, request.max_bytes)])
            return OutResponse(response.status, _plain_headers(response), body, _since(started))

        return await self._exchange(request, read, started)

    async def download(
        self,
        url: str,
        path: Path,
        *,
        max_bytes: int,
        timeout_s: float,
        allow_http: bool = False,
        redirects: int = 3,
    ) -> Downloaded | OutFailure:
        """Stream a body to `path`, which appears only when it is whole; raises OSError when the disk does."""
        started = monotonic()
        part = path.with_name(f".{path.name}.{token_hex(8)}.part")
        request = OutRequest("GET", url, (), None, timeout_s, max_bytes, redirects, allow_http)

        async def store(response: aiohttp.ClientResponse) -> Downloaded:
            if response.status != 200:
                raise NotOkError(response.status)
            with part.open("xb") as file:
                size = await _write_capped(response, file, max_bytes)
            part.replace(path)
            content_type = response.headers.get("Content-Type")
            return Downloaded(path, size, content_type, _since(started))

        try:
            return await self._exchange(request, store, started)
        finally:
            part.unlink(missing_ok=True)

    async def check_url(self, url: str, *, allow_http: bool = False) -> str | None:
        """Why a URL cannot be saved, in words for the person who typed it, or None when it can.

        A courtesy at save time: names change, so every send checks again.
        """
        try:
            parsed = read_url(url)
            listed = Origin.of(parsed) in self._allowed
            origin = judge(parsed, listed=listed, allow_http=allow_http)
        except TargetRefusedError as error:
            return str(error)
        if listed:
            return None
        return await self._check_address(origin)

    async def _check_address(self, origin: Origin) -> str | None:
        literal = origin.address
        if literal is not None:
            reason = addresses.refusal(literal)
            return None if reason is None else address_advice(origin, reason)
        try:
            async with asyncio.timeout(LOOKUP_TIMEOUT_S):
                await GuardedResolver(self._resolver).resolve(origin.host, origin.port)
        except addresses.AddressRefusedError as error:
            return address_advice(origin, error.reason)
        except TimeoutError:
            return f"The name in {origin} took over {LOOKUP_TIMEOUT_S:g} s to resolve. Check its DNS records."
        except OSError:
            return f"The name in {origin} does not resolve. Check the spelling and its DNS records."
        return None

    async def _exchange(
        self,
        request: OutRequest,
        consume: Callable[[aiohttp.ClientResponse], Awaitable[T]],
        started: float,
    ) -> T | OutFailure:
        hop: Hop | None = None
        try:
            async with asyncio.timeout(request.timeout_s):
                hop = first_hop(request, self._allowed)
                for followed in range(request.redirects + 1):
                    async with self._ask(hop) as response:
                        if response.status not in REDIRECT_STATUSES or request.redirects == 0:
                            return await consume(response)
                        if followed < request.redirects:
                            hop = next_hop(hop, response.status, response.headers.get("Location"))
                raise RedirectRefusedError(
                    f"{hop.origin} is reached after more than {request.redirects} redirects. "
                    "Configure the final address instead."
                )
        except EXPECTED as error:
            found = explain(error, hop, request.timeout_s)
            return OutFailure(found.kind, found.message, _since(started), found.status)

    def _ask(self, hop: Hop) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        session = self._listed if hop.listed else self._guarded
        if session is None:
            raise RuntimeError("HttpOut is not started: use it as an async context manager or call start().")
        return session.request(
            hop.method, hop.url, headers=CIMultiDict(hop.headers), data=hop.body, allow_redirects=False
        )

    def _session(
        self,
        resolver: AbstractResolver,
        socket_factory: Callable[[AddressInfo], socket.socket] | None,
    ) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            resolver=resolver,
            socket_factory=socket_factory,
            ssl=self._tls,
            limit=0,
            limit_per_host=self._connections_per_host,
            keepalive_timeout=KEEPALIVE_S,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": USER_AGENT},
            skip_auto_headers={"Content-Type"},
            # The deadline around the whole exchange is the only clock; aiohttp's would round up.
            timeout=aiohttp.ClientTimeout(total=None),
            trust_env=False,
        )


async def _capped(response: aiohttp.ClientResponse, max_bytes: int) -> AsyncIterator[bytes]:
    """The decoded body in pieces; raises TooLargeError as soon as the cap is passed."""
    declared = response.content_length
    if declared is not None and declared > max_bytes and response.method != "HEAD":
        raise TooLargeError(max_bytes)
    size = 0
    async for chunk in response.content.iter_chunked(CHUNK_BYTES):
        size += len(chunk)
        if size > max_bytes:
            raise TooLargeError(max_bytes)
        yield chunk


async def _write_capped(response: aiohttp.ClientResponse, file: BinaryIO, max_bytes: int) -> int:
    size = 0
    async for chunk in _capped(response, max_bytes):
        await asyncio.to_thread(file.write, chunk)
        size += len(chunk)
    return size


def _plain_headers(response: aiohttp.ClientResponse) -> Headers:
    return tuple((name, _storable(value)) for name, value in response.headers.items())


def _storable(value: str) -> str:
    """Bytes that are not UTF-8 arrive as lone surrogates, which neither JSON nor the database takes."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _since(started: float) -> int:
    return round((monotonic() - started) * 1000)
