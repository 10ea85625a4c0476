"""Three hundred bodies that are wrong in some way: each gets a documented refusal, and nothing is stored."""

import copy
import json
import random
import re
from typing import Any

import pytest

from tests.contract.data_api import DataApi

SEED = 20_240_917
BODIES = 300
TYPES = {
    "MissingAttributeError",
    "ArrayFieldError",
    "AttributeError",
    "ValueError",
    "Malformed JSON",
    "Body type is not JSON",
    "LimitBreached",
    "Not Found",
}
GONE = object()
NO_TEXT: list[Any] = [GONE, None, {}, [], True, 1.5]
NO_OBJECT: list[Any] = [7, "x", [1], True]
NO_LIST: list[Any] = [GONE, None, [], {}, "x", 7]
IDENTIFIER = {"identifier_type": "id", "identifier": "x"}
ACTION = {"action": "Lit", "attributes": {}}
DEVICE = {
    "type": "device",
    "customer_id": "fuzz",
    "device_id": "d",
    "attributes": {"platform": "iOS", "push_id": "p"},
}
CUSTOMER = {"type": "customer", "customer_id": "fuzz", "attributes": {"tier": "gold"}}
EVENT = {"type": "event", "customer_id": "fuzz", "actions": [ACTION]}
CUSTOMER_IDS = [*NO_TEXT, "", "  ", "guest", "NULL", "-1", 0, "x" * 513]

# A good body, and for paths in it the values that spoil it.
CALLS: dict[str, tuple[dict[str, Any], dict[tuple[str | int, ...], list[Any]]]] = {
    "customer": (
        CUSTOMER,
        {
            ("type",): [GONE, None, "Customer", 7, "event"],
            ("customer_id",): CUSTOMER_IDS,
            ("attributes",): NO_OBJECT,
            ("attributes", "addValueToArrayField"): ["x", 7, ["a"]],
        },
    ),
    "event": (
        EVENT,
        {
            ("type",): [GONE, "Event"],
            ("customer_id",): CUSTOMER_IDS,
            ("actions",): NO_LIST,
            ("actions", 0): ["x", None, 7, [], {}],
            ("actions", 0, "action"): [GONE, None, "", " ", 7, {}],
            ("actions", 0, "attributes"): NO_OBJECT,
        },
    ),
    "device": (
        DEVICE,
        {
            ("customer_id",): CUSTOMER_IDS,
            ("device_id",): [GONE, None, "", {}],
            ("attributes",): [GONE, None, *NO_OBJECT, {}],
            ("attributes", "platform"): [GONE, None, "toaster", {}],
            ("attributes", "push_id"): [GONE, None, "", []],
        },
    ),
    "transition": (
        {"type": "transition", "elements": [CUSTOMER, EVENT, DEVICE]},
        {
            ("type",): [GONE, "bulk"],
            ("elements",): NO_LIST,
            ("elements", 0): ["x", None, [], {}, {"type": "page"}],
            ("elements", 0, "customer_id"): [GONE, None, "", {}],
            ("elements", 1, "actions"): NO_LIST,
            ("elements", 1, "actions", 0, "action"): [GONE, "", 7],
        },
    ),
    "customers/export": (
        {"data": {"identifiers": [IDENTIFIER]}},
        {
            ("data",): [GONE, None, *NO_OBJECT],
            ("data", "identifiers"): [*NO_LIST, [IDENTIFIER] * 21, ["x"]],
            ("data", "identifiers", 0, "identifier"): NO_TEXT,
            ("data", "identifiers", 0, "identifier_type"): [*NO_TEXT, "email"],
            ("data", "user_fields_to_export"): ["x", {}, 7],
        },
    ),
    "customer/merge": (
        {"merge_data": [{"merged_user": "a", "retained_user": "b"}]},
        {
            ("merge_data",): [*NO_LIST, ["x"], [{"merged_user": "a", "retained_user": "b"}] * 51],
            ("merge_data", 0, "merged_user"): [*NO_TEXT, 7],
            ("merge_data", 0, "retained_user"): [*NO_TEXT, 7],
        },
    ),
    "customer/delete": (
        {"identity_type": "customer_id", "identity_value": "nobody"},
        {("identity_type",): [*NO_TEXT, "email"], ("identity_value",): [*NO_TEXT, "", "nobody"]},
    ),
    "devices/manage": (
        {"user_identifier_type": "id", "user_identifier_value": "x", "action_type": "block"},
        {
            ("user_identifier_type",): [*NO_TEXT, "shoe"],
            ("user_identifier_value",): [*NO_TEXT, ""],
            ("action_type",): [*NO_TEXT, "Block"],
            ("device_identifiers",): [[], {}, "x", [{"imei": "1"}], [7], [{}]],
        },
    ),
    "opengdpr_requests": (
        {
            "request_type": "erasure",
            "submitted_time": "2018-10-05T15:00:00Z",
            "identities": [{"identity_type": "email", "identity_value": "fuzz@example.com"}],
            "api_version": "1.0",
        },
        {
            ("request_type",): [*NO_TEXT, "access"],
            ("submitted_time",): NO_TEXT,
            ("identities",): [*NO_LIST, ["x"]],
            ("identities", 0, "identity_type"): [*NO_TEXT, "shoe"],
            ("identities", 0, "identity_value"): [*NO_TEXT, ""],
        },
    ),
    "integrations/cohortsync": (
        {
            "action": "add_members",
            "partner": "p",
            "parameters": {"cohort_name": "c", "cohort_id": "c", "members": [{"uid": "fuzz"}]},
        },
        {
            ("action",): [*NO_TEXT, "swap"],
            ("partner",): NO_TEXT,
            ("parameters",): [GONE, None, *NO_OBJECT],
            ("parameters", "cohort_name"): [*NO_TEXT, ".x", "a|b"],
            ("parameters", "members"): [GONE, None, {}, "x", 7],
        },
    ),
}


