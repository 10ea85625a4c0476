"""Devices of customers, as push clients report and block them."""

from typing import Any

import pytest

from reelpress.engage.data_api.device import parse_device, parse_order
from reelpress.engage.data_api.faults import DataApiFault
from reelpress.engage.profiles import store
from tests.contract.data_api import DataApi

ACCEPTED = {"status": "success", "message": "Your request has been accepted and will be processed soon."}
MISSING = "MissingAttributeError"


@pytest.fixture
def api(http: Any, server: Any, workspace: Any) -> DataApi:
    return DataApi(http, server.url, workspace)


async def rows(platform: Any) -> dict[str, Any]:
    async with platform.db.connection() as conn:
        found = await conn.fetch("SELECT * FROM profile_devices ORDER BY device_id")
    return {row["device_id"]: row for row in found}


async def test_devices_are_added_updated_and_blocked(api: DataApi, platform: Any) -> None:
    await api.customer("asha")
    phone = {"platform": "android", "push_id": "p-1", "moe_gaid": "gaid-1", "model": "Lantern 4"}
    answer = await api.device("asha", "phone", **phone, nested={"os": {"name": "13"}})
    assert (answer.status, answer.body) == (200, ACCEPTED)
    await api.device("asha", "phone", platform="ANDROID", push_id="p-2", moe_push_opted="True")
    await api.device("asha", "tablet", platform="iOS", push_id="p-3", idfv="idfv-1")
    await api.device("nobody", "watch", platform="iOS", push_id="p-4")
    found = await rows(platform)
    assert {name: (row["platform"], row["push_id"]) for name, row in found.items()} == {
        "phone": ("ANDROID", "p-2"),
        "tablet": ("iOS", "p-3"),
    }
    assert found["phone"]["attributes"] == {
        "moe_gaid": "gaid-1",
        "model": "Lantern 4",
        "nested": {"os": {"name": "13"}},
        "moe_push_opted": "True",
    }

    async def manage(action: str, *devices: dict[str, str], **more: Any) -> set[str]:
        body = {
            "user_identifier_type": "customer_id",
            "user_identifier_value": "asha",
            "action_type": action,
            **({"device_identifiers": list(devices)} if devices else {}),
            **more,
        }
        answer = await api.named("devices/manage", body)
        assert (answer.status, answer.body) == (200, ACCEPTED)
        return {name for name, row in (await rows(platform)).items() if row["blocked_at"] is not None}

    assert await manage("block", {"push_id": "p-2"}, reason="stolen", client_reference_id="case-7") == {
        "phone"
    }
    phone_row = (await rows(platform))["phone"]
    assert (phone_row["block_reason"], phone_row["client_reference_id"]) == ("stolen", "case-7")
    assert await manage("block", {"IDFV": "idfv-1"}) == {"phone", "tablet"}
    assert await manage("unblock", {"GAID": "gaid-1"}) == {"tablet"}
    assert await manage("unblock", {"device_unique_id": "tablet"}) == set()
    assert await manage("block") == {"phone", "tablet"}
    asha = await api.profile("asha")
    assert asha is not None
    by_id = {"user_identifier_type": "id", "user_identifier_value": asha["id"]}
    assert await manage("unblock", **by_id) == set()
    assert await manage("block", user_identifier_value="nobody") == set()


async def test_a_customer_has_at_most_a_thousand_devices(platform: Any, workspace: Any) -> None:
    now = platform.clock.now()
    async with platform.db.transaction() as conn:
        await store.insert(conn, workspace.id, [store.NewRow("a" * 24, "asha", {}, {})], now)

        async def add(*names: str, push_id: str = "p") -> int:
            devices = [store.Device("a" * 24, name, "web", push_id, {}) for name in names]
            await store.upsert_devices(conn, workspace.id, devices, now)
            return await conn.fetchval("SELECT count(*) FROM profile_devices")

        assert await add(*(f"d{n}" for n in range(998))) == 998
        assert await add("d0", "d1", "x1", "x2", "x3") == 1000
        assert await add("x9", "d5", push_id="fresh") == 1000
        assert await conn.fetchval("SELECT push_id FROM profile_devices WHERE device_id = 'd5'") == "fresh"


