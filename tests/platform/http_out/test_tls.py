"""TLS: the name of the URL is asked for and verified, whatever address it resolved to."""

import asyncio
import ssl
from collections.abc import AsyncGenerator

import pytest
from aiohttp import web

from reelpress.platform.http_out import HttpOut, OutFailure, OutRequest, OutResponse
from tests.support.certificates import Authority
from tests.support.outside import Names, always, http_answer

NAMES = Names({"studio.example": always("127.0.0.1"), "other.example": always("127.0.0.1")})


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.make(tmp_path_factory.mktemp("tls"), "studio.example")


@pytest.fixture
async def tls_port(authority: Authority) -> AsyncGenerator[int]:
    async def hello(request: web.Request) -> web.Response:
        transport = request.transport
        assert transport is not None
        return web.Response(text=f"{request.host} {transport.get_extra_info('ssl_object').asked_for}")

    app = web.Application()
    app.router.add_get("/", hello)
    context = authority.server_context()

    def remember(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        connection.asked_for = name  # type: ignore[attr-defined]

    context.sni_callback = remember  # type: ignore[assignment]
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def test_host_and_server_name_stay_the_name_of_the_url(authority: Authority, tls_port: int) -> None:
    origin = f"https://studio.example:{tls_port}"
    async with HttpOut([origin], resolver=NAMES, tls=authority.client_context()) as door:
        answer = await door.send(OutRequest("GET", origin))
    assert isinstance(answer, OutResponse)
    assert answer.body.decode() == f"studio.example:{tls_port} studio.example"


async def test_a_certificate_for_another_name_is_refused(authority: Authority, tls_port: int) -> None:
    origin = f"https://other.example:{tls_port}"
    async with HttpOut([origin], resolver=NAMES, tls=authority.client_context()) as door:
        outcome = await door.send(OutRequest("GET", f"{origin}/?t=secret"))
    assert isinstance(outcome, OutFailure)
    assert outcome.kind == "tls"
    assert "certificate" in outcome.message
    assert "secret" not in outcome.message


async def test_an_unknown_authority_is_refused(tls_port: int) -> None:
    origin = f"https://studio.example:{tls_port}"
    async with HttpOut([origin], resolver=NAMES) as door:
        outcome = await door.send(OutRequest("GET", origin))
    assert isinstance(outcome, OutFailure)
    assert outcome.kind == "tls"


async def test_a_server_without_tls_is_a_tls_failure() -> None:
    async def speak_at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(http_answer())

    async with await asyncio.start_server(speak_at_once, "127.0.0.1", 0) as server:
        origin = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with HttpOut([origin]) as door:
            outcome = await door.send(OutRequest("GET", origin))
    assert isinstance(outcome, OutFailure)
    assert outcome.kind == "tls"
