"""Bar X1: no customer-chosen URL reaches the inside, at save or at send, while an allow-listed origin works.

Every URL is tried on the canary's own port, opened for the test, so that only the refusal stands between.
"""

import socket
from collections.abc import AsyncGenerator
from pathlib import Path

import aiohttp
import pytest

from reelpress.platform.http_out import HttpOut, OutFailure, OutRequest, OutResponse, targets
from reelpress.platform.http_out.hops import first_hop, next_hop
from reelpress.platform.http_out.targets import Origin, TargetRefusedError
from tests.support.outside import Names, RawServer, always, http_answer, raw_server, stored_files

INSIDE_LITERALS = """
http://127.0.0.1:{port}/ http://127.0.0.2:{port}/ http://127.255.255.254:{port}/ http://0.0.0.0:{port}/
http://10.0.0.1:{port}/ http://172.16.0.1:{port}/ http://192.168.1.1:{port}/ http://100.64.0.1:{port}/
http://100.100.100.200:{port}/ http://169.254.169.254:{port}/latest/meta-data/ http://169.254.170.2:{port}/v2/
http://192.0.0.192:{port}/opc/v1/ http://168.63.129.16:{port}/ http://192.0.2.1:{port}/
http://198.18.0.1:{port}/ http://198.51.100.1:{port}/ http://203.0.113.1:{port}/ http://224.0.0.1:{port}/
http://240.0.0.1:{port}/ http://255.255.255.255:{port}/ http://192.88.99.1:{port}/
http://[::1]:{port}/ http://[::]:{port}/ http://[0:0:0:0:0:0:0:1]:{port}/ http://[0000::0001]:{port}/
http://[::ffff:127.0.0.1]:{port}/ http://[::ffff:7f00:1]:{port}/ http://[::FFFF:7F00:0001]:{port}/
http://[0:0:0:0:0:ffff:127.0.0.1]:{port}/ http://[::127.0.0.1]:{port}/ http://[::ffff:0:127.0.0.1]:{port}/
http://[::ffff:169.254.169.254]:{port}/ http://[::ffff:0.0.0.0]:{port}/ http://[64:ff9b::127.0.0.1]:{port}/
http://[64:ff9b:1::7f00:1]:{port}/ http://[2002:7f00:1::]:{port}/ http://[2001:0:7f00:1::]:{port}/
http://[2001:db8::1]:{port}/ http://[fd00:ec2::254]:{port}/ http://[fc00::1]:{port}/ http://[fe80::1]:{port}/
http://[fec0::1]:{port}/ http://[ff02::1]:{port}/ http://[100::1]:{port}/ http://[3fff::1]:{port}/
http://[5f00::1]:{port}/ http://[2606:4700::5efe:127.0.0.1]:{port}/
https://127.0.0.1:{port}/ https://[::1]:{port}/
"""

ODD_SPELLINGS = """
http://2130706433:{port}/ http://017700000001:{port}/ http://0x7f000001:{port}/ http://0x7f.1:{port}/
http://0x7f.0x0.0x0.0x1:{port}/ http://0177.0.0.1:{port}/ http://127.1:{port}/ http://127.0.1:{port}/
http://0:{port}/ http://0x0:{port}/ http://127.0.0.1.:{port}/ http://127.0.0.01:{port}/
http://127.0.0.1..:{port}/ http://①②⑦.⓪.⓪.①:{port}/ http://１２７.０.０.１:{port}/ http://127。0。0。1:{port}/
http://١٢٧.0.0.1:{port}/ http://%31%32%37.0.0.1:{port}/ http://127.0.0.1%00.media.example:{port}/
http://[::1%25lo]:{port}/ http://[fe80::1%25eth0]:{port}/ http://[127.0.0.1]:{port}/
http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:{port}/ http://0X7F.1:{port}/ http://00000177.0.0.1:{port}/
http://3232235777:{port}/ http://0xa9fea9fe:{port}/ http://169.254.43518:{port}/
"""

URL_TRICKS = [
    "http://media.example@127.0.0.1:{port}/",
    "http://media.example:80@127.0.0.1:{port}/",
    "http://media.example%40127.0.0.1:{port}/",
    "http://@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@media.example/",
    "http://media.example\\@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}#@media.example/",
    "http://127.0.0.1:{port}?@media.example/",
    "http://127.0.0.1:{port};media.example/",
    "http:\\\\127.0.0.1:{port}/",
    "http:/127.0.0.1:{port}/",
    "http:127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    " http://127.0.0.1:{port}/",
    "http://127.0.0.1\t:{port}/",
    "http://127.0.0.1\r\n:{port}/",
    "http://127.0.0.1 :{port}/",
    "http://127.0.0.1:{port}:80/",
    "http://127.0.0.1:\u0661{port}/",
    "url:http://127.0.0.1:{port}/",
    "jar:http://127.0.0.1:{port}/!/",
    "gopher://127.0.0.1:{port}/_GET",
    "ftp://127.0.0.1:{port}/",
    "ws://127.0.0.1:{port}/",
    "file:///etc/passwd",
    "unix:///var/run/docker.sock",
    "data:text/plain,hello",
]

