"""Every request that the contract's documents show, in our own words: status, and shape of the answer."""

import json
from typing import Any

import pytest

from tests.contract.data_api import DataApi

ACCEPTED = {"status": "success", "message": "Your request has been accepted and will be processed soon."}


@pytest.fixture
def api(http: Any, server: Any, workspace: Any) -> DataApi:
    return DataApi(http, server.url, workspace)


def customer(customer_id: str | None, **attributes: Any) -> dict[str, Any]:
    named = {} if customer_id is None else {"customer_id": customer_id}
    return {"type": "customer", **named, "attributes": attributes}


def event(customer_id: str, *actions: dict[str, Any]) -> dict[str, Any]:
    return {"type": "event", "customer_id": customer_id, "actions": list(actions)}


def device(customer_id: str, **attributes: Any) -> dict[str, Any]:
    return {"type": "device", "customer_id": customer_id, "device_id": customer_id, "attributes": attributes}


def bulk(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "transition", "elements": list(elements)}


ON_ANDROID = [{"platform": "ANDROID", "active": "true"}]
MERGE = {"merge_data": [{"merged_user": "mira@example.com", "retained_user": "mira"}]}
BY_MOBILE = {
    "type": "event",
    "user_identifiers": {"moe_mobile": "+919800000005"},
    "actions": [
        {
            "action": "lamp_chosen",
            "attributes": {"lamp": "Brass", "moe_os_type": "Xbox", "tags": ["warm", "small"]},
            "platform": "TV",
            "app_version": "3.1",
            "user_time": "1710740192",
            "current_time": "1710740192",
        }
    ],
}

DOCUMENTED: list[tuple[str, str, dict[str, Any], Any]] = [
    (
        "track user",
        "customer",
        customer("mira@example.com", name="Mira Sen", first_name="Mira", platforms=ON_ANDROID),
        ACCEPTED,
    ),
    (
        "track user, dates",
        "customer",
        {
            **customer(
                "mira@example.com",
                lamps=20,
                warranty="2020-05-31T03:47:35Z",
                collector=True,
                kind="browser",
                platforms=ON_ANDROID,
            ),
            "update_existing_only": True,
        },
        ACCEPTED,
    ),
    (
        "track user, arrays",
        "customer",
        customer(
            "mira",
            removeValueFromArrayField={},
            addValueToArrayField={"rooms": ["hall", "attic"], "shades": ["red"], "codes": ["123"]},
            platforms=[{"platform": "iOS", "active": "true"}],
        ),
        ACCEPTED,
    ),
    (
        "track event",
        "event",
        event(
            "mira",
            {
                "action": "LampAdded",
                "attributes": {"lamp": "Desk", "colour": "Black", "Maker": "Lantern"},
                "platform": "Android",
                "app_version": "1.2.3",
                "user_time": "1708939453396",
                "current_time": "1708939453396",
            },
        ),
        ACCEPTED,
    ),
    (
        "track event, dates",
        "event",
        event(
            "mira@example.com",
            {
                "action": "Visit Booked",
                "attributes": {"price": 39, "on": "2019-05-21T03:47:35Z", "window_seat": True},
                "platform": "iOS",
                "current_time": 1433837969,
                "user_timezone_offset": 19800,
            },
        ),
        ACCEPTED,
    ),
    ("track event, identifiers", "event", BY_MOBILE, ACCEPTED),
    ("track device", "device", device("mira", platform="ANDROID", push_id="push-1", model="L4"), ACCEPTED),
    (
        "bulk",
        "transition",
        bulk(
            customer("bo", name="Bo", platforms=[{"platform": "iOS", "active": "true"}]),
            customer("cy", name="Cy", platforms=[{"platform": "web", "active": "true"}]),
            device("bo", brand="Lantern", platform="{{platform}}", push_id="push-2"),
            event("bo", {"action": "Lit", "attributes": {"lamp": "Desk"}, "platform": "{{platform}}"}),
            event("dee", {"action": "Lit", "user_time": "1712567385726", "current_time": "1712567385726"}),
        ),
        ACCEPTED,
    ),
    (
        "bulk, Windows",
        "transition",
        bulk(
            customer("ed", rooms=["hall", "attic"]),
            device("ed", brand="Mi", platform="Windows", push_id="push-3"),
            event("ed", {"action": "Lit", "platform": "Windows", "app_version": "581"}),
        ),
        ACCEPTED,
    ),
    (
        "bulk, identifiers",
        "transition",
        bulk(
            customer(None, moe_mobile="+919800000006", first_name="Fay"),
            {**BY_MOBILE, "user_identifiers": {"moe_mobile": "+919800000006"}},
        ),
        ACCEPTED,
    ),
    (
        "get user",
        "customers/export",
        {
            "data": {
                "identifiers": [
                    {"identifier_type": "customer_id", "identifier": "mira"},
                    {"identifier_type": "id", "identifier": "62e79fb15ada55a123b987bb"},
                ],
                "user_fields_to_export": ["last_name", "customer_id", "name"],
            }
        },
        None,
    ),
    ("merge users", "customer/merge", MERGE, {"status": "success", "operation": "created"}),
    (
        "device opt-out",
        "devices/manage",
        {
            "user_identifier_type": "customer_id",
            "user_identifier_value": "mira",
            "action_type": "block",
            "reason": "lost",
            "client_reference_id": "r-1",
            "device_identifiers": [{"push_id": "push-1"}],
        },
        ACCEPTED,
    ),
    (
        "delete user",
        "customer/delete",
        {"identity_type": "customer_id", "identity_value": "mira"},
        ACCEPTED,
    ),
    (
        "erasure",
        "opengdpr_requests",
        {
            "request_type": "erasure",
            "submitted_time": "2018-10-05T15:00:00Z",
            "identities": [{"identity_type": "email", "identity_value": "nobody@example.com"}],
            "api_version": "1.0",
        },
        None,
    ),
]


