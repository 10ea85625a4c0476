"""What MoEngage's clients send, and what is stored of it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.contract.data_api import DataApi

ACCEPTED = {"status": "success", "message": "Your request has been accepted and will be processed soon."}


@pytest.fixture
def api(http: Any, server: Any, workspace: Any) -> DataApi:
    return DataApi(http, server.url, workspace)


def events_of(profile: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry for entry in profile["timeline"] if entry["kind"] == "event"]


async def test_three_spellings_of_the_workspace_are_one(api: DataApi) -> None:
    spellings = ("/v1/customer/{id}", "/v1/customer/{id}?app_id={id}", "/v1/customer?app_id={id}")
    for number, path in enumerate(spellings):
        body = {"type": "customer", "customer_id": f"asha-{number}", "attributes": {"points": 1}}
        answer = await api.call(path.format(id=api.workspace.id), body)
        assert (answer.status, answer.body) == (200, ACCEPTED)
        assert await api.profile(f"asha-{number}") is not None


async def test_a_customer_is_made_and_later_updated(api: DataApi) -> None:
    await api.customer(
        "asha@example.com", {"first_name": "Asha", "points": 20, "expiry_date": "2020-05-31T03:47:35Z"}
    )
    await api.customer("asha@example.com", {"points": 21.5, "super_user": True, "last_name": None})
    profile = await api.profile("asha@example.com")
    assert profile is not None
    assert profile["attributes"] == {
        "u_fn": "Asha",
        "points": 21.5,
        "expiry_date": "2020-05-31T03:47:35Z",
        "super_user": True,
    }
    assert len(profile["id"]) == 24


async def test_names_of_payloads_become_the_standard_keys(api: DataApi) -> None:
    sent = {
        "name": "A",
        "first_name": "B",
        "last_name": "C",
        "email": "d@example.com",
        "mobile": "+919",
        "gender": "f",
    }
    await api.customer("asha", sent)
    profile = await api.profile("asha")
    assert profile is not None
    assert set(profile["attributes"]) == {"u_n", "u_fn", "u_ln", "u_em", "u_mb", "u_gd"}


async def test_reserved_names_are_left_out(api: DataApi) -> None:
    reserved = (
        "id",
        "_id",
        "",
        "uid",
        "moe_secret",
        "USER_ATTRIBUTE_X",
        "MOE_TIME_FORMAT",
        "status",
        "user_id",
    )
    await api.customer(
        "asha", {**dict.fromkeys(reserved, "x"), "moe_sms_subscription": "yes", "tier": "gold"}
    )
    profile = await api.profile("asha")
    assert profile is not None
    assert profile["attributes"] == {"moe_sms_subscription": "yes", "tier": "gold"}


async def test_platforms_are_taken_from_both_places_and_are_no_attribute(api: DataApi) -> None:
    await api.customer(
        "asha",
        {"platforms": [{"platform": "android", "active": "true"}, "junk"]},
        platforms=[{"platform": "iOS", "active": "false"}],
    )
    profile = await api.profile("asha")
    assert profile is not None
    assert profile["platforms"] == {"ANDROID": True, "iOS": False}
    assert profile["attributes"] == {}


async def test_array_operations_and_removals(api: DataApi) -> None:
    await api.customer(
        "asha", {"tags": ["a", "b"], "whilter_video_url": "https://x.example/v", "whilter_old": "y"}
    )
    await api.customer(
        "asha",
        {"addValueToArrayField": {"tags": ["b", "c"]}, "removeValueFromArrayField": {}},
        unset_attributes=[
            {"type": "prefix", "attr": "whilter_", "case_sensitive": True},
            {"type": "sideways"},
        ],
    )
    await api.customer("asha", {"removeValueFromArrayField": {"tags": ["a"]}})
    profile = await api.profile("asha")
    assert profile is not None
    assert profile["attributes"] == {"tags": ["b", "c"]}


async def test_update_existing_only_makes_nobody(api: DataApi) -> None:
    for only in (True, "true", "True"):
        answer = await api.customer("asha", {"tier": "gold"}, update_existing_only=only)
        assert (answer.status, answer.body) == (200, ACCEPTED)
        assert await api.profile("asha") is None
    await api.customer("asha", {"tier": "gold"}, update_existing_only="false")
    await api.customer("asha", {"tier": "platinum"}, update_existing_only="true")
    profile = await api.profile("asha")
    assert profile is not None
    assert profile["attributes"] == {"tier": "platinum"}


async def test_a_moengage_id_as_customer_id_is_its_profile(api: DataApi) -> None:
    await api.customer("asha", {"first_name": "Asha"})
    profile = await api.profile("asha")
    assert profile is not None
    await api.customer(profile["id"], {"whilter_video_url": "https://m.example/v"})
    await api.event(profile["id"].upper(), {"action": "Media Ready"})
    updated = await api.profile("asha")
    assert updated is not None
    assert updated["attributes"]["whilter_video_url"] == "https://m.example/v"
    assert [entry["name"] for entry in events_of(updated)] == ["Media Ready"]
    assert await api.profile(profile["id"]) is None


async def test_a_customer_who_is_really_called_like_that_comes_first(api: DataApi, platform: Any) -> None:
    await api.customer("asha", {})
    asha = await api.profile("asha")
    assert asha is not None
    await api.customer("ravi", {})
    async with platform.db.connection() as conn:
        await conn.execute("UPDATE profiles SET customer_id = $1 WHERE customer_id = 'ravi'", asha["id"])
    await api.customer(asha["id"], {"tier": "gold"})
    ravi = await api.profile(asha["id"])
    assert ravi is not None
    assert ravi["attributes"] == {"tier": "gold"}


async def test_user_identifiers_name_a_customer_without_an_id(api: DataApi) -> None:
    by_mobile = {
        "type": "event",
        "user_identifiers": {"moe_mobile": "+919800000001"},
        "actions": [{"action": "Visit"}],
    }
    path = f"/v1/event/{api.workspace.id}"
    answers = await asyncio.gather(*(api.call(path, by_mobile) for _ in range(8)))
    assert {answer.status for answer in answers} == {200}
    customer = {"type": "customer", "attributes": {"moe_mobile": "+919800000001", "first_name": "Asha"}}
    assert (await api.call(f"/v1/customer/{api.workspace.id}", customer)).status == 200
    async with api.http.get(
        f"{api.url}/api/v1/profiles", params={"query": "+9198"}, headers=api.workspace.headers
    ) as answer:
        page = await answer.json()
    assert [one["attributes"] for one in page["profiles"]] == [{"u_mb": "+919800000001", "u_fn": "Asha"}]


async def test_an_event_makes_its_customer_and_keeps_what_it_carries(api: DataApi) -> None:
    action = {
        "action": "Added to cart",
        "attributes": {
            "product_name": "Shoe",
            "price": 3999,
            "id": "sku-1",
            "arraySupport": ["abc"],
            "note": None,
        },
        "platform": "Android",
        "app_version": "1.2.3",
        "user_time": "1708939453396",
        "current_time": "1708939453396",
    }
    answer = await api.event("asha", action, {"action": "Purchase"}, device_id="phone")
    assert (answer.status, answer.body) == (200, ACCEPTED)
    profile = await api.profile("asha")
    assert profile is not None
    latest, earlier = events_of(profile)
    assert latest["name"] == "Purchase"
    assert earlier["at"] == "2024-02-26T09:24:13.396000+00:00"
    assert earlier["attributes"] == {
        "product_name": "Shoe",
        "price": 3999,
        "id": "sku-1",
        "arraySupport": ["abc"],
    }


async def test_an_event_of_the_future_is_not_stored(api: DataApi) -> None:
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert (await api.event("asha", {"action": "Early", "current_time": later})).status == 200
    profile = await api.profile("asha")
    assert profile is not None
    assert events_of(profile) == []


async def test_a_delivery_that_is_repeated_under_its_key_counts_once(api: DataApi) -> None:
    body = {"type": "event", "customer_id": "asha", "actions": [{"action": "Media Ready"}]}
    for key in ("one", "one", "two"):
        await api.call(f"/v1/event/{api.workspace.id}", body, headers={"Idempotency-Key": key})
    profile = await api.profile("asha")
    assert profile is not None
    assert len(events_of(profile)) == 2


async def test_bulk_takes_customers_devices_and_events_together(api: DataApi, platform: Any) -> None:
    answer = await api.bulk(
        {"type": "event", "customer_id": "asha", "actions": [{"action": "Purchase"}, {"action": "Review"}]},
        {"type": "customer", "customer_id": "asha", "attributes": {"first_name": "Asha"}},
        {"type": "customer", "customer_id": "asha", "attributes": {"last_name": "Rao"}},
        {"type": "customer", "customer_id": "ravi", "attributes": {}, "update_existing_only": True},
        {
            "type": "device",
            "customer_id": "asha",
            "device_id": "d1",
            "attributes": {"platform": "Windows", "push_id": "p1", "brand": "Mi"},
        },
        {
            "type": "device",
            "customer_id": "asha",
            "device_id": "d1",
            "attributes": {"platform": "ANDROID", "push_id": "p2"},
        },
        {
            "type": "device",
            "customer_id": "nobody",
            "device_id": "d2",
            "attributes": {"platform": "ANDROID", "push_id": "p3"},
        },
    )
    assert (answer.status, answer.body) == (200, ACCEPTED)
    profile = await api.profile("asha")
    assert profile is not None
    assert profile["attributes"] == {"u_fn": "Asha", "u_ln": "Rao"}
    assert {entry["name"] for entry in events_of(profile)} == {"Purchase", "Review"}
    assert await api.profile("ravi") is None
    assert await api.profile("nobody") is None
    async with platform.db.connection() as conn:
        devices = await conn.fetch("SELECT device_id, platform, push_id FROM profile_devices")
    assert [tuple(row) for row in devices] == [("d1", "ANDROID", "p2")]


async def test_an_event_of_the_same_call_makes_nobody_exist_for_update_existing_only(api: DataApi) -> None:
    await api.bulk(
        {
            "type": "customer",
            "customer_id": "ravi",
            "attributes": {"tier": "gold"},
            "update_existing_only": True,
        },
        {"type": "event", "customer_id": "ravi", "actions": [{"action": "Visit"}]},
        {"type": "customer", "customer_id": "asha", "attributes": {}},
        {"type": "customer", "customer_id": "asha", "attributes": {"a": 1}, "update_existing_only": True},
    )
    ravi, asha = await api.profile("ravi"), await api.profile("asha")
    assert ravi is not None
    assert asha is not None
    assert ravi["attributes"] == {}
    assert asha["attributes"] == {"a": 1}


async def test_bulk_leaves_out_an_element_with_a_faulty_value_and_takes_the_rest(api: DataApi) -> None:
    both = {"addValueToArrayField": {"a": ["x"]}, "removeValueFromArrayField": {"a": ["y"]}}
    answer = await api.bulk(
        {"type": "customer", "customer_id": "guest", "attributes": {}},
        {"type": "customer", "customer_id": "ravi", "attributes": both},
        {"type": "device", "customer_id": "asha", "device_id": "d1", "attributes": {"platform": "ANDROID"}},
        {"type": "customer", "customer_id": "asha", "attributes": {"first_name": "Asha"}},
    )
    assert (answer.status, answer.body) == (200, ACCEPTED)
    assert await api.profile("asha") is not None
    assert await api.profile("ravi") is None


NAMES = (
    'O\'Brien "{{7*7}}" <b>&',
    "\u202eevil",
    "आशा",
    "அகிலா",
    "ليلى",
    "👩🏽‍🚀",
    "a" * 60,
    "Robert'); DROP TABLE profiles;--",
)


async def test_hostile_and_foreign_names_come_back_as_they_were(
    api: DataApi, subtests: pytest.Subtests
) -> None:
    for name in NAMES:
        with subtests.test(name=name):
            await api.customer(name, {"first_name": name, name: name})
            profile = await api.profile(name)
            assert profile is not None
            assert profile["attributes"] == {"u_fn": name, name: name}


async def test_zero_bytes_are_taken_out_everywhere(api: DataApi) -> None:
    await api.customer(
        "as\0ha", {"tier\0": "go\0ld", "list": ["a\0"], "map": {"k\0": "v\0", "deep": {"x": {"y": "\0"}}}}
    )
    await api.event(
        "asha", {"action": "Visit\0", "attributes": {"a\0": "b\0"}, "platform": "web\0"}, device_id="d\0"
    )
    profile = await api.profile("asha")
    assert profile is not None
    assert profile["attributes"]["tier"] == "gold"
    assert events_of(profile)[0]["attributes"] == {"a": "b"}


async def test_two_calls_at_once_make_one_profile(api: DataApi) -> None:
    calls = [api.customer("asha", {f"a{n}": n}) for n in range(10)]
    answers = await asyncio.gather(*calls, *(api.event("asha", {"action": "Visit"}) for _ in range(10)))
    assert {answer.status for answer in answers} == {200}
    profile = await api.profile("asha")
    assert profile is not None
    assert len(profile["attributes"]) == 10
    assert len(events_of(profile)) == 10


async def test_overlapping_bulk_calls_never_wait_in_a_circle(api: DataApi) -> None:
    people = [f"person-{n}" for n in range(40)]

    def elements(order: list[str], mark: str) -> list[dict[str, Any]]:
        return [
            element
            for person in order
            for element in (
                {"type": "customer", "customer_id": person, "attributes": {mark: mark, f"only-{person}": 1}},
                {"type": "event", "customer_id": person, "actions": [{"action": f"{mark}-{person}"}]},
            )
        ]

    answers = await asyncio.gather(
        *(api.bulk(*elements(people[::step], f"m{n}")) for n, step in enumerate([1, -1, 2, -2, 3, -3, 1, -1]))
    )
    assert {answer.status for answer in answers} == {200}
