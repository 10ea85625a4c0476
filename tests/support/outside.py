"""The world outside, on loopback: names that resolve as a test says, a canary, servers that misbehave."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp.abc import AbstractResolver, ResolveResult

RawHandler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Names(AbstractResolver):
    """A DNS of fixed answers; a name may answer differently each time it is asked (the last one stays)."""

    def __init__(self, names: Mapping[str, Sequence[Sequence[str]]]) -> None:
        self._answers = {name: [list(answer) for answer in answers] for name, answers in names.items()}
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        self.asked.append(host)
        answers = self._answers.get(host.rstrip("."))
        if not answers:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None: ...


def always(*addresses: str) -> list[list[str]]:
    return [list(addresses)]


@dataclass
class RawServer:
    """What a handler heard, on one port of every local address."""

    port: int
    connections: int = 0
    received: list[bytes] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def raw_server(answer: RawHandler | bytes) -> AsyncGenerator[RawServer]:
    """A server that reads one request head and then does what `answer` says; bytes are sent as they are."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        state.connections += 1
        try:
            state.received.append(await reader.readuntil(b"\r\n\r\n"))
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    sockets = _on_every_local_address()
    state = RawServer(sockets[0].getsockname()[1])
    servers = [await asyncio.start_server(handle, sock=listening) for listening in sockets]
    try:
        yield state
    finally:
        for server in servers:
            server.close()


def http_answer(body: bytes = b"ok", status: str = "200 OK", *headers: str) -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers])
    return head.encode() + b"\r\n\r\n" + body


def stored_files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _on_every_local_address() -> list[socket.socket]:
    ipv4 = socket.create_server(("0.0.0.0", 0))
    try:
        return [ipv4, socket.create_server(("::", ipv4.getsockname()[1]), family=socket.AF_INET6)]
    except OSError:
        return [ipv4]
