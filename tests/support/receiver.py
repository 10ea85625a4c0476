"""A real HTTP server on loopback that answers as a test scripts it and keeps what it hears."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from tests.support.waiting import until

SUCCESS = '{"status":"success","message":"Your request has been accepted and will be processed soon."}'


@dataclass(frozen=True)
class Scripted:
    """One answer, and how long it takes."""

    status: int = 200
    body: str | bytes = SUCCESS
    headers: Mapping[str, str] = field(default_factory=dict)
    after_s: float = 0.0


@dataclass(frozen=True)
class Heard:
    """One request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Receiver:
    """`script` is answered in order; when it is over, `otherwise` is."""

    port: int
    script: list[Scripted] = field(default_factory=list)
    otherwise: Scripted = field(default_factory=Scripted)
    heard: list[Heard] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def wait_for(self, number: int, within_s: float = 30.0) -> list[Heard]:
        """Until so many requests have arrived."""

        async def heard() -> list[Heard]:
            return self.heard

        return await until(heard, lambda found: len(found) >= number, within_s)


@asynccontextmanager
async def receiving(port: int) -> AsyncGenerator[Receiver]:
    """Listen on a port until the end of the block."""
    receiver = Receiver(port)

    async def answer(request: web.Request) -> web.Response:
        body = await request.read()
        receiver.heard.append(Heard(request.method, request.path_qs, dict(request.headers), body))
        said = receiver.script.pop(0) if receiver.script else receiver.otherwise
        await asyncio.sleep(said.after_s)
        content = said.body.encode() if isinstance(said.body, str) else said.body
        return web.Response(status=said.status, body=content, headers=dict(said.headers))

    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield receiver
    finally:
        await runner.cleanup()
