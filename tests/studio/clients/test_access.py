"""Who may call Studio's contract routes."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from fastapi import Request
from tests.conftest import TestWorkspace

from reelpress.platform.auth import Principal, Role
from reelpress.platform.context import Platform
from reelpress.studio.clients import ClientPrincipal, ContractRefusal, StudioClient, service, tokens
from reelpress.studio.clients.credentials import Presented
from reelpress.studio.clients.model import Credentials


def a_request(platform: Platform, address: str = "127.0.0.1", **headers: str) -> Request:
    return Request(
        {
            "type": "http",
            "method": "POST",
            "path": "/video/request",
            "headers": [(key.replace("_", "-").encode(), value.encode()) for key, value in headers.items()],
            "client": (address, 1),
            "app": SimpleNamespace(state=SimpleNamespace(platform=platform)),
        }
    )


async def a_client(
    platform: Platform, workspace: TestWorkspace, *, ip_allow: tuple[str, ...] = ()
) -> Credentials:
    principal = Principal(workspace.id, Role.admin, "test")
    async with platform.db.transaction() as conn:
        return await service.create(
            conn, platform, principal, name="Caller", ip_allow=ip_allow, with_api_key=True
        )


async def a_token(platform: Platform, made: Credentials, address: str = "127.0.0.1") -> str:
    presented = Presented(str(made.client.id), made.client_secret)
    return (await tokens.issue(platform, presented, address, in_url=False)).access_token


async def refused(platform: Platform, request: Request) -> ContractRefusal:
    with pytest.raises(ContractRefusal) as caught:
        await StudioClient()(request)
    return caught.value


async def test_a_token_or_an_api_key_or_both_of_one_client_let_in(
    platform: Platform, workspace: TestWorkspace
):
    made = await a_client(platform, workspace)
    bearer, key = f"Bearer {await a_token(platform, made)}", made.api_key or ""
    expected = ClientPrincipal(workspace.id, made.client.id)
    assert await StudioClient()(a_request(platform, authorization=bearer)) == expected
    assert await StudioClient()(a_request(platform, authorization=bearer.replace("B", "b", 1))) == expected
    assert await StudioClient()(a_request(platform, x_api_key=key)) == expected
    assert await StudioClient()(a_request(platform, authorization=bearer, x_api_key=key)) == expected


async def test_a_token_and_an_api_key_of_two_clients_are_refused(
    platform: Platform, workspace: TestWorkspace
):
    one, other = await a_client(platform, workspace), await a_client(platform, workspace)
    request = a_request(
        platform, authorization=f"Bearer {await a_token(platform, one)}", x_api_key=other.api_key or ""
    )
    assert (await refused(platform, request)).status == 401


async def test_one_good_credential_does_not_excuse_a_bad_one(platform: Platform, workspace: TestWorkspace):
    made = await a_client(platform, workspace)
    token = await a_token(platform, made)
    mixed = [
        a_request(platform, authorization=f"Bearer {token}", x_api_key="rpk_wrong"),
        a_request(platform, authorization="Bearer wrong", x_api_key=made.api_key or ""),
        a_request(platform, authorization=f"Basic {token}", x_api_key=made.api_key or ""),
    ]
    assert [(await refused(platform, request)).status for request in mixed] == [401, 401, 401]


async def test_nothing_and_nonsense_are_refused_by_name(platform: Platform, workspace: TestWorkspace):
    assert (await refused(platform, a_request(platform))).field == "Authorization"
    assert (await refused(platform, a_request(platform, authorization="Bearer"))).field == "Authorization"
    assert (await refused(platform, a_request(platform, authorization="Bearer x"))).field == "Authorization"
    assert (await refused(platform, a_request(platform, x_api_key="x"))).field == "x-api-key"
    body = (await refused(platform, a_request(platform))).response()
    assert body.status_code == 401
    assert body.headers["WWW-Authenticate"] == "Bearer"


async def test_an_expired_token_is_refused(platform: Platform, workspace: TestWorkspace):
    made = await a_client(platform, workspace)
    token = await a_token(platform, made)
    async with platform.db.transaction() as conn:
        await conn.execute("UPDATE studio_tokens SET expires_at = now() - $1::interval", timedelta(seconds=1))
    assert (await refused(platform, a_request(platform, authorization=f"Bearer {token}"))).status == 401


async def test_rotation_and_revocation_end_every_token_and_key_at_once(
    platform: Platform, workspace: TestWorkspace
):
    principal = Principal(workspace.id, Role.admin, "test")
    for end in ("rotate", "revoke"):
        made = await a_client(platform, workspace)
        token = await a_token(platform, made)
        async with platform.db.transaction() as conn:
            await getattr(service, end)(conn, platform, principal, made.client.id)
        by_token = a_request(platform, authorization=f"Bearer {token}")
        by_key = a_request(platform, x_api_key=made.api_key or "")
        assert (await refused(platform, by_token)).status == 401
        assert (await refused(platform, by_key)).status == 401
        with pytest.raises(ContractRefusal):
            await a_token(platform, made)


async def test_the_allow_list_holds_for_requests_too(platform: Platform, workspace: TestWorkspace):
    made = await a_client(platform, workspace, ip_allow=("203.0.113.0/24",))
    token = await a_token(platform, made, address="203.0.113.9")
    bearer = f"Bearer {token}"
    assert await StudioClient()(a_request(platform, "203.0.113.7", authorization=bearer))
    assert await StudioClient()(a_request(platform, "::ffff:203.0.113.7", authorization=bearer))
    for address in ("203.0.114.1", "127.0.0.1", "2001:db8::1", "nonsense"):
        assert (await refused(platform, a_request(platform, address, authorization=bearer))).status == 403
