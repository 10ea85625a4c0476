"""A token server and an endpoint that takes its tokens, on a real port."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

SECRET = "s3cret-of-the-client"


@dataclass(frozen=True)
class Received:
    """One request the endpoint got."""

    method: str
    path_and_query: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Endpoint:
    """`valid` are the tokens it takes; `answers` are statuses given before it looks at tokens at all."""

    origin: str = ""
    expires_in: object = 3600
    token_status: int = 200
    token_answer: Any = None
    expired_at_birth: bool = False
    valid: set[str] = field(default_factory=set[str])
    token_calls: list[Received] = field(default_factory=list[Received])
    calls: list[Received] = field(default_factory=list[Received])
    answers: list[int] = field(default_factory=list[int])
    answer_body: bytes = b'{"ok":true}'
    given: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def token_url(self) -> str:
        return f"{self.origin}/getToken/token"

    @property
    def url(self) -> str:
        return f"{self.origin}/video/request"

    async def give_token(self, request: web.Request) -> web.Response:
        self.token_calls.append(await _received(request))
        await self.gate.wait()
        self.given += 1
        token = f"token-{self.given}"
        if not self.expired_at_birth:
            self.valid.add(token)
        answer = self.token_answer
        if answer is None:
            answer = {"access_token": token, "expires_in": self.expires_in, "token_type": "Bearer"}
        return web.json_response(answer, status=self.token_status)

    async def take(self, request: web.Request) -> web.Response:
        self.calls.append(await _received(request))
        if self.answers:
            inside = {"Location": "http://127.0.0.1:1/"}
            return web.Response(status=self.answers.pop(0), body=self.answer_body, headers=inside)
        given = request.headers.get("Authorization", "")
        if given.removeprefix("Bearer ") not in self.valid:
            return web.json_response({"error": "expired", "got": given}, status=401)
        return web.Response(body=self.answer_body, content_type="application/json")


async def _received(request: web.Request) -> Received:
    return Received(request.method, request.raw_path, dict(request.headers), await request.read())


@asynccontextmanager
async def serve_endpoint() -> AsyncGenerator[Endpoint]:
    endpoint = Endpoint()
    endpoint.gate.set()
    app = web.Application()
    app.router.add_route("*", "/getToken/token", endpoint.give_token)
    app.router.add_route("*", "/{path:.*}", endpoint.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    endpoint.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield endpoint
    finally:
        endpoint.gate.set()
        await runner.cleanup()
