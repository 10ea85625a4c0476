"""Redirects are followed by hand, through the same door, without the credentials."""

import asyncio

import pytest

from reelpress.platform.http_out import HttpOut, OutFailure, OutRequest, OutResponse
from reelpress.platform.http_out.hops import Hop, RedirectRefusedError, first_hop, next_hop
from reelpress.platform.http_out.targets import TargetRefusedError
from tests.support.outside import http_answer, raw_server

CREDENTIALS = (("Authorization", "Bearer t"), ("Cookie", "s=1"), ("x-api-key", "k"), ("MOE-APPKEY", "m"))


def hop(method: str = "GET", body: bytes | None = None) -> Hop:
    headers = (*CREDENTIALS, ("Accept", "image/*"), ("Content-Type", "text/plain"))
    return first_hop(OutRequest(method, "https://media.example/a/b?c", headers, body), frozenset())


async def test_with_no_redirects_allowed_a_redirect_is_the_answer() -> None:
    async with (
        raw_server(http_answer(b"", "302 Found", "Location: /x")) as server,
        HttpOut([server.origin]) as door,
    ):
        answer = await door.send(OutRequest("POST", server.origin, body=b"{}"))
        assert server.connections == 1
    assert isinstance(answer, OutResponse)
    assert answer.status == 302


async def test_a_redirect_within_an_allow_listed_origin_is_followed() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        moved = b"GET /final" not in server.received[-1]
        writer.write(http_answer(b"", "301 Moved", "Location: final?x=1") if moved else http_answer(b"here"))

    async with raw_server(serve) as server, HttpOut([server.origin]) as door:
        answer = await door.send(OutRequest("GET", f"{server.origin}/start", CREDENTIALS, redirects=1))
        assert server.received[1].startswith(b"GET /final?x=1 HTTP/1.1")
        assert b"Authorization: Bearer t" in server.received[1]
    assert isinstance(answer, OutResponse)
    assert answer.body == b"here"


@pytest.mark.parametrize("redirects", [1, 3])
async def test_a_loop_ends_at_the_limit(redirects: int) -> None:
    async with raw_server(http_answer(b"", "302 Found", "Location: /?t=secret")) as server:
        async with HttpOut([server.origin]) as door:
            outcome = await door.send(OutRequest("GET", server.origin, redirects=redirects, timeout_s=20))
        assert server.connections == redirects + 1
    assert isinstance(outcome, OutFailure)
    assert outcome.kind == "redirect"
    assert "secret" not in outcome.message


@pytest.mark.parametrize("location", [None, ""])
async def test_a_redirect_to_nowhere_is_a_failure(location: str | None) -> None:
    header = [] if location is None else [f"Location: {location}"]
    async with raw_server(http_answer(b"", "302 Found", *header)) as server, HttpOut([server.origin]) as door:
        outcome = await door.send(OutRequest("GET", server.origin, redirects=3))
    assert isinstance(outcome, OutFailure)
    assert outcome.kind == "redirect"


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/x", "https://media.example/x"),
        ("x", "https://media.example/a/x"),
        ("?y", "https://media.example/a/b?y"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("https://cdn.example/%2F?s=%2F", "https://cdn.example/%2F?s=%2F"),
        ("/with space", "https://media.example/with%20space"),
    ],
)
def test_a_location_is_resolved_against_the_url(location: str, url: str) -> None:
    assert str(next_hop(hop(), 302, location).url) == url


def test_the_same_origin_keeps_every_header() -> None:
    assert next_hop(hop(), 307, "/x").headers == hop().headers


def test_another_origin_gets_no_header_that_may_be_a_credential() -> None:
    assert next_hop(hop(), 302, "https://cdn.example/").headers == (("Accept", "image/*"),)


@pytest.mark.parametrize("location", ["https://media.example:80/", "https://www.media.example/"])
def test_another_port_or_subdomain_is_another_origin(location: str) -> None:
    assert ("Authorization", "Bearer t") not in next_hop(hop(), 302, location).headers


@pytest.mark.parametrize(
    ("status", "method", "after"),
    [
        (301, "POST", "GET"),
        (302, "POST", "GET"),
        (303, "PUT", "GET"),
        (303, "HEAD", "HEAD"),
        (302, "HEAD", "HEAD"),
    ],
)
def test_the_method_changes_as_the_rfc_says(status: int, method: str, after: str) -> None:
    followed = next_hop(hop(method), status, "/x")
    assert followed.method == after
    assert followed.body is None


@pytest.mark.parametrize("status", [307, 308])
def test_a_body_is_repeated_to_its_origin_and_to_no_other(status: int) -> None:
    posted = hop("POST", b"personal")
    assert next_hop(posted, status, "/x").body == b"personal"
    with pytest.raises(RedirectRefusedError):
        next_hop(posted, status, "https://elsewhere.example/")


def test_a_body_that_is_dropped_takes_its_content_headers_along() -> None:
    assert "Content-Type" not in dict(next_hop(hop("POST", b"x"), 303, "/x").headers)


def test_a_redirect_to_plain_http_is_refused() -> None:
    with pytest.raises(TargetRefusedError, match="plain http"):
        next_hop(hop(), 302, "http://media.example/x")
