"""Get, merge and delete customers."""

import re
from datetime import timedelta
from typing import Any

import pytest

from reelpress.engage.data_api.export import parse_export
from reelpress.engage.data_api.faults import DataApiFault
from reelpress.engage.data_api.merge import parse_delete, parse_merge
from reelpress.engage.merges import service as merges
from reelpress.engage.merges.service import united
from tests.contract.data_api import DataApi

ACCEPTED = {"status": "success", "message": "Your request has been accepted and will be processed soon."}
MISSING = "MissingAttributeError"


@pytest.fixture
def api(http: Any, server: Any, workspace: Any) -> DataApi:
    return DataApi(http, server.url, workspace)


async def test_customers_are_exported_by_either_id(api: DataApi) -> None:
    await api.customer(
        "asha", {"name": "Asha Rao", "last_name": "Rao", "tier": "gold", "mobile": "+919800000001"}
    )
    asha = await api.profile("asha")
    assert asha is not None
    identifiers = [
        {"identifier_type": "customer_id", "identifier": "asha"},
        {"identifier_type": "customer_id", "identifier": "nobody"},
        {"identifier_type": "id", "identifier": asha["id"]},
        {"identifier_type": "moengage_id", "identifier": "f" * 24},
        {"identifier_type": "id", "identifier": "as\0ha"},
    ]
    fields = ["last_name", "customer_id", "tier", "u_n", "missing"]
    data = {"identifiers": identifiers, "user_fields_to_export": fields}
    answer = await api.named("customers/export", {"data": data})
    chosen = {"last_name": "Rao", "customer_id": "asha", "tier": "gold", "u_n": "Asha Rao", "id": asha["id"]}
    assert (answer.status, answer.body) == (
        200,
        {
            "status": "success",
            "type": "export_users",
            "data": {
                "users_not_found": [
                    {"identifier_type": "customer_id", "identifier": "nobody"},
                    {"identifier_type": "moengage_id", "identifier": "f" * 24},
                    {"identifier_type": "id", "identifier": "asha"},
                ],
                "users": [{"user_attributes": chosen}, {"user_attributes": chosen}],
            },
        },
    )
    everything = (await api.export("asha")).body["data"]["users"][0]["user_attributes"]
    assert everything.pop("created_time") <= everything.pop("last_seen")
    assert everything == {
        "name": "Asha Rao",
        "last_name": "Rao",
        "tier": "gold",
        "mobile": "+919800000001",
        "customer_id": "asha",
        "id": asha["id"],
    }


def pair(merged: str, retained: str) -> dict[str, str]:
    return {"merged_user": merged, "retained_user": retained}


async def merge(api: DataApi, *pairs: dict[str, str]) -> None:
    # As Rudder sends it: without MOE-APPKEY.
    answer = await api.named("customer/merge", {"merge_data": list(pairs)})
    assert (answer.status, answer.body) == (200, {"status": "success", "operation": "created"})


def events_of(profile: dict[str, Any] | None) -> set[str]:
    assert profile is not None
    return {entry["name"] for entry in profile["timeline"] if entry["kind"] == "event"}


async def test_a_merge_moves_everything_and_the_retained_customer_wins(api: DataApi, platform: Any) -> None:
    await api.customer("mail", {"city": "Pune", "tier": "gold", "email": "asha@example.com"})
    await api.customer("phone", {"tier": "silver", "mobile": "+919800000001"})
    await api.device("mail", "tablet", platform="iOS", push_id="p-1")
    await api.device("mail", "phone", platform="iOS", push_id="of-mail")
    await api.device("phone", "phone", platform="iOS", push_id="of-phone")
    old = (platform.clock.now() - timedelta(days=31)).isoformat()
    await api.event("mail", {"action": "Recent"}, {"action": "Old", "current_time": old})
    await merge(api, pair("nobody", "phone"), pair("phone", "phone"), pair("mail", "phone"))
    kept, gone = await api.profile("phone"), await api.profile("mail")
    assert kept is not None
    assert gone is not None
    assert kept["attributes"] == {
        "tier": "silver",
        "u_mb": "+919800000001",
        "city": "Pune",
        "u_em": "asha@example.com",
    }
    assert gone["attributes"] == {}
    assert events_of(kept) == {"Recent", "MOE_USER_MERGE_EVENT"}
    assert events_of(gone) == {"Old", "MOE_USER_MERGED"}
    said = next(one for one in kept["timeline"] if one["name"] == "MOE_USER_MERGE_EVENT")
    assert said["attributes"] == pair("mail", "phone")
    async with platform.db.connection() as conn:
        devices = await conn.fetch("SELECT profile_id, push_id FROM profile_devices ORDER BY push_id")
    assert [tuple(row) for row in devices] == [(kept["id"], "of-phone"), (kept["id"], "p-1")]


