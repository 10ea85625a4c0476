"""Signing in, sessions, roles and the operator."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from reelpress.platform.auth import Role, service
from reelpress.platform.auth.service import MOST_FAILURES
from reelpress.platform.clock import FixedClock
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from tests.conftest import TestWorkspace
from tests.support.live import LiveServer


async def _sign_in(
    http: aiohttp.ClientSession, server: LiveServer, email: str, password: str, **headers: str
) -> aiohttp.ClientResponse:
    return await http.post(
        f"{server.url}/console/sign-in",
        data={"email": email, "password": password},
        headers={"Sec-Fetch-Site": "same-origin", **headers},
        allow_redirects=False,
    )


async def test_the_right_password_starts_a_session_that_scripts_cannot_read(
    server: LiveServer, workspace: TestWorkspace, http: aiohttp.ClientSession
) -> None:
    answer = await _sign_in(http, server, workspace.admin_email, workspace.admin_password)
    assert answer.status == 303
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    home = await http.get(f"{server.url}/console")
    assert "Lantern &amp; Co" in await home.text()


async def test_a_wrong_password_and_an_unknown_person_get_the_same_words(
    server: LiveServer, workspace: TestWorkspace, http: aiohttp.ClientSession
) -> None:
    wrong = await _sign_in(http, server, workspace.admin_email, "not the password")
    unknown = await _sign_in(http, server, "nobody@example.com", "not the password")
    assert wrong.status == unknown.status == 401
    first, second = await wrong.text(), await unknown.text()
    assert first.replace(workspace.admin_email, "nobody@example.com") == second


async def test_another_site_cannot_make_a_browser_sign_in(
    server: LiveServer, workspace: TestWorkspace, http: aiohttp.ClientSession
) -> None:
    answer = await _sign_in(
        http, server, workspace.admin_email, workspace.admin_password, **{"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status == 403


async def test_sign_in_never_leads_to_another_site(
    server: LiveServer, workspace: TestWorkspace, http: aiohttp.ClientSession
) -> None:
    for target in ("https://evil.example/", "//evil.example/console", "/console//evil.example", "/\\evil"):
        answer = await http.post(
            f"{server.url}/console/sign-in",
            data={"email": workspace.admin_email, "password": workspace.admin_password, "next": target},
            headers={"Sec-Fetch-Site": "same-origin"},
            allow_redirects=False,
        )
        assert answer.headers["Location"] == "/console"


async def test_guessing_is_stopped(platform: Platform, workspace: TestWorkspace) -> None:
    async with platform.db.connection() as conn:
        for _ in range(MOST_FAILURES):
            assert (
                await service.sign_in(conn, platform, workspace.admin_email, "a guess", "203.0.113.9") is None
            )
        with pytest.raises(Refusal) as refused:
            await service.sign_in(
                conn, platform, workspace.admin_email, workspace.admin_password, "203.0.113.9"
            )
    assert refused.value.status == 429


async def test_a_page_without_a_session_leads_to_the_sign_in_and_back(
    server: LiveServer, http: aiohttp.ClientSession
) -> None:
    answer = await http.get(f"{server.url}/console/profiles", allow_redirects=False)
    assert answer.status == 303
    assert answer.headers["Location"] == "/console/sign-in?next=/console/profiles"


async def test_the_management_api_says_what_to_send(server: LiveServer, http: aiohttp.ClientSession) -> None:
    answer = await http.get(f"{server.url}/api/v1/workspace")
    assert answer.status == 401
    fault = json.loads(await answer.text())["error"]
    assert "Bearer" in fault["fix"]


async def test_a_viewer_may_look_and_not_change(
    server: LiveServer, platform: Platform, workspace: TestWorkspace, http: aiohttp.ClientSession
) -> None:
    async with platform.db.transaction() as conn:
        token = await service.create_token(conn, platform, workspace.id, "looker", Role.viewer)
    headers = {"Authorization": f"Bearer {token}"}
    assert (await http.get(f"{server.url}/api/v1/workspace", headers=headers)).status == 200
    refused = await http.post(f"{server.url}/api/v1/clients", json={"name": "mine"}, headers=headers)
    assert refused.status == 403


async def test_only_the_operator_makes_workspaces(
    server: LiveServer, platform: Platform, workspace: TestWorkspace, http: aiohttp.ClientSession
) -> None:
    wanted = {"name": "Second", "admin_email": "second@example.com"}
    refused = await http.post(f"{server.url}/api/v1/workspaces", json=wanted, headers=workspace.headers)
    assert refused.status == 401
    token = (platform.settings.data_dir / "operator.token").read_text().strip()
    made = await http.post(
        f"{server.url}/api/v1/workspaces", json=wanted, headers={"Authorization": f"Bearer {token}"}
    )
    assert made.status == 201
    assert len((await made.json())["admin_password"]) >= 16


async def test_sessions_and_failures_that_are_over_are_forgotten(
    platform: Platform, workspace: TestWorkspace
) -> None:
    clock = FixedClock(datetime.now(UTC) + timedelta(days=30))
    async with platform.db.connection() as conn:
        await service.sign_in(conn, platform, workspace.admin_email, "a guess", "203.0.113.9")
    await service.forget_what_is_over(replace(platform, clock=clock))
    async with platform.db.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM auth_failures") == 0


async def test_a_token_is_made_listed_and_revoked(
    server: LiveServer, workspace: TestWorkspace, http: aiohttp.ClientSession
) -> None:
    url = f"{server.url}/api/v1/tokens"
    made = await http.post(url, json={"label": "reports", "role": "viewer"}, headers=workspace.headers)
    headers = {"Authorization": f"Bearer {(await made.json())['token']}"}
    assert (await http.get(f"{server.url}/api/v1/workspace", headers=headers)).status == 200
    assert (await http.get(url, headers=headers)).status == 403
    listed = (await (await http.get(url, headers=workspace.headers)).json())["tokens"]
    (mine,) = [token for token in listed if token["label"] == "reports"]
    assert "token" not in mine
    revoked = await http.post(f"{url}/{mine['id']}/revoke", headers=workspace.headers)
    assert revoked.status == 204
    assert (await http.get(f"{server.url}/api/v1/workspace", headers=headers)).status == 401
