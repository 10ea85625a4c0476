"""Attributes that a workspace activates name its customers where a call has no customer id."""

import asyncio
from typing import Any

import pytest

from reelpress.engage.identifiers.store import make_index
from reelpress.engage.profiles.store import ids_by_identifiers
from reelpress.platform.context import Platform
from tests.contract.data_api import DataApi


@pytest.fixture
def api(http: Any, server: Any, workspace: Any) -> DataApi:
    return DataApi(http, server.url, workspace)


async def set_identifiers(api: DataApi, *names: str) -> tuple[int, Any]:
    url, body = f"{api.url}/api/v1/identifiers", {"identifiers": list(names)}
    async with api.http.put(url, json=body, headers=api.workspace.headers) as answer:
        return answer.status, await answer.json()


async def shown(api: DataApi) -> Any:
    async with api.http.get(f"{api.url}/api/v1/identifiers", headers=api.workspace.headers) as answer:
        return (await answer.json())["identifiers"]


async def customer(api: DataApi, **attributes: Any) -> Any:
    return await api.call(f"/v1/customer/{api.workspace.id}", {"type": "customer", "attributes": attributes})


async def event(api: DataApi, name: str, **identifiers: Any) -> Any:
    body = {"type": "event", "user_identifiers": identifiers, "actions": [{"action": name}]}
    return await api.call(f"/v1/event/{api.workspace.id}", body)


async def acts(platform: Platform) -> list[tuple[str | None, str]]:
    """(customer id, event) in order."""
    async with platform.db.connection() as conn:
        rows = await conn.fetch(
            "SELECT p.customer_id, e.name FROM events e JOIN profiles p ON p.id = e.profile_id ORDER BY e.id"
        )
    return [(row["customer_id"], row["name"]) for row in rows]


async def test_before_it_is_activated_an_attribute_names_nobody(api: DataApi) -> None:
    for answer in (await customer(api, loyalty_id="L-1"), await event(api, "Visit", loyalty_id="L-1")):
        assert answer.status == 400
        assert answer.error["message"] == "customer_id is not found in the payload"


async def test_activated_it_finds_and_makes_customers(api: DataApi, platform: Platform) -> None:
    await api.customer("asha", {"loyalty_id": "L-1"})
    assert await set_identifiers(api, "loyalty_id") == (200, {"identifiers": ["u_em", "u_mb", "loyalty_id"]})
    assert (await event(api, "Visit", loyalty_id="L-1")).status == 200
    assert (await customer(api, loyalty_id="L-2", first_name="Ravi")).status == 200
    assert (await event(api, "Visit", loyalty_id="L-2")).status == 200
    bulk = {"type": "transition", "elements": [
        {"type": "event", "user_identifiers": {"loyalty_id": "L-1"}, "actions": [{"action": "Bulk"}]},
    ]}  # fmt: skip
    assert (await api.call(f"/v1/transition/{api.workspace.id}", bulk)).status == 200
    assert await acts(platform) == [("asha", "Visit"), (None, "Visit"), ("asha", "Bulk")]
    async with platform.db.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM profiles") == 2


async def test_values_are_compared_exactly_and_the_last_seen_of_several_is_meant(
    api: DataApi, platform: Platform
) -> None:
    await set_identifiers(api, "loyalty_id")
    await api.customer("first", {"loyalty_id": "same"})
    await api.customer("second", {"loyalty_id": "same"})
    await api.event("first", {"action": "Seen"})
    await event(api, "Visit", loyalty_id="same")
    await event(api, "Other", loyalty_id="SAME")
    assert await acts(platform) == [("first", "Seen"), ("first", "Visit"), (None, "Other")]
    assert (await shown(api))[2] == {"key": "loyalty_id", "shared_values": 1}


async def test_many_who_bring_the_same_new_identifier_at_once_are_one_customer(
    api: DataApi, platform: Platform
) -> None:
    await set_identifiers(api, "loyalty_id")
    answers = await asyncio.gather(*(event(api, "Visit", loyalty_id="L-9") for _ in range(8)))
    assert {answer.status for answer in answers} == {200}
    async with platform.db.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM profiles") == 1


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["a", "b", "c", "d"], "at most 5"),
        (["x'); DROP TABLE profiles; --"], "letters"),
        (["u_fn"], "cannot name a customer"),
        (["uid"], "cannot name a customer"),
        (["moe_x"], "cannot name a customer"),
    ],
)
async def test_what_cannot_be_an_identifier_is_refused(api: DataApi, names: list[str], words: str) -> None:
    status, answer = await set_identifiers(api, *names)
    assert (status, answer["error"]["field"]) == (400, "identifiers")
    assert words in answer["error"]["message"]


async def test_there_is_no_way_back(api: DataApi) -> None:
    await set_identifiers(api, "loyalty_id")
    status, answer = await set_identifiers(api, "pan_number")
    assert (status, answer["error"]["code"]) == (409, "irreversible")
    assert (await set_identifiers(api, "loyalty_id", "pan_number"))[0] == 200
    assert [one["key"] for one in await shown(api)] == ["u_em", "u_mb", "loyalty_id", "pan_number"]


async def test_an_identifier_is_found_by_its_index(api: DataApi, platform: Platform, settle: Any) -> None:
    await set_identifiers(api, "loyalty_id")
    await settle()
    async with platform.db.connection() as conn:
        await make_index(conn, "loyalty_id")  # again: nothing
        await conn.execute("SET enable_seqscan = off")
        await conn.execute("SET enable_bitmapscan = off")
        await ids_by_identifiers(conn, api.workspace.id, {"loyalty_id": ["L-1"], "u_em": ["a@example.com"]})
        plan = await conn.fetch(
            "EXPLAIN SELECT id FROM profiles WHERE workspace_id = $1 AND attributes ? 'loyalty_id' "
            "AND attributes ->> 'loyalty_id' = ANY($2::text[])",
            api.workspace.id,
            ["L-1"],
        )
        await conn.execute("RESET ALL")
    assert "profiles_identifier_" in str(plan)


async def test_only_an_admin_activates(api: DataApi) -> None:
    async with api.http.put(f"{api.url}/api/v1/identifiers", json={"identifiers": []}) as answer:
        assert answer.status == 401
