"""The published token calls, as their callers make them."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from reelpress.platform.context import Platform
from tests.conftest import TestWorkspace
from tests.support.live import LiveServer


async def make_client(
    http: aiohttp.ClientSession, server: LiveServer, workspace: TestWorkspace, **settings: Any
) -> dict[str, Any]:
    async with http.post(
        f"{server.url}/api/v1/clients", json={"name": "Caller", **settings}, headers=workspace.headers
    ) as answer:
        assert answer.status == 201, await answer.text()
        return await answer.json()


async def ask(http: aiohttp.ClientSession, url: str, **options: Any) -> tuple[int, dict[str, Any], Any]:
    async with http.post(url, **options) as answer:
        return answer.status, await answer.json(), answer.headers


SPELLINGS = [("client_id", "client_secret"), ("clientId", "clientSecret"), ("client-id", "client-secret")]


def ways_to_send(given: dict[str, str]) -> dict[str, dict[str, Any]]:
    return {
        "json": {"json": given},
        "raw json": {"data": json.dumps(given), "headers": {"Content-Type": "text/plain"}},
        "form": {"data": given},
        "raw form": {"data": urlencode(given), "headers": {"Content-Type": "application/json"}},
        "query": {"params": given},
    }


@pytest.mark.parametrize("path", ["/getToken/token", "/auth/token"])
async def test_a_token_is_given_for_every_spelling_and_body_kind(
    http: aiohttp.ClientSession, server: LiveServer, workspace: TestWorkspace, path: str
):
    made = await make_client(http, server, workspace)
    for id_key, secret_key in SPELLINGS:
        given = {
            id_key: made["client_id"],
            secret_key: made["client_secret"],
            "grant_type": "client_credentials",
        }
        for way, options in ways_to_send(given).items():
            status, body, headers = await ask(http, server.url + path, **options)
            assert status == 200, (way, id_key)
            assert set(body) == {"access_token", "token_type", "expires_in"}
            assert body["token_type"] == "Bearer"
            assert body["expires_in"] == 3600
            assert isinstance(body["expires_in"], int)
            assert len(body["access_token"]) >= 43
            assert headers["Cache-Control"] == "no-store"


async def test_an_unknown_client_and_a_wrong_secret_get_the_same_answer(
    http: aiohttp.ClientSession, server: LiveServer, workspace: TestWorkspace
):
    made = await make_client(http, server, workspace)
    wrong_secret = {"client_id": made["client_id"], "client_secret": "rps_wrong"}
    unknown = {"client_id": "67be6947-44c2-4fcc-bf34-3d82ce767081", "client_secret": made["client_secret"]}
    not_even_an_id = {"client_id": "nobody", "client_secret": "x"}
    answers = [
        await ask(http, f"{server.url}/auth/token", json=given)
        for given in (wrong_secret, unknown, not_even_an_id)
    ]
    assert [status for status, _, _ in answers] == [401, 401, 401]
    assert len({json.dumps(body) for _, body, _ in answers}) == 1
    assert answers[0][1]["status"] == "FAILURE"


BAD_REQUESTS: list[tuple[dict[str, Any], int, str | None]] = [
    ({"json": {"client_id": "x"}}, 400, "client_secret"),
    ({"json": {"client_secret": "x"}}, 400, "client_id"),
    ({"json": {"client_id": 7, "client_secret": "x"}}, 400, "client_id"),
    ({"json": {"client_id": {"a": 1}, "client_secret": "x"}}, 400, "client_id"),
    ({"json": {"client_id": "", "client_secret": "x"}}, 400, "client_id"),
    ({"json": {"client_id": "a\u0000b", "client_secret": "x"}}, 400, "client_id"),
    ({"json": ["client_id"]}, 400, None),
    ({"data": b"{not json"}, 400, None),
    ({"data": b"\xff\xfe\x00"}, 400, None),
    ({"data": b"[" * 9000}, 400, None),
    ({"data": b"x" * 20_000}, 413, None),
    ({"data": b""}, 400, "client_id"),
]


async def test_bad_token_requests_name_what_is_wrong(http: aiohttp.ClientSession, server: LiveServer):
    for options, status, field in BAD_REQUESTS:
        got, body, _ = await ask(http, f"{server.url}/getToken/token", **options)
        assert got == status, options
        assert body["status"] == "FAILURE"
        assert body["message"]
        assert body["field"] == field, options


async def test_the_secret_in_a_url_is_refused_until_the_client_opts_in(
    http: aiohttp.ClientSession, server: LiveServer, workspace: TestWorkspace
):
    made = await make_client(http, server, workspace)
    query = {"clientId": made["client_id"], "clientSecret": made["client_secret"]}
    async with http.get(f"{server.url}/getToken", params=query) as answer:
        assert answer.status == 403
        assert "POST /getToken/token" in (await answer.json())["message"]
    async with http.patch(
        f"{server.url}/api/v1/clients/{made['client_id']}",
        json={"allow_get_token": True},
        headers=workspace.headers,
    ) as answer:
        assert answer.status == 200
    async with http.get(f"{server.url}/getToken", params=query) as answer:
        assert answer.status == 200
        assert (await answer.json())["token_type"] == "Bearer"


async def test_guessing_is_stopped_and_says_when_to_come_back(
    http: aiohttp.ClientSession, server: LiveServer, workspace: TestWorkspace
):
    made = await make_client(http, server, workspace)
    other = await make_client(http, server, workspace)
    wrong = {"client_id": made["client_id"], "client_secret": "guess"}
    statuses = [(await ask(http, f"{server.url}/auth/token", json=wrong))[0] for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    right = {"client_id": made["client_id"], "client_secret": made["client_secret"]}
    status, body, headers = await ask(http, f"{server.url}/auth/token", json=right)
    assert status == 429
    assert int(headers["Retry-After"]) > 0
    assert body["status"] == "FAILURE"
    unharmed = {"client_id": other["client_id"], "client_secret": other["client_secret"]}
    assert (await ask(http, f"{server.url}/auth/token", json=unharmed))[0] == 200


async def test_an_allow_list_keeps_other_addresses_from_getting_a_token(
    http: aiohttp.ClientSession, server: LiveServer, workspace: TestWorkspace
):
    elsewhere = await make_client(http, server, workspace, ip_allow=["203.0.113.0/24", "2001:db8::/32"])
    here = await make_client(http, server, workspace, ip_allow=["127.0.0.1"])
    for made, expected in ((elsewhere, 403), (here, 200)):
        given = {"client_id": made["client_id"], "client_secret": made["client_secret"]}
        assert (await ask(http, f"{server.url}/auth/token", json=given))[0] == expected


async def test_neither_secrets_nor_tokens_are_stored_in_the_clear(
    http: aiohttp.ClientSession, server: LiveServer, workspace: TestWorkspace, platform: Platform
):
    made = await make_client(http, server, workspace, api_key=True)
    given = {"client_id": made["client_id"], "client_secret": made["client_secret"]}
    _, body, _ = await ask(http, f"{server.url}/auth/token", json=given)
    async with platform.db.connection() as conn:
        rows = [
            *await conn.fetch("SELECT c::text AS row FROM studio_clients c"),
            *await conn.fetch("SELECT t::text AS row FROM studio_tokens t"),
            *await conn.fetch("SELECT a::text AS row FROM audit_log a"),
        ]
    stored = "\n".join(row["row"] for row in rows)
    for secret in (made["client_secret"], made["api_key"], body["access_token"]):
        assert secret not in stored
        assert secret.encode().hex() not in stored


async def test_two_tokens_of_a_client_are_both_good_until_they_expire(
    http: aiohttp.ClientSession, server: LiveServer, workspace: TestWorkspace, platform: Platform
):
    made = await make_client(http, server, workspace)
    given = {"client_id": made["client_id"], "client_secret": made["client_secret"]}
    answers = await asyncio.gather(*(ask(http, f"{server.url}/auth/token", json=given) for _ in range(2)))
    tokens = [body["access_token"] for _, body, _ in answers]
    assert tokens[0] != tokens[1]
    async with platform.db.connection() as conn:
        lives = await conn.fetch("SELECT expires_at - now() AS life FROM studio_tokens")
    assert all(timedelta(minutes=59) < row["life"] <= timedelta(hours=1) for row in lives)