GOOD = {"platform": "iOS", "push_id": "p"}
DEVICE_FAULTS: list[tuple[dict[str, Any], str, str, str]] = [
    ({"customer_id": None}, MISSING, "customer_id", "'customer_id' is not found in the payload"),
    ({"customer_id": ""}, MISSING, "customer_id", "customer_id can not be empty Unicode String"),
    ({"device_id": None}, MISSING, "device_id", "'device_id' is not found in the payload"),
    ({"attributes": None}, MISSING, "attributes", "'attributes' is not found in the payload"),
    ({"attributes": {"push_id": "p"}}, MISSING, "platform", "'platform' is not found in payload"),
    (
        {"attributes": {**GOOD, "platform": "toaster"}},
        "ValueError",
        "platform",
        "'platform' is not a valid platform.",
    ),
    ({"attributes": {"platform": "iOS"}}, MISSING, "push_id", "'push_id' is not found in payload"),
]
ORDER = {"user_identifier_type": "id", "user_identifier_value": "x", "action_type": "block"}
ONLY = "device identifier can only be in ['moe_gaid', 'push_id', 'unique_id', 'device_unique_id'] "
ORDER_FAULTS: list[tuple[dict[str, Any], str, str, str]] = [
    (
        {"user_identifier_value": None},
        MISSING,
        "user_identifier_value",
        "user_identifier_value is not found in the payload",
    ),
    (
        {"user_identifier_type": None},
        MISSING,
        "user_identifier_type",
        "customer_identifier_type is not found in the payload",
    ),
    ({"action_type": None}, MISSING, "action_type", "Action_type is not found in the payload"),
    (
        {"device_identifiers": []},
        MISSING,
        "device_identifiers",
        "device_identifiers is missing in the payload",
    ),
    ({"device_identifiers": [{"imei": "1"}]}, "ValueError", "device_identifiers", ONLY),
    ({"device_identifiers": ["push"]}, "ValueError", "device_identifiers", ONLY),
    (
        {"device_identifiers": [{"push_id": {}}]},
        "ValueError",
        "device_identifiers",
        "push_id is expected to be String or Unicode String.",
    ),
]


@pytest.mark.parametrize(("changed", "kind", "attribute", "message"), DEVICE_FAULTS)
def test_a_device_that_cannot_be_used_is_refused(
    changed: dict[str, Any], kind: str, attribute: str, message: str
) -> None:
    document = {"type": "device", "customer_id": "asha", "device_id": "d", "attributes": GOOD, **changed}
    with pytest.raises(DataApiFault) as caught:
        parse_device(document)
    fault = caught.value
    assert (fault.status, fault.kind, fault.attribute, fault.message) == (400, kind, attribute, message)


@pytest.mark.parametrize(("changed", "kind", "attribute", "message"), ORDER_FAULTS)
def test_an_order_that_cannot_be_used_is_refused(
    changed: dict[str, Any], kind: str, attribute: str, message: str
) -> None:
    with pytest.raises(DataApiFault) as caught:
        parse_order({**ORDER, **changed})
    fault = caught.value
    assert (fault.status, fault.kind, fault.attribute, fault.message) == (400, kind, attribute, message)


def test_left_out_devices_mean_all_although_the_page_also_calls_them_missing() -> None:
    """The Device Opt-out page contradicts itself: left out is all, empty is the fault."""
    assert parse_order(ORDER).blocking.devices is None


def test_windows_is_a_platform_although_only_a_bulk_example_says_so() -> None:
    document = {"type": "device", "customer_id": "asha", "device_id": "d", "attributes": GOOD}
    (element,) = parse_device({**document, "attributes": {**GOOD, "platform": "Windows"}}).devices
    assert element.platform == "Windows"