async def test_a_merge_is_not_transitive(api: DataApi) -> None:
    await api.event("a", {"action": "Of A"})
    await api.event("b", {"action": "Of B"})
    await api.event("c", {"action": "Of C"})
    await merge(api, pair("a", "b"), pair("b", "c"))
    assert events_of(await api.profile("c")) >= {"Of B", "Of C"}
    assert "Of A" not in events_of(await api.profile("c"))
    assert "Of A" in events_of(await api.profile("b"))


async def test_a_merged_customer_goes_after_a_silent_month_only(api: DataApi, platform: Any) -> None:
    for name in ("silent", "heard", "kept"):
        await api.customer(name, {"x": 1})
    await merge(api, pair("silent", "kept"), pair("heard", "kept"))
    await api.customer("heard", {"back": True})
    await merges.purge(platform)
    assert await api.profile("silent") is not None
    async with platform.db.connection() as conn:
        await conn.execute(
            """
            UPDATE profiles SET merged_at = merged_at - interval '31 days',
                updated_at = updated_at - interval '31 days', last_seen_at = last_seen_at - interval '31 days'
            """
        )
    await merges.purge(platform)
    assert await api.profile("silent") is None
    assert await api.profile("heard") is not None
    assert await api.profile("kept") is not None


def test_a_number_brings_its_sent_form_only_when_it_moves() -> None:
    merged = {"u_mb": "+919800000001", "u_mb_sent": "98000 00001"}
    assert united(merged, {}) == merged
    assert united(merged, {"u_mb": "+919800000002"}) == {"u_mb": "+919800000002"}


async def test_a_deleted_customer_stays_for_the_buffer(
    api: DataApi, platform: Any, settle: Any, subtests: pytest.Subtests
) -> None:
    await api.customer("asha", {"tier": "gold"})
    body = {"identity_type": "customer_id", "identity_value": "asha"}
    answer = await api.named("customer/delete", body)
    assert (answer.status, answer.body) == (200, ACCEPTED)
    await api.customer("asha", {"tier": "silver"})
    await settle()
    profile = await api.profile("asha")
    assert profile is not None
    assert profile["attributes"] == {"tier": "silver"}
    async with platform.db.connection() as conn:
        await conn.execute("UPDATE pgqueuer SET execute_after = now()")
    async with api.http.get(f"{api.url}/api/v1/erasures", headers=api.workspace.headers) as response:
        (listed,) = (await response.json())["erasures"]
    assert (listed["kind"], listed["done_at"], "asha" in str(listed)) == ("delete", None, False)
    await settle()
    assert await api.profile("asha") is None
    with subtests.test("what is gone is not found"):
        answer = await api.named("customer/delete", {**body, "identity_type": "moengage_id"})
        assert answer.status == 400
        assert re.fullmatch(r"[A-Za-z]{8}", answer.error.pop("request_id"))
        assert answer.error == {"type": "Not Found", "message": "User doesn't exists with customer id asha"}
    with subtests.test("the same customer id makes a fresh customer"):
        await api.customer("asha", {"tier": "none"})
        again = await api.profile("asha")
        assert again is not None
        assert again["id"] != profile["id"]


PAIR = pair("a", "b")
ONE = {"identifier_type": "id", "identifier": "x"}
FAULTS: list[tuple[Any, Any, str, str | None, str]] = [
    (parse_export, {}, MISSING, "data", "data is not found in the payload"),
    (parse_export, {"data": {}}, MISSING, "identifiers", "identifiers is not found in the payload"),
    (
        parse_export,
        {"data": {"identifiers": [ONE] * 21}},
        "LimitBreached",
        "users",
        "max limit allowed is 20",
    ),
    (parse_merge, {}, MISSING, "merge_data", "merge_data is not found in the payload"),
    (parse_merge, {"merge_data": [PAIR] * 51}, "LimitBreached", "merge_data", "max limit allowed is 50"),
    (
        parse_merge,
        {"merge_data": [{**PAIR, "merged_user": 7}]},
        MISSING,
        "merged_user",
        "merged_user is expected to be String or Unicode String.",
    ),
    (parse_merge, {"merge_data": [{}]}, MISSING, "merged_user", "merged_user is not found in the payload"),
    (parse_delete, {}, MISSING, "identity_type", "identity_type is not found in the payload"),
    (
        parse_delete,
        {"identity_type": "id"},
        MISSING,
        "identity_value",
        "identity_value is not found in the payload",
    ),
]


@pytest.mark.parametrize(("parse", "document", "kind", "attribute", "message"), FAULTS)
def test_a_body_that_cannot_be_used_is_refused(
    parse: Any, document: Any, kind: str, attribute: str, message: str
) -> None:
    with pytest.raises(DataApiFault) as caught:
        parse(document)
    fault = caught.value
    assert (fault.status, fault.kind, fault.attribute, fault.message) == (400, kind, attribute, message)


def test_a_delete_names_a_type_and_a_value_although_the_schema_lists_identifiers() -> None:
    """Section 8 of the contract: the operation's form is the one that counts."""
    with pytest.raises(DataApiFault):
        parse_delete({"identifiers": [ONE]})
    assert parse_delete({"identity_type": "id", "identity_value": "x"}) == ("id", "x")
