"""The door's limits against servers that misbehave, all on an allow-listed origin."""

import asyncio
import gzip
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from reelpress.platform.http_out import Downloaded, HttpOut, OutFailure, OutRequest, OutResponse
from reelpress.platform.http_out.hops import header_refusal
from tests.support.outside import RawHandler, RawServer, http_answer, raw_server, stored_files

DEADLINE_S = 0.3

Facing = Callable[[RawHandler | bytes], AbstractAsyncContextManager[tuple[HttpOut, RawServer]]]


@pytest.fixture
def facing() -> Facing:
    @asynccontextmanager
    async def build(answer: RawHandler | bytes) -> AsyncGenerator[tuple[HttpOut, RawServer]]:
        async with raw_server(answer) as server, HttpOut([server.origin]) as door:
            yield door, server

    return build


def failed(outcome: object, kind: str) -> OutFailure:
    assert isinstance(outcome, OutFailure), outcome
    assert outcome.kind == kind, outcome
    assert outcome.message
    assert "secret" not in outcome.message
    return outcome


async def test_an_answer_of_any_status_is_an_answer(facing: Facing) -> None:
    async with facing(http_answer(b'{"error":1}', "503 Service Unavailable", "Retry-After: 7")) as (
        door,
        server,
    ):
        answer = await door.send(OutRequest("GET", server.origin))
    assert isinstance(answer, OutResponse)
    assert (answer.status, answer.body) == (503, b'{"error":1}')
    assert answer.header("retry-after") == "7"
    assert answer.header("missing") is None


async def test_method_headers_and_body_go_out_as_given(facing: Facing) -> None:
    heard = bytearray()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.extend(await reader.readexactly(4))
        writer.write(http_answer())

    async with facing(listen) as (door, server):
        url = f"{server.origin}/path%2Fkept?q=%20&e=="
        headers = (("X-Api-Key", "key"), ("Content-Type", "text/plain"), ("X-Name", "अनन्या"))
        answer = await door.send(OutRequest("PUT", url, headers, b"body"))
    assert isinstance(answer, OutResponse)
    head = server.received[0]
    assert head.startswith(b"PUT /path%2Fkept?q=%20&e== HTTP/1.1\r\n")
    assert f"Host: 127.0.0.1:{server.port}\r\n".encode() in head
    assert b"X-Api-Key: key\r\n" in head
    assert b"User-Agent: Reelpress\r\n" in head
    assert "X-Name: अनन्या\r\n".encode() in head
    assert bytes(heard) == b"body"


async def test_no_content_type_is_invented(facing: Facing) -> None:
    async with facing(http_answer()) as (door, server):
        await door.send(OutRequest("POST", server.origin, body=b""))
    assert b"Content-Type" not in server.received[0]


async def test_cookies_and_environment_proxies_have_no_say(
    facing: Facing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    async with facing(http_answer(b"ok", "200 OK", "Set-Cookie: session=secret; Path=/")) as (door, server):
        for _ in range(2):
            assert isinstance(await door.send(OutRequest("GET", server.origin)), OutResponse)
    assert b"Cookie" not in server.received[1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-A", "1\r\nX-B: 2"),
        ("X-A", "1\nX-B: 2"),
        ("X-A", "1\x00"),
        ("X-A\r\nX-B", "1"),
        ("X A", "1"),
        ("", "1"),
        ("Host", "inside.example"),
        ("content-length", "5"),
        ("Transfer-Encoding", "chunked"),
        ("Proxy-Authorization", "x"),
        ("X-A", "\ud800"),
    ],
)
async def test_header_injection_is_refused_before_connecting(facing: Facing, name: str, value: str) -> None:
    assert header_refusal(name, value)
    async with facing(http_answer()) as (door, server):
        failed(await door.send(OutRequest("GET", server.origin, ((name, value),))), "refused")
        assert server.connections == 0


@pytest.mark.parametrize("method", ["CONNECT", "TRACE", "get", "GET /x", "GET\r\nX: y", ""])
async def test_an_unknown_method_is_refused(facing: Facing, method: str) -> None:
    async with facing(http_answer()) as (door, server):
        failed(await door.send(OutRequest(method, server.origin)), "refused")
        assert server.connections == 0


async def test_an_answer_is_taken_up_to_the_cap_and_not_a_byte_further(facing: Facing) -> None:
    async with facing(http_answer(b"x" * 1000)) as (door, server):
        fits = await door.send(OutRequest("GET", server.origin, max_bytes=1000))
        too_large = await door.send(OutRequest("GET", server.origin, max_bytes=999))
    assert isinstance(fits, OutResponse)
    assert len(fits.body) == 1000
    failed(too_large, "too_large")


async def test_an_endless_answer_without_a_length_ends_at_the_cap(facing: Facing) -> None:
    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
            await writer.drain()

    async with facing(pour) as (door, server):
        failed(await door.send(OutRequest("GET", server.origin, timeout_s=30)), "too_large")


async def test_a_gzip_bomb_counts_by_what_it_unpacks_to(facing: Facing) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert len(bomb) < 100_000
    async with facing(http_answer(bomb, "200 OK", "Content-Encoding: gzip")) as (door, server):
        failed(await door.send(OutRequest("GET", server.origin, timeout_s=30)), "too_large")


async def test_a_compressed_answer_is_unpacked(facing: Facing) -> None:
    packed = gzip.compress(b"hello " * 100)
    async with facing(http_answer(packed, "200 OK", "Content-Encoding: gzip")) as (door, server):
        answer = await door.send(OutRequest("GET", server.origin))
    assert isinstance(answer, OutResponse)
    assert answer.body == b"hello " * 100


async def _silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def _drip_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.01)


async def _drip_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX-A: ")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.01)


