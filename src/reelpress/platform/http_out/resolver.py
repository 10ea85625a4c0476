"""Names to addresses, on threads of its own, each answer checked against the refusal table."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from reelpress.platform import addresses

# A name server that never answers holds a thread for many seconds; the event loop's shared pool has few.
LOOKUP_THREADS = 16

# As getaddrinfo(3) returns it: family, type, protocol, canonical name, socket address.
AddressInfo = tuple[int, int, int, str, tuple[Any, ...]]


class SystemResolver(AbstractResolver):
    """getaddrinfo(3), so /etc/hosts and the operator's resolver settings count."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(LOOKUP_THREADS, thread_name_prefix="lookup")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Every A and AAAA answer for `host`; raises socket.gaierror when there is none."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, _lookup, host, port, family)

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


class GuardedResolver(AbstractResolver):
    """Refuses a name as a whole when one of its answers is in the table.

    A name that mixes outside and inside answers is an attack or a mistake; picking its good half would
    make the outcome depend on the order of the answers.
    """

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """As the inner resolver; raises AddressRefusedError."""
        answers = await self._inner.resolve(host, port, family)
        for answer in answers:
            addresses.check(answer["host"])
        return answers

    async def close(self) -> None:
        """The inner resolver belongs to whoever made it."""


def guarded_socket(info: AddressInfo) -> socket.socket:
    """A socket for exactly the address it was asked for, or AddressRefusedError.

    The last check before connect(2): aiohttp asks no resolver for IP literals.
    """
    family, kind, protocol, _, sockaddr = info
    addresses.check(sockaddr[0])
    return socket.socket(family, kind, protocol)


def _lookup(host: str, port: int, family: int) -> list[ResolveResult]:
    found = socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    answers: list[ResolveResult] = []
    for answer_family, _, protocol, _, sockaddr in found:
        address = str(sockaddr[0])
        if len(sockaddr) == 4 and sockaddr[3]:
            address = f"{address}%{sockaddr[3]}"
        answers.append(
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=answer_family,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
        )
    return answers
