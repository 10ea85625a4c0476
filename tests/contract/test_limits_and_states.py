"""Rate limits, workspaces that are closed, the headers that name a workspace, and each page's words."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from reelpress.app.assembly import operator_token
from reelpress.engage.data_api import rates
from reelpress.engage.data_api.faults import overloaded
from reelpress.engage.data_api.intake import Intake
from reelpress.platform.config import CONTRACT_RATES, Settings
from tests.contract.data_api import DataApi, basic

LIMITS = {
    "customer": 2,
    "event": 3,
    "device": 1,
    "bulk_users": 2,
    "bulk_events": 3,
    "export": 2,
    "merge": 1,
    "delete": 1,
    "devices_manage": 1,
    "cohort": 1,
}
MANY = {"type": "Rate Limits Exceeded"}
MANY_MESSAGE = "Rate limits for customers exceeded. Please Try After Some Time"


@pytest.fixture
def api(http: Any, server: Any, workspace: Any) -> DataApi:
    return DataApi(http, server.url, workspace)


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    return settings.model_copy(update=getattr(request, "param", {}))


def calls(workspace_id: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """A call of every kind that spends exactly its limit at once, or one unit of it."""
    customer = {"type": "customer", "customer_id": "asha", "attributes": {}}
    action = {"action": "Visit"}
    event = {"type": "event", "customer_id": "asha", "actions": [action] * 3}
    device = {
        "type": "device",
        "customer_id": "asha",
        "device_id": "d",
        "attributes": {"platform": "iOS", "push_id": "p"},
    }
    one = {"identifier_type": "customer_id", "identifier": "asha"}
    order = {"user_identifier_type": "id", "user_identifier_value": "x", "action_type": "block"}
    cohort = {"cohort_name": "c", "cohort_id": "c", "members": []}
    query = f"?app_id={workspace_id}"
    return {
        "event": (f"/v1/event{query}", event),
        "device": (f"/v1/device{query}", device),
        "bulk_users": (f"/v1/transition{query}", {"type": "transition", "elements": [customer, device]}),
        "bulk_events": (f"/v1/transition{query}", {"type": "transition", "elements": [event]}),
        "export": (f"/v1/customers/export{query}", {"data": {"identifiers": [one, one]}}),
        "merge": (
            f"/v1/customer/merge{query}",
            {"merge_data": [{"merged_user": "a", "retained_user": "b"}]},
        ),
        "devices_manage": (f"/v1/devices/manage{query}", order),
        "cohort": (
            "/v1/integrations/cohortsync",
            {"action": "add_members", "partner": "p", "parameters": cohort},
        ),
        "delete": (
            f"/v1/customer/delete{query}",
            {"identity_type": "customer_id", "identity_value": "asha"},
        ),
    }


async def post(api: DataApi, path: str, body: Any) -> tuple[int, Any, dict[str, int]]:
    """Status, body and rate headers."""
    headers = {"Authorization": basic(api.workspace.id, api.workspace.data_key)}
    async with api.http.post(f"{api.url}{path}", json=body, headers=headers) as answer:
        names = ("limit", "remaining", "reset")
        said = {name: answer.headers.get(f"x-ratelimit-{name}") for name in names}
        return answer.status, await answer.json(), {k: int(v) for k, v in said.items() if v is not None}


@pytest.mark.parametrize("settings", [{"rate_limits": LIMITS}], indirect=True)
async def test_calls_above_the_limit_are_refused_in_the_words_of_their_page(
    api: DataApi, platform: Any, subtests: pytest.Subtests
) -> None:
    customer = {"type": "customer", "customer_id": "asha", "attributes": {}}
    path = f"/v1/customer/{api.workspace.id}"
    for remaining in (1, 0):
        status, _, rate = await post(api, path, customer)
        assert (status, rate["limit"], rate["remaining"]) == (200, 2, remaining)
        assert 1 <= rate["reset"] <= 60
    status, body, rate = await post(api, path, {**customer, "customer_id": "late"})
    assert (status, rate["remaining"]) == (429, 0)
    assert body["error"].pop("request_id")
    assert body == {"status": "fail", "error": {"message": "Rate limit exceeded", "type": "RateLimitError"}}
    assert await api.profile("late") is None
    for call, (where, sent) in calls(api.workspace.id).items():
        with subtests.test(call=call):
            status, _, rate = await post(api, where, sent)
            assert (status, rate["limit"], rate["remaining"]) == (200, LIMITS[call], 0)
            status, body, _ = await post(api, where, sent)
            assert status == 429
            if call == "delete":
                assert body == {
                    "status": "fail",
                    "title": "Rate limit exceeded",
                    "description": "Exceeded rate limit for this url",
                }
            elif call in ("export", "merge"):
                assert (body["error"]["type"], body["error"]["message"]) == (
                    "RateLimitError",
                    "Rate limit exceeded",
                )
            else:
                assert (body["error"]["type"], body["error"]["message"]) == (MANY["type"], MANY_MESSAGE)
    async with platform.db.connection() as conn:
        await conn.execute("UPDATE data_api_rates SET window_start = window_start - interval '1 day'")
    assert (await post(api, path, customer))[0] == 200
    await rates.forget_old(platform)
    async with platform.db.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM data_api_rates") == 1


@pytest.mark.parametrize("settings", [{"rate_limits": LIMITS}], indirect=True)
async def test_a_refused_call_counts_nothing(api: DataApi) -> None:
    action = {"action": "Visit"}
    assert (await api.event("asha", *[action] * 4)).status == 429
    assert (await api.event("asha", *[action] * 3)).status == 200
    assert (await api.event("asha", action)).status == 429


async def test_without_limits_no_rate_is_said(api: DataApi) -> None:
    body = {"type": "customer", "customer_id": "asha", "attributes": {}}
    assert (await post(api, f"/v1/customer/{api.workspace.id}", body))[2] == {}


def test_limits_are_numbers_by_name() -> None:
    def read(text: str) -> dict[str, int]:
        return Settings(_env_file=None, rate_limits=text).rate_limits  # pyright: ignore[reportArgumentType, reportCallIssue]

    assert read("") == {}
    assert read("contract") == CONTRACT_RATES
    assert read("contract, customer=5,event=0") == {**CONTRACT_RATES, "customer": 5, "event": 0}
    for wrong in ("customers=5", "customer", "customer=-1"):
        with pytest.raises(ValidationError):
            read(wrong)


STATES = [
    ("blocked", 403, "BlockedClient", "Your account is blocked. Please contact MoEngage team."),
    ("suspended", 403, "Account Suspended", "Your account is suspended. Please contact MoEngage team."),
    (
        "temporarily_suspended",
        403,
        "Account Temporarily Suspended",
        "Your account is temporarily suspended. Please contact MoEngage team.",
    ),
    ("blacklisted", 400, "Blacklisted", "Your account is blacklisted, Please contact MoEngage."),
]


async def test_a_closed_workspace_is_told_so_and_opened_again(
    api: DataApi, platform: Any, subtests: pytest.Subtests
) -> None:
    for state, status, kind, message in STATES:
        with subtests.test(state=state):
            await _set_state(api, platform, state)
            answer = await api.customer("asha")
            assert (answer.status, answer.error["type"], answer.error["message"]) == (status, kind, message)
            gone = await api.named("customer/delete", {})
            expected = "given app_id is invalid/blocked" if status == 403 else message
            assert (gone.status, gone.error["message"]) == (status, expected)
    await _set_state(api, platform, "active")
    assert (await api.customer("asha")).status == 200


async def _set_state(api: DataApi, platform: Any, state: str) -> None:
    async with api.http.put(
        f"{api.url}/api/v1/workspace-state",
        json={"workspace_id": api.workspace.id, "state": state},
        headers={"Authorization": f"Bearer {operator_token(platform)}"},
    ) as answer:
        assert answer.status == 200


async def test_the_app_key_header_may_be_left_out_but_not_differ(api: DataApi) -> None:
    """Section 8 of the contract: some pages refuse a call without it, most clients never send it."""
    path, body = f"/v1/customer/{api.workspace.id}", {"type": "customer", "customer_id": "asha"}
    assert (await api.call(path, body, headers={"MOE-APPKEY": api.workspace.id})).status == 200
    answer = await api.call(path, body, headers={"MOE-APPKEY": "OTHER"})
    assert (answer.status, answer.error["message"]) == (
        401,
        "MOE_APPKEY doesn't match the Username (APP_KEY) used in Basic Auth authorization.",
    )


@pytest.mark.parametrize("settings", [{"data_api_needs_app_key": True}], indirect=True)
async def test_an_operator_may_ask_for_the_app_key_header(api: DataApi) -> None:
    path, body = f"/v1/customer/{api.workspace.id}", {"type": "customer", "customer_id": "asha"}
    assert (await api.call(path, body)).error["message"] == "MOE-APPKEY is missing in Header"
    assert (await api.call(path, body, headers={"MOE-APPKEY": api.workspace.id})).status == 200


UNSUPPORTED = ("Unsupported media type", "Content type is not supported")
MERGE_TYPE = (
    "MediaTypeError",
    "The header 'Content-Type' is missing. Kindly provide the header 'Content-Type' and set it as "
    "'application/json'",
)
PAGES = [
    (
        "customer",
        ("MediaTypeError", "Unsupported Media Type"),
        ("PayloadTooLarge", "Payload size exceeds 128 KB"),
    ),
    ("device", UNSUPPORTED, ("PayloadTooLarge", "Payload size exceeds 128 KB")),
    ("transition", UNSUPPORTED, ("PayloadTooLarge", "Payload size exceeds 100 KB")),
    ("customers/export", UNSUPPORTED, ("PayloadTooLarge", "Payload size exceeds 128 KB")),
    ("customer/merge", MERGE_TYPE, ("PayloadTooLarge", "The payload can not exceed 128KB")),
    ("devices/manage", UNSUPPORTED, ("Payload too large", "Payload cannot exceed 128KB")),
    ("opengdpr_requests", UNSUPPORTED, ("Payload too large", "Payload can not exceed 128KB.")),
]


async def test_each_page_has_its_words_for_type_and_size(api: DataApi, subtests: pytest.Subtests) -> None:
    """Section 8 of the contract: three spellings of the same refusal; clients look at the status."""
    large = json.dumps({"type": "customer"}).encode() + b" " * (128 * 1024)
    for call, media, size in PAGES:
        with subtests.test(call=call):
            path = f"/v1/{call}?app_id={api.workspace.id}"
            answer = await api.call(path, {}, headers={"Content-Type": "text/xml"})
            assert (answer.status, answer.error["type"], answer.error["message"]) == (415, *media)
            answer = await api.call(path, raw=large)
            assert (answer.status, answer.error["type"], answer.error["message"]) == (413, *size)
            answer = await api.call(path, {}, headers={"Content-Type": None})
            assert (answer.status, answer.error["type"]) == (400, "Missing header value")


async def test_a_server_with_too_much_waiting_says_when_to_come_again(
    api: DataApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise overloaded()

    monkeypatch.setattr(Intake, "accept", refuse)
    document = {"type": "customer", "customer_id": "asha", "attributes": {}}
    answer = await api.call(f"/v1/customer/{api.workspace.id}", document)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert answer.body["error"]["type"] == "ServerError"