INSIDE_NAMES = {
    "localhost": always("127.0.0.1", "::1"),
    "sub.localhost": always("127.0.0.1"),
    "localhost.localdomain": always("127.0.0.1"),
    "ip6-localhost": always("::1"),
    "127.0.0.1.nip.example": always("127.0.0.1"),
    "7f000001.sslip.example": always("127.0.0.1"),
    "metadata.google.internal": always("169.254.169.254"),
    "metadata": always("169.254.169.254"),
    "instance-data.ec2.internal": always("169.254.169.254"),
    "instance-data-v6.example": always("fd00:ec2::254"),
    "intranet": always("10.1.2.3"),
    "router.home.arpa": always("192.168.1.1"),
    "mapped.example": always("::ffff:127.0.0.1"),
    "translated.example": always("64:ff9b::7f00:1"),
    "tunnelled.example": always("2002:7f00:1::"),
    "scoped.example": always("fe80::1%2"),
    "mixed-inside-first.example": always("127.0.0.1", "93.184.215.14"),
    "mixed-outside-first.example": always("93.184.215.14", "127.0.0.1"),
    "mixed-families.example": always("2606:4700::1111", "127.0.0.1"),
    "mixed-inside-v6.example": always("93.184.215.14", "::1"),
    "xn--nxasmq6b.example": always("127.0.0.1"),
    "unparsable.example": always("not-an-address"),
}
NAMED = [f"{scheme}://{name}:{{port}}/" for name in INSIDE_NAMES for scheme in ("http", "https")]
NAMED += ["http://LOCALHOST:{port}/", "http://localhost.:{port}/", "http://127.0.0.1.nip.example.:{port}/"]

HOSTILE = [*INSIDE_LITERALS.split(), *ODD_SPELLINGS.split(), *URL_TRICKS, *NAMED]


@pytest.fixture
async def canary(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[RawServer]:
    """Listens on every local address; its port counts as open, so nothing but the address is at fault."""
    async with raw_server(http_answer(b"the inside")) as server:
        monkeypatch.setattr(targets, "OPEN_PORTS", frozenset({80, 443, server.port}))
        yield server


@pytest.fixture
async def neighbour() -> AsyncGenerator[RawServer]:
    async with raw_server(http_answer(b"the neighbour")) as server:
        yield server


@pytest.fixture
async def door(canary: RawServer, neighbour: RawServer) -> AsyncGenerator[HttpOut]:
    async with HttpOut([neighbour.origin], resolver=Names(INSIDE_NAMES)) as http:
        yield http


def test_there_are_enough_hostile_urls() -> None:
    assert len(set(HOSTILE)) >= 80


@pytest.mark.parametrize("template", HOSTILE)
async def test_a_hostile_url_is_refused_at_save_and_at_send(
    template: str, door: HttpOut, canary: RawServer, neighbour: RawServer, tmp_path: Path
) -> None:
    url = template.replace("{port}", str(canary.port))

    reason = await door.check_url(url, allow_http=True)
    sent = await door.send(OutRequest("GET", url, allow_http=True, redirects=3))
    posted = await door.send(OutRequest("POST", url, body=b"{}", allow_http=True))
    stored = await door.download(
        url, tmp_path / "got", max_bytes=1000, timeout_s=5, allow_http=True, redirects=3
    )

    assert reason
    for outcome in (sent, posted, stored):
        assert isinstance(outcome, OutFailure)
        assert outcome.kind == "refused"
        assert outcome.message
    assert canary.connections == 0
    assert stored_files(tmp_path) == []

    works = await door.send(OutRequest("GET", f"{neighbour.origin}/hello"))
    assert isinstance(works, OutResponse)
    assert works.body == b"the neighbour"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost"])
async def test_the_canary_notices_a_client_without_the_door(host: str, canary: RawServer) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"http://{host}:{canary.port}/") as response:
        assert await response.read() == b"the inside"
    assert canary.connections == 1