@pytest.fixture
def api(http: Any, server: Any, workspace: Any) -> DataApi:
    return DataApi(http, server.url, workspace)


def spoiled(body: dict[str, Any], path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """The body with one place changed or taken out."""
    result = copy.deepcopy(body)
    place: Any = result
    for step in path[:-1]:
        place = place[step]
    if value is GONE:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return result


def broken(text: bytes, chance: random.Random) -> bytes:
    """Bytes that are no JSON object."""
    cut = chance.randrange(1, len(text))
    kinds = [
        text[:cut],
        text[:cut] + b"\xff" + text[cut:],
        text + b"}",
        b"[" + text + b"]",
        text[:-1] + b', "x": NaN}',
        text[:-1] + b', "x": 1e999}',
        b"\xef\xbb\xbf" + text,
        text.decode().encode("utf-16"),
    ]
    return chance.choice(kinds)


def generated() -> list[tuple[str, bytes]]:
    chance = random.Random(SEED)
    found: list[tuple[str, bytes]] = []
    while len(found) < BODIES:
        call = chance.choice(list(CALLS))
        body, places = CALLS[call]
        if chance.random() < 0.25:
            found.append((call, broken(json.dumps(body).encode(), chance)))
            continue
        path = chance.choice(list(places))
        found.append((call, json.dumps(spoiled(body, path, chance.choice(places[path]))).encode()))
    return found


async def counts(platform: Any) -> dict[str, int]:
    """Rows of every table."""
    async with platform.db.connection() as conn:
        tables = await conn.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {
            row["tablename"]: await conn.fetchval(f"SELECT count(*) FROM {row['tablename']}")
            for row in tables
        }


async def test_a_wrong_body_is_refused_and_leaves_nothing(api: DataApi, platform: Any) -> None:
    before = await counts(platform)
    wrong: list[str] = []
    for call, raw in generated():
        answer = await api.call(f"/v1/{call}?app_id={api.workspace.id}", raw=raw)
        error = answer.body.get("error", {})
        if (
            answer.status != 400
            or answer.body["status"] != "fail"
            or error.get("type") not in TYPES
            or not re.fullmatch(r"[A-Za-z]{8}", error["request_id"])
        ):
            wrong.append(f"{call} {raw!r}: {answer.status} {answer.body}")
    assert wrong == []
    assert await counts(platform) == before


async def test_the_bodies_are_good_before_they_are_spoiled(api: DataApi) -> None:
    await api.customer("nobody")
    for call, (body, _) in CALLS.items():
        assert (await api.call(f"/v1/{call}?app_id={api.workspace.id}", body)).status == 200
