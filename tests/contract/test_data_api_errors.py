"""Every refusal of the Data API in the contract's words, with nothing stored."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.contract.data_api import DataApi, basic

MALFORMED = "Could not decode the request body. The JSON was incorrect or not encoded as UTF-8."
MISSING = "MissingAttributeError"
NESTED = b"[" * 100_000


@pytest.fixture
def api(http: Any, server: Any, workspace: Any) -> DataApi:
    return DataApi(http, server.url, workspace)


def customer(**fields: Any) -> dict[str, Any]:
    return {"type": "customer", "customer_id": "asha", "attributes": {}, **fields}


def event(**fields: Any) -> dict[str, Any]:
    return {"type": "event", "customer_id": "asha", "actions": [{"action": "Signed up"}], **fields}


def bulk(*elements: Any) -> dict[str, Any]:
    return {"type": "transition", "elements": list(elements)}


def without(document: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != name}


BOTH_WAYS = {
    "addValueToArrayField": {"first_name": ["a"]},
    "removeValueFromArrayField": {"first_name": ["b"]},
}

BODIES: list[tuple[str, Any, int, str, str | None, str]] = [
    (
        "customer",
        without(customer(), "customer_id"),
        400,
        MISSING,
        "customer_id",
        "customer_id is not found in the payload",
    ),
    (
        "customer",
        customer(customer_id=None),
        400,
        MISSING,
        "customer_id",
        "customer_id is not found in the payload",
    ),
    (
        "customer",
        customer(customer_id=""),
        400,
        MISSING,
        "customer_id",
        "customer_id can not be empty Unicode String",
    ),
    (
        "customer",
        customer(customer_id="  "),
        400,
        MISSING,
        "customer_id",
        "customer_id can not be empty Unicode String",
    ),
    (
        "customer",
        customer(customer_id={}),
        400,
        MISSING,
        "customer_id",
        "customer_id is expected to be String or Unicode String.",
    ),
    (
        "customer",
        customer(customer_id="guest"),
        400,
        "ValueError",
        "customer_id",
        "customer_id is not a valid customer id",
    ),
    (
        "customer",
        customer(customer_id=0),
        400,
        "ValueError",
        "customer_id",
        "customer_id is not a valid customer id",
    ),
    (
        "customer",
        customer(customer_id="x" * 513),
        400,
        "ValueError",
        "customer_id",
        "customer_id is not a valid customer id",
    ),
    (
        "customer",
        customer(attributes=BOTH_WAYS),
        400,
        "ArrayFieldError",
        "addValueToArrayField",
        "Cannot add and remove 'first_name' at the same time",
    ),
    ("customer", customer(attributes=["a"]), 400, "Malformed JSON", "attributes", MALFORMED),
    ("customer", without(customer(), "type"), 400, MISSING, "type", "type is not found in the payload"),
    ("customer", customer(type="Customer"), 400, "AttributeError", "type", "type should be customer"),
    (
        "event",
        without(event(), "customer_id"),
        400,
        MISSING,
        "customer_id",
        "customer_id is not found in the payload",
    ),
    (
        "event",
        event(customer_id=None, user_identifiers={"favourite": "x"}),
        400,
        MISSING,
        "customer_id",
        "customer_id is not found in the payload",
    ),
    ("event", without(event(), "actions"), 400, MISSING, "actions", "actions is not found in the payload"),
    ("event", event(actions=[]), 400, MISSING, "actions", "actions can not be empty Array"),
    ("event", event(actions=["Signed up"]), 400, "Malformed JSON", None, MALFORMED),
    ("event", event(actions=[{}]), 400, MISSING, "action", "action is not found in the payload"),
    ("event", event(actions=[{"action": 7}]), 400, "Malformed JSON", "action", MALFORMED),
    (
        "event",
        event(actions=[{"action": ""}]),
        400,
        MISSING,
        "action",
        "action cannot be empty Unicode string",
    ),
    ("transition", {"type": "transition"}, 400, MISSING, "elements", "elements is not found in the payload"),
    ("transition", bulk(), 400, MISSING, "elements", "elements cannot be empty array"),
    ("transition", bulk("x"), 400, "Malformed JSON", None, MALFORMED),
    (
        "transition",
        bulk({"type": "Customer"}),
        400,
        "AttributeError",
        "type",
        "type in elements should be customer/event/device",
    ),
    (
        "transition",
        bulk(customer(), without(customer(), "customer_id")),
        400,
        MISSING,
        "customer_id",
        "customer_id is not found in the payload",
    ),
    (
        "transition",
        bulk(customer(), event(actions=[{"action": ""}])),
        400,
        MISSING,
        "action",
        "action cannot be empty Unicode string",
    ),
]


async def test_a_body_that_cannot_be_used_is_refused_and_leaves_nothing(
    api: DataApi, subtests: pytest.Subtests
) -> None:
    for call, body, status, kind, attribute, message in BODIES:
        with subtests.test(call=call, body=body):
            answer = await api.call(f"/v1/{call}/{api.workspace.id}", body)
            assert (answer.status, answer.body["status"]) == (status, "fail")
            error = dict(answer.error)
            assert re.fullmatch(r"[A-Za-z]{8}", error.pop("request_id"))
            expected = {"type": kind, "message": message}
            assert error == (expected if attribute is None else {**expected, "attribute": attribute})
    assert await api.profile("asha") is None


RAW: list[tuple[bytes, str, str]] = [
    (b"", "Body type is not JSON", "A valid JSON document is required."),
    (b"[]", "Body type is not JSON", "A valid JSON document is required."),
    (b'"text"', "Body type is not JSON", "A valid JSON document is required."),
    (b"{", "Malformed JSON", MALFORMED),
    (b'{"type": NaN}', "Malformed JSON", MALFORMED),
    (b'{"type": "\xff"}', "Malformed JSON", MALFORMED),
    (b'{"type": "\\ud800"}', "Malformed JSON", MALFORMED),
    (b'{"type": 1e999}', "Malformed JSON", MALFORMED),
    (NESTED, "Malformed JSON", MALFORMED),
]


async def test_what_is_not_a_json_object_is_refused(api: DataApi, subtests: pytest.Subtests) -> None:
    for raw, kind, message in RAW:
        with subtests.test(raw=raw[:30]):
            answer = await api.call(f"/v1/customer/{api.workspace.id}", raw=raw)
            assert answer.status == 400
            assert (answer.error["type"], answer.error["message"]) == (kind, message)


CONTENT_TYPES: list[tuple[str, str | None, int, str, str]] = [
    ("customer", None, 400, "Missing header value", "The Content-Type Header is required."),
    ("customer", "text/plain", 415, "MediaTypeError", "Unsupported Media Type"),
    (
        "event",
        "application/x-www-form-urlencoded",
        415,
        "Unsupported media type",
        "Content type is not supported",
    ),
    ("transition", "application/jsonp", 415, "Unsupported media type", "Content type is not supported"),
]


async def test_the_content_type_must_be_json(api: DataApi, subtests: pytest.Subtests) -> None:
    for call, content_type, status, kind, message in CONTENT_TYPES:
        with subtests.test(call=call, content_type=content_type):
            answer = await api.call(
                f"/v1/{call}/{api.workspace.id}", customer(), headers={"Content-Type": content_type}
            )
            assert answer.status == status
            assert (answer.error["type"], answer.error["message"]) == (kind, message)


async def test_a_body_above_the_limit_is_refused(api: DataApi, subtests: pytest.Subtests) -> None:
    for call, limit_kb in (("customer", 128), ("event", 128), ("transition", 100)):
        with subtests.test(call=call):
            raw = json.dumps(customer()).encode() + b" " * (limit_kb * 1024)
            answer = await api.call(f"/v1/{call}/{api.workspace.id}", raw=raw)
            assert answer.status == 413
            assert answer.error["type"] == "PayloadTooLarge"
            assert answer.error["message"] == f"Payload size exceeds {limit_kb} KB"


async def test_a_body_of_unknown_length_is_cut_off_at_the_limit(api: DataApi) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b" " * 65_536

    headers = {
        "Content-Type": "application/json",
        "Authorization": basic(api.workspace.id, api.workspace.data_key),
    }
    async with api.http.post(
        f"{api.url}/v1/customer/{api.workspace.id}", data=endless(), headers=headers
    ) as answer:
        assert answer.status == 413


async def test_a_body_of_exactly_the_limit_is_accepted(api: DataApi) -> None:
    body = json.dumps(customer()).encode()
    answer = await api.call(f"/v1/customer/{api.workspace.id}", raw=body + b" " * (128 * 1024 - len(body)))
    assert answer.status == 200


AUTHORIZATIONS: list[tuple[str | None, str]] = [
    (None, "Authentication Header Required"),
    ("Bearer abc", "Invalid authorization used. MoEngage only supports 'Basic Auth' authorization."),
    ("Basic", "Authorization details are missing"),
    ("Basic !!!", "Authorization details are missing"),
    ("Basic /////w==", "Authorization details are missing"),
    (basic("", "secret"), "Username (APP_KEY) is missing in the Basic Auth authorization."),
    (basic("SOMEBODY", ""), "Password (APP_SECRET) is missing in the Basic Auth authorization."),
    (basic("SOMEBODY", "wrong"), "App Secret key mismatch. Please login to the dashboard to verify key"),
]


async def test_a_caller_without_the_key_is_told_why(api: DataApi, subtests: pytest.Subtests) -> None:
    for authorization, message in AUTHORIZATIONS:
        with subtests.test(authorization=authorization):
            answer = await api.call(
                "/v1/customer/SOMEBODY", customer(), headers={"Authorization": authorization}
            )
            assert answer.status == 401
            assert (answer.error["type"], answer.error["message"]) == ("Authentication required", message)


async def test_a_wrong_key_of_a_real_workspace_sounds_like_an_unknown_workspace(api: DataApi) -> None:
    headers: dict[str, str | None] = {"Authorization": basic(api.workspace.id, "wrong")}
    answer = await api.call(f"/v1/customer/{api.workspace.id}", customer(), headers=headers)
    assert answer.status == 401
    assert answer.error["message"] == "App Secret key mismatch. Please login to the dashboard to verify key"


async def test_another_workspace_in_the_path_or_the_query_is_a_mismatch(api: DataApi) -> None:
    own = api.workspace.id
    for path in ("/v1/customer/OTHER", "/v1/customer?app_id=OTHER", f"/v1/customer/{own}?app_id=OTHER"):
        answer = await api.call(path, customer())
        assert answer.status == 409
        assert answer.error["type"] == "Authentication required."
        assert answer.error["message"] == "App key mismatch in params and authentication."


async def test_no_workspace_in_path_and_query_is_said(api: DataApi) -> None:
    answer = await api.call("/v1/event", event())
    assert answer.status == 400
    assert (answer.error["type"], answer.error["message"]) == (
        "ParamsRequired",
        "app_id is required in path/query params.",
    )


async def test_a_moe_appkey_must_agree_where_it_is_sent(api: DataApi) -> None:
    path = f"/v1/customer/{api.workspace.id}"
    assert (await api.call(path, customer(), headers={"MOE-APPKEY": api.workspace.id})).status == 200
    answer = await api.call(path, customer(), headers={"MOE-APPKEY": "OTHER"})
    assert answer.status == 401
    assert (
        answer.error["message"]
        == "MOE_APPKEY doesn't match the Username (APP_KEY) used in Basic Auth authorization."
    )


async def test_a_workspace_whose_keys_are_all_revoked_says_that_none_is_set(
    api: DataApi, platform: Any
) -> None:
    async with platform.db.connection() as conn:
        await conn.execute(
            "UPDATE data_keys SET revoked_at = now() WHERE workspace_id = $1", api.workspace.id
        )
    answer = await api.customer("asha")
    assert answer.status == 409
    assert answer.error["message"] == "App Secret key is not set. Please login to the dashboard to set a key."


async def test_a_fault_of_ours_keeps_the_contract_and_tells_nothing(api: DataApi, platform: Any) -> None:
    async with platform.db.connection() as conn:
        await conn.execute("ALTER TABLE profiles RENAME TO profiles_gone")
    answer = await api.customer("asha")
    assert answer.status == 500
    assert answer.error["type"] == "ServerError"
    assert "profiles" not in json.dumps(answer.body)