@pytest.mark.parametrize("spelling", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1"])
def test_the_system_would_follow_odd_spellings(spelling: str) -> None:
    assert socket.gethostbyname(spelling) == "127.0.0.1"


@pytest.mark.parametrize("inside", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254"])
async def test_a_name_that_turns_inside_after_the_save_is_refused_at_send(
    inside: str, canary: RawServer
) -> None:
    names = Names({"rebinding.example": [["93.184.215.14"], [inside]]})
    url = f"http://rebinding.example:{canary.port}/"
    async with HttpOut(resolver=names) as door:
        assert await door.check_url(url, allow_http=True) is None
        sent = await door.send(OutRequest("GET", url, allow_http=True))
    assert isinstance(sent, OutFailure)
    assert sent.kind == "refused"
    assert names.asked == ["rebinding.example", "rebinding.example"]
    assert canary.connections == 0


async def test_an_address_that_escaped_the_resolver_is_refused_at_the_socket(
    monkeypatch: pytest.MonkeyPatch, canary: RawServer
) -> None:
    async def unchecked(self: object, host: str, port: int = 0, family: int = 0) -> object:
        return await Names({"slipped.example": always("127.0.0.1")}).resolve(host, port)

    monkeypatch.setattr("reelpress.platform.http_out.client.GuardedResolver.resolve", unchecked)
    async with HttpOut() as door:
        sent = await door.send(OutRequest("GET", f"http://slipped.example:{canary.port}/", allow_http=True))
    assert isinstance(sent, OutFailure)
    assert sent.kind == "refused"
    assert canary.connections == 0


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:{canary}/",
        "//127.0.0.1:{canary}/",
        "http://localhost:{canary}/",
        "http://[::ffff:127.0.0.1]:{canary}/",
        "http://0x7f.1:{canary}/",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "http://u:p@127.0.0.1:{canary}/",
    ],
)
async def test_a_redirect_inward_is_refused(location: str, canary: RawServer, tmp_path: Path) -> None:
    answer = http_answer(b"", "302 Found", "Location: " + location.replace("{canary}", str(canary.port)))
    async with (
        raw_server(answer) as outside,
        HttpOut([outside.origin], resolver=Names(INSIDE_NAMES)) as door,
    ):
        sent = await door.send(OutRequest("GET", f"{outside.origin}/", redirects=3, allow_http=True))
        stored = await door.download(
            f"{outside.origin}/", tmp_path / "got", max_bytes=1000, timeout_s=5, allow_http=True
        )
        assert outside.connections == 2
    for outcome in (sent, stored):
        assert isinstance(outcome, OutFailure)
        assert outcome.kind == "refused"
    assert canary.connections == 0


async def test_a_redirect_cannot_enter_an_allow_listed_origin(neighbour: RawServer) -> None:
    answer = http_answer(b"", "307 Temporary Redirect", f"Location: {neighbour.origin}/admin")
    async with raw_server(answer) as outside, HttpOut([neighbour.origin, outside.origin]) as door:
        sent = await door.send(OutRequest("GET", f"{outside.origin}/", redirects=3, allow_http=True))
    assert isinstance(sent, OutFailure)
    assert sent.kind == "refused"
    assert neighbour.connections == 0


def test_a_redirect_that_left_an_allow_listed_origin_cannot_come_back() -> None:
    home, away = Origin("http", "127.0.0.1", 8700), "https://away.example/"
    first = first_hop(OutRequest("GET", f"{home}/start", redirects=3, allow_http=True), frozenset({home}))
    assert first.listed
    assert next_hop(first, 302, "/elsewhere").listed

    gone = next_hop(first, 302, away)
    assert not gone.listed
    with pytest.raises(TargetRefusedError):
        next_hop(gone, 302, f"{home}/secret")


@pytest.mark.parametrize(
    "other",
    [
        "http://localhost:{port}/",
        "http://127.0.0.2:{port}/",
        "https://127.0.0.1:{port}/",
        "http://[::1]:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://127.0.0.1:{other}/",
        "http://neighbour.example:{port}/",
    ],
)
async def test_the_allow_list_admits_one_scheme_host_and_port_only(
    other: str, neighbour: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(targets, "OPEN_PORTS", frozenset({neighbour.port, neighbour.port + 1}))
    url = other.replace("{port}", str(neighbour.port)).replace("{other}", str(neighbour.port + 1))
    names = Names({"localhost": always("127.0.0.1"), "neighbour.example": always("127.0.0.1")})
    async with HttpOut([neighbour.origin], resolver=names) as door:
        sent = await door.send(OutRequest("GET", url, allow_http=True))
        assert await door.check_url(url, allow_http=True)
    assert isinstance(sent, OutFailure)
    assert sent.kind == "refused"
    assert neighbour.connections == 0


async def test_an_allow_listed_name_may_resolve_inside(neighbour: RawServer) -> None:
    origin = f"http://studio.internal:{neighbour.port}"
    async with HttpOut([origin], resolver=Names({"studio.internal": always("127.0.0.1")})) as door:
        assert await door.check_url(f"{origin}/x") is None
        sent = await door.send(OutRequest("GET", f"{origin}/x"))
    assert isinstance(sent, OutResponse)
    assert f"Host: studio.internal:{neighbour.port}".encode() in neighbour.received[0]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://media.example/", "plain http"),
        ("https://media.example:8443/", "only 80 and 443"),
        ("https://localhost/", "resolves to a loopback address"),
        ("https://127.0.0.1/", "is a loopback address"),
        ("https://nowhere.example/", "does not resolve"),
    ],
)
async def test_the_refusal_says_what_is_wrong_and_what_to_do(url: str, says: str) -> None:
    names = Names({**INSIDE_NAMES, "media.example": always("93.184.215.14")})
    async with HttpOut(resolver=names) as door:
        reason = await door.check_url(url)
    assert reason is not None
    assert says in reason
    assert "REELPRESS_HTTP_ALLOW" in reason or "DNS records" in reason


async def test_a_public_https_url_can_be_saved() -> None:
    async with HttpOut(resolver=Names({"media.example": always("93.184.215.14", "2606:4700::1111")})) as door:
        assert await door.check_url("https://media.example/a?b=c") is None
        assert await door.check_url("http://media.example/", allow_http=True) is None
        assert await door.check_url("https://8.8.8.8/") is None
