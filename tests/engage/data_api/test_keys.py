"""Data API keys: shown once, stored as hashes, revocable."""

from typing import Any

from reelpress.engage.data_api import keys
from reelpress.platform.auth import Role
from reelpress.platform.auth.service import create_token, create_workspace
from reelpress.platform.context import Platform
from tests.contract.data_api import DataApi, basic


async def test_a_key_made_over_http_opens_the_workspace_until_it_is_revoked(
    server: Any, http: Any, workspace: Any
) -> None:
    api = DataApi(http, server.url, workspace)
    url = f"{server.url}/api/v1/data-keys"
    async with http.post(url, json={"label": "shop"}, headers=workspace.headers) as answer:
        made = await answer.json()
        assert answer.status == 201
    headers: dict[str, str | None] = {"Authorization": basic(workspace.id, made["secret"])}
    body = {"type": "customer", "customer_id": "asha"}
    assert (await api.call(f"/v1/customer/{workspace.id}", body, headers=headers)).status == 200

    async with http.get(url, headers=workspace.headers) as answer:
        text = await answer.text()
    assert "shop" in text
    assert made["secret"] not in text
    assert made["secret"].endswith(made["hint"])

    for _ in range(2):
        async with http.post(f"{url}/{made['id']}/revoke", headers=workspace.headers) as answer:
            assert (await answer.json())["revoked_at"] is not None
    assert (await api.call(f"/v1/customer/{workspace.id}", body, headers=headers)).status == 401
    assert (await api.customer("asha")).status == 200


async def test_a_marketer_may_see_keys_but_not_make_or_revoke_them(
    server: Any, http: Any, platform: Platform, workspace: Any
) -> None:
    async with platform.db.transaction() as conn:
        token = await create_token(conn, platform, workspace.id, "marketer", Role.marketer)
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{server.url}/api/v1/data-keys"
    async with http.get(url, headers=headers) as answer:
        key_id = (await answer.json())["data_keys"][0]["id"]
    for path in (url, f"{url}/{key_id}/revoke"):
        async with http.post(path, json={"label": "mine"}, headers=headers) as answer:
            assert answer.status == 403


async def test_a_key_opens_its_own_workspace_only(platform: Platform, workspace: Any) -> None:
    async with platform.db.transaction() as conn:
        other = await create_workspace(conn, "Other", "UTC")
        secret = await keys.create_data_key(conn, platform.keys, other.id, "first")
        own = await keys.check(conn, platform.keys, other.id, secret)
        foreign = await keys.check(conn, platform.keys, workspace.id, secret)
    assert own is not None
    assert own.opens
    assert foreign is not None
    assert not foreign.opens


async def test_the_secret_is_nowhere_in_the_database(platform: Platform, workspace: Any) -> None:
    async with platform.db.connection() as conn:
        rows = await conn.fetch("SELECT data_keys::text AS row FROM data_keys")
    assert rows
    assert all(workspace.data_key not in row["row"] for row in rows)