async def test_what_the_documents_show_is_accepted(api: DataApi, subtests: pytest.Subtests) -> None:
    answers: dict[str, Any] = {}
    for name, call, body, expected in DOCUMENTED:
        with subtests.test(name=name):
            answer = await api.named(call, body)
            assert answer.status == 200
            assert expected is None or answer.body == expected
            answers[name] = answer.body
    got = answers["get user"]
    assert (got["status"], got["type"]) == ("success", "export_users")
    assert [one["identifier"] for one in got["data"]["users_not_found"]] == ["62e79fb15ada55a123b987bb"]
    (user,) = got["data"]["users"]
    assert user["user_attributes"].keys() == {"customer_id", "id"}
    assert len(answers["erasure"].pop("request_id")) == 36
    assert answers["erasure"] == ACCEPTED
    found = [await api.profile(name) for name in ("mira", "bo", "cy", "dee", "ed")]
    assert None not in found
    mira = found[0]
    assert mira is not None
    assert mira["attributes"] == {
        "rooms": ["hall", "attic"],
        "shades": ["red"],
        "codes": ["123"],
        "u_n": "Mira Sen",
        "u_fn": "Mira",
        "lamps": 20,
        "warranty": "2020-05-31T03:47:35Z",
        "collector": True,
        "kind": "browser",
    }
    # Her visit of 2015 is too old to move with the merge.
    names = {one["name"] for one in mira["timeline"] if one["kind"] == "event"}
    assert names == {"LampAdded", "MOE_USER_MERGE_EVENT"}


TOLERATED: list[tuple[str, str, dict[str, Any]]] = [
    (
        "lower-case platform, nested device attributes",
        "device",
        device("t", platform="android", push_id="p", os={"name": "13"}),
    ),
    ("flattened names", "customer", customer("t", **{"products[0].brand": "L", "company.id": "c"})),
    ("nested objects", "customer", customer("t", company={"id": "c", "size": 7})),
    ("dates of browsers", "customer", customer("t", createdAt="Thu Mar 24 2016 17:46:45 GMT+0000 (UTC)")),
    ("no attributes", "customer", customer("t")),
    (
        "an offset and fractions of a second",
        "event",
        event("t", {"action": "A", "attributes": {}, "current_time": "2024-05-31T16:33:35.123+05:30"}),
    ),
    ("flags as text", "customer", {**customer("t"), "update_existing_only": "true"}),
    ("flags as flags", "customer", {**customer("t"), "update_existing_only": False}),
]


async def test_what_real_clients_send_is_tolerated(api: DataApi, subtests: pytest.Subtests) -> None:
    await api.customer("t")
    for name, call, body in TOLERATED:
        with subtests.test(name=name):
            path = f"/v1/{call}/{api.workspace.id}?app_id={api.workspace.id}"
            answer = await api.call(path, body)
            # A client takes 200 with `fail` for a failure.
            assert (answer.status, answer.body["status"]) == (200, "success")
    profile = await api.profile("t")
    assert profile is not None
    assert profile["attributes"] == {
        "products[0].brand": "L",
        "company.id": "c",
        "company": {"id": "c", "size": 7},
        "createdAt": "Thu Mar 24 2016 17:46:45 GMT+0000 (UTC)",
    }
    (told,) = [one for one in profile["timeline"] if one["kind"] == "event"]
    assert told["at"] == "2024-05-31T11:03:35.123000+00:00"


async def test_a_bulk_call_is_refused_for_its_envelope_only(api: DataApi) -> None:
    """Section 8 of the contract: `always 200` beside a list of 400s."""
    answer = await api.bulk(customer("a"), {"type": "device", "customer_id": "a", "attributes": {}})
    assert answer.status == 200
    answer = await api.bulk()
    assert (answer.status, answer.error["message"]) == (400, "elements cannot be empty array")
    assert json.dumps(answer.body)