async def _endless_hints(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("answer", [_silence, _drip_body, _drip_head, _endless_hints])
async def test_a_server_that_dawdles_ends_with_the_deadline(
    facing: Facing, answer: RawHandler, tmp_path: Path
) -> None:
    async with facing(answer) as (door, server), asyncio.timeout(20):
        sent = await door.send(OutRequest("GET", f"{server.origin}/?t=secret", timeout_s=DEADLINE_S))
        stored = await door.download(
            server.origin, tmp_path / "x", max_bytes=10_000_000, timeout_s=DEADLINE_S
        )
    failed(sent, "timeout")
    failed(stored, "timeout")
    assert stored_files(tmp_path) == []


async def test_a_chain_of_slow_redirects_shares_one_deadline(facing: Facing) -> None:
    async def dawdle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(DEADLINE_S * 0.6)
        writer.write(http_answer(b"", "302 Found", "Location: /again"))

    async with facing(dawdle) as (door, server), asyncio.timeout(20):
        failed(
            await door.send(OutRequest("GET", server.origin, timeout_s=DEADLINE_S, redirects=50)), "timeout"
        )


async def _reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        pytest.param(_reset, "connect", id="reset"),
        pytest.param(b"", "connect", id="closed at once"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "protocol", id="half body"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "protocol", id="half chunk"
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n", "protocol", id="bad chunk"
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nX-Big: " + b"x" * 10_000_000 + b"\r\n\r\n", "protocol", id="10 MB header"
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\n" + b"X-A: 1\r\n" * 1_250_000 + b"\r\n", "protocol", id="10 MB of headers"
        ),
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", "protocol", id="another protocol"),
        pytest.param(
            http_answer(b"nonsense", "200 OK", "Content-Encoding: gzip"), "protocol", id="false gzip"
        ),
        pytest.param(http_answer(b"x", "200 OK", "Content-Encoding: br"), "protocol", id="unknown coding"),
    ],
)
async def test_a_broken_answer_is_a_failure_of_its_kind(
    facing: Facing, answer: RawHandler | bytes, kind: str, tmp_path: Path
) -> None:
    async with facing(answer) as (door, server):
        failed(await door.send(OutRequest("GET", f"{server.origin}/?t=secret", timeout_s=20)), kind)
        stored = await door.download(server.origin, tmp_path / "x", max_bytes=20_000_000, timeout_s=20)
        failed(stored, kind)
    assert stored_files(tmp_path) == []


async def test_a_closed_port_is_a_connect_failure() -> None:
    async with raw_server(b"") as server:
        origin = server.origin
    async with HttpOut([origin]) as door:
        failed(await door.send(OutRequest("GET", f"{origin}/?t=secret")), "connect")


async def test_a_header_that_is_not_utf8_can_be_stored(facing: Facing) -> None:
    raw = b"HTTP/1.1 200 OK\r\nX-A: caf\xe9\r\nContent-Length: 0\r\n\r\n"
    async with facing(raw) as (door, server):
        answer = await door.send(OutRequest("GET", server.origin))
    assert isinstance(answer, OutResponse)
    assert answer.header("X-A") == "caf\ufffd"


async def test_nothing_of_a_request_shows_in_its_representation() -> None:
    request = OutRequest("GET", "https://x/?t=secret", (("Authorization", "secret"),), b"secret")
    assert "secret" not in repr(request)


async def test_a_download_appears_whole_under_its_name(facing: Facing, tmp_path: Path) -> None:
    async with facing(http_answer(b"picture" * 100_000, "200 OK", "Content-Type: image/png")) as (
        door,
        server,
    ):
        stored = await door.download(server.origin, tmp_path / "p.png", max_bytes=1_000_000, timeout_s=20)
    assert isinstance(stored, Downloaded)
    assert (stored.size, stored.content_type) == (700_000, "image/png")
    assert (tmp_path / "p.png").read_bytes() == b"picture" * 100_000
    assert stored_files(tmp_path) == ["p.png"]


async def test_a_download_that_is_not_found_says_so(facing: Facing, tmp_path: Path) -> None:
    async with facing(http_answer(b"gone", "404 Not Found")) as (door, server):
        stored = await door.download(server.origin, tmp_path / "p", max_bytes=1000, timeout_s=20)
    assert failed(stored, "protocol").status == 404
    assert stored_files(tmp_path) == []


async def test_a_download_over_its_cap_leaves_the_file_that_was_there(facing: Facing, tmp_path: Path) -> None:
    (tmp_path / "p").write_bytes(b"before")
    async with facing(http_answer(b"x" * 2000)) as (door, server):
        stored = await door.download(server.origin, tmp_path / "p", max_bytes=1000, timeout_s=20)
    failed(stored, "too_large")
    assert (tmp_path / "p").read_bytes() == b"before"
    assert stored_files(tmp_path) == ["p"]


async def test_a_host_gets_no_more_connections_at_once_than_the_limit() -> None:
    now: dict[str, Any] = {"open": 0, "most": 0}
    full = asyncio.Event()

    async def count(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        now["open"] += 1
        now["most"] = max(now["most"], now["open"])
        if now["open"] == 3:
            full.set()
        await full.wait()
        now["open"] -= 1
        writer.write(http_answer())

    async with raw_server(count) as server, HttpOut([server.origin], connections_per_host=3) as door:
        answers = await asyncio.gather(
            *(door.send(OutRequest("GET", server.origin, timeout_s=30)) for _ in range(9))
        )
    assert all(isinstance(answer, OutResponse) for answer in answers)
    assert now["most"] == 3


async def test_a_door_that_was_not_started_is_a_bug_that_shows() -> None:
    with pytest.raises(RuntimeError, match="not started"):
        await HttpOut(["http://127.0.0.1:1"]).send(OutRequest("GET", "http://127.0.0.1:1/"))
