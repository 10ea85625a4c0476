"""Business Events v1.0 and v5 in the contract's words; one server for many calls."""

import re
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from reelpress.engage.business_events import service
from reelpress.engage.business_events.quota import Searches
from reelpress.platform.config import Settings
from tests.conftest import TestWorkspace

V1 = "/v1.0/business_event"
V5 = "/v5/business-events"
NO_CREDENTIALS = "APP_ID and APP_SECRET_KEY is missing in Authorization Header."
SERIES = {
    "event_name": "NameOfOTTSeries",
    "event_attributes": [
        {"attribute_name": "season", "attribute_data_type": "string"},
        {"attribute_name": "episodes", "attribute_data_type": "int"},
        {"attribute_name": "cast", "attribute_data_type": "array"},
        {"attribute_name": "released_on", "attribute_data_type": "date"},
        {"attribute_name": "budget", "attribute_data_type": "float"},
    ],
    "created_by": "john.doe@example.com",
}
HAPPENED = {
    "event_name": "NameOfOTTSeries",
    "event_attributes": {
        "season": "Season 1",
        "episodes": 12,
        "cast": ["John Doe", "Jane Doe"],
        "released_on": "11/11/2023",
    },
    "triggered_by": "john.doe@example.com",
}


@dataclass
class Caller:
    http: aiohttp.ClientSession
    url: str
    workspace: TestWorkspace

    async def send(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        basic = aiohttp.encode_basic_auth(self.workspace.id, self.workspace.data_key)
        async with self.http.request(
            method, self.url + path, json=body, headers={"Authorization": basic, **(headers or {})}
        ) as answer:
            return answer.status, await answer.json()

    async def post(self, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        return await self.send("POST", path, body, headers)

    async def active_campaign(self, event_name: str, **fields: Any) -> str:
        """An e-mail campaign that waits for a business event."""
        content = {
            "subject": "New",
            "sender_name": "L",
            "from_address": "a@lantern.example",
            "html": "<p>x</p>",
        }
        given = {
            "name": "Waiting",
            "channel": "EMAIL",
            "delivery_type": "BUSINESS_EVENT_TRIGGERED",
            "trigger": {"event_name": event_name},
            "content": content,
            **fields,
        }
        url = f"{self.url}/api/v1/campaigns"
        async with self.http.post(url, json=given, headers=self.workspace.headers) as answer:
            campaign = (await answer.json())["id"]
        async with self.http.post(f"{url}/{campaign}/activate", headers=self.workspace.headers) as answer:
            assert answer.status == 200, await answer.text()
        return campaign


@pytest.fixture
def caller(http: aiohttp.ClientSession, server: Any, workspace: TestWorkspace) -> Caller:
    return Caller(http, server.url, workspace)


def refused(
    message: str, code: str, target: Any, told: Any, headline: str = "400 Bad Request"
) -> dict[str, Any]:
    detail = {"code": code, "target": target, "message": told}
    return {"code": headline, "message": message, "details": [detail]}


def without_id(answer: Any) -> dict[str, Any]:
    """The error of an answer, whose request id has the right shape."""
    error = dict(answer["error"])
    assert re.fullmatch(r"[0-9a-f]{24}", error.pop("request_id"))
    assert answer.keys() == {"error"}
    return error


def with_type(kind: str) -> dict[str, Any]:
    return {**SERIES, "event_attributes": [{"attribute_name": "brand", "attribute_data_type": kind}]}


EXTRA = "Additional fields are not allowed document schema for class"
UNKNOWN_ATTRIBUTE = "Wrong business event attribute passed in api request"
NO_CAMPAIGN = "No active campaign found for business event name"
REFUSALS: list[tuple[str, Any, dict[str, Any]]] = [
    (
        "",
        {"event_name": "A", "event_attribute": [], "created_by": "a@example.com"},
        refused(
            f"{EXTRA} BusinessEventCreateRequest:event_attribute",
            "InvalidValue",
            "event_attribute",
            f"{EXTRA} BusinessEventCreateRequest:event_attribute",
        ),
    ),
    (
        "",
        {"event_name": "A", "event_attributes": []},
        refused(
            "Bad request",
            "MissingValue",
            "created_by",
            "created_by - Field is required but value is None : None",
        ),
    ),
    (
        "",
        with_type("String"),
        refused(
            "Bad request",
            "MissingValue",
            ["brand"],
            "['brand'] - Wrong Attribute data type is passed : 'String'",
        ),
    ),
    (
        "",
        {**SERIES, "created_by": "abc"},
        refused("Bad request", "MissingValue", "created_by", "created_by - Invalid email address : 'abc'"),
    ),
    (
        "/trigger",
        {**HAPPENED, "event_name": "Nobody knows"},
        refused(
            "Business event does not exists", "InvalidValue", "event_name", "Business event does not exist"
        ),
    ),
    (
        "/trigger",
        {**HAPPENED, "event_attributes": {"rating1": 5}},
        refused(UNKNOWN_ATTRIBUTE, "InvalidValue", "rating1", UNKNOWN_ATTRIBUTE),
    ),
    ("/trigger", HAPPENED, refused(NO_CAMPAIGN, "InvalidValue", "event_name", NO_CAMPAIGN)),
    (
        "/trigger",
        {**HAPPENED, "triggered_by": "abc"},
        refused(
            "Business event does not exists",
            "MissingValue",
            "triggered_by",
            "triggered_by - Invalid email address : 'abc'",
        ),
    ),
    (
        "/search",
        {"event_name": "NewMovies"},
        refused(
            f"{EXTRA} BusinessEventSearchRequest:event_name",
            "InvalidValue",
            "event_name",
            f"{EXTRA} BusinessEventSearchRequest:event_name",
        ),
    ),
    (
        "",
        SERIES,
        refused(
            "Business event already exists", "InvalidValue", "event_name", "Business event already exists"
        ),
    ),
]


async def test_every_refusal_of_v1_has_the_shape_and_words_of_the_contract(
    caller: Caller, subtests: pytest.Subtests
) -> None:
    status, created = await caller.post(V1, SERIES)
    assert (status, created["message"]) == (200, "The business event has been created")
    assert re.fullmatch(r"[0-9a-f]{24}", created["event_id"])
    for path, body, expected in REFUSALS:
        with subtests.test(path=path, body=body):
            status, answer = await caller.post(V1 + path, body)
            assert status == 400
            assert without_id(answer) == expected
    bad: list[tuple[str, Any]] = [
        ("", {**SERIES, "event_name": "x" * 201}),
        ("", {**SERIES, "event_attributes": "season"}),
        ("", {**SERIES, "event_name": "B", "event_attributes": [{"attribute_name": "a"}]}),
        ("/trigger", {**HAPPENED, "event_attributes": {"season": "nul\0"}}),
        ("/trigger", {**HAPPENED, "event_attributes": []}),
        ("/search", {}),
        ("/search", {"event_ids": ["x", 7]}),
        ("/search", []),
    ]
    for path, body in bad:
        with subtests.test(path=path, body=body):
            assert (await caller.post(V1 + path, body))[0] == 400
    _, found = await caller.post(V1 + "/search", {"event_names": ["NameOfOTTSeries"]})
    assert found["data"][0]["total_trigger"] == 0


async def test_who_may_not_call_is_told_so_in_the_words_of_each_version(
    caller: Caller, subtests: pytest.Subtests
) -> None:
    def nested(target: str) -> dict[str, Any]:
        told = [{"code": "InvalidValue", "target": target, "message": f"Invalid {target} is provided."}]
        return refused("Authentication required", "InvalidValue", target, told, "401 Authentication error")

    missing = {"code": "MissingValue", "target": "Authorization", "message": NO_CREDENTIALS}
    no_header = refused(
        "Authentication required", "InvalidValue", "Authorization", missing, "401 Authentication error"
    )
    own = caller.workspace
    cases = [
        ({"Authorization": ""}, no_header),
        ({"Authorization": "Bearer abc"}, no_header),
        ({"Authorization": aiohttp.encode_basic_auth("NOBODY", own.data_key)}, nested("APP_ID")),
        ({"Authorization": aiohttp.encode_basic_auth(own.id, "wrong")}, nested("APP_SECRET_KEY")),
        ({"MOE-APPKEY": "OTHER"}, nested("APP_ID")),
    ]
    unauthorized = {"code": "UNAUTHORIZED", "message": "Invalid or missing credentials.", "details": []}
    for headers, expected in cases:
        with subtests.test(headers=list(headers)):
            for path in ("", "/trigger", "/search"):
                status, answer = await caller.send("POST", V1 + path, {}, headers)
                assert (status, without_id(answer)) == (401, expected)
            for method, path in (("POST", "/triggers"), ("POST", "/search"), ("GET", "")):
                status, answer = await caller.send(method, V5 + path, None, headers)
                assert (status, answer["error"]) == (401, unauthorized)
    accepted = {"MOE-APPKEY": own.id}
    assert (await caller.send("POST", V1 + "/search", {"event_ids": []}, accepted))[0] == 200


async def test_a_trigger_is_counted_where_the_event_is_searched(caller: Caller) -> None:
    _, created = await caller.post(V1, SERIES)
    await caller.active_campaign("NameOfOTTSeries")
    assert await caller.post(V1 + "/trigger", HAPPENED) == (
        200,
        {"message": "The business event has been triggered"},
    )
    status, found = await caller.post(V1 + "/search", {"event_ids": [created["event_id"], "0" * 24]})
    assert status == 200
    ((event),) = found["data"]
    moment = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}"
    assert re.fullmatch(moment, event.pop("created_at"))
    assert re.fullmatch(moment, event.pop("last_received_time"))
    assert re.fullmatch(moment, event.pop("last_updated"))
    assert event == {
        "db_name": "Lantern & Co",
        "event_id": created["event_id"],
        "_id": created["event_id"],
        "event_name": "NameOfOTTSeries",
        "event_attributes": SERIES["event_attributes"],
        "total_trigger": 1,
        "total_sent_message": 0,
        "users_in_segment": 0,
        "usage_count": 1,
        "created_by": "john.doe@example.com",
    }


async def test_a_trigger_of_v5_says_which_campaigns_it_started(caller: Caller) -> None:
    await caller.post(V1, SERIES)
    nobody = {"total": 0, "triggered": 0, "failed": 0}
    _, answer = await caller.post(V5 + "/triggers", HAPPENED)
    assert (answer["data"]["triggered_status"], answer["data"]["summary"]) == ("FAILURE", nobody)
    plain = await caller.active_campaign("NameOfOTTSeries")
    rule = {
        "name": "town",
        "data_type": "string",
        "operator": "in",
        "is_dynamic_value": True,
        "value": "{{BusinessEventAttribute['budget']}}",
    }
    audience = {"filter_operator": "and", "filters": [rule]}
    needing = await caller.active_campaign("NameOfOTTSeries", audience=audience)
    status, answer = await caller.post(V5 + "/triggers", HAPPENED, **{"X-MOE-Request-Id": "req-1"})
    assert (status, answer) == (
        200,
        {
            "response_id": "req-1",
            "type": "business-event",
            "data": {
                "triggered_status": "PARTIAL_SUCCESS",
                "message": "Some campaigns could not be triggered",
                "summary": {"total": 2, "triggered": 1, "failed": 1},
                "triggered_campaign_ids": [plain],
                "failed_campaign_ids": [needing],
                "triggered_flow_ids": [],
                "failed_flow_ids": [],
            },
        },
    )


async def test_faults_of_v5_name_field_issue_and_message(caller: Caller, subtests: pytest.Subtests) -> None:
    anonymous = {"event_name": "A", "event_attributes": {}}
    cases: list[tuple[str, str, Any, str]] = [
        ("POST", "/triggers", anonymous, "triggered_by"),
        ("POST", "/triggers", {**HAPPENED, "event_name": "Nobody knows"}, "event_name"),
        ("POST", "/search", {"filters": {"names": "A"}}, "filters.names"),
        ("POST", "/search", {"filters": [], "limit": 5}, "filters"),
        ("POST", "/search", {"limit": 21}, "limit"),
        ("GET", "?limit=0", None, "limit"),
        ("GET", "?limit=many", None, "limit"),
        ("GET", "?cursor=%27", None, "cursor"),
    ]
    for method, path, body, field in cases:
        with subtests.test(path=path, body=body):
            status, answer = await caller.send(method, V5 + path, body, {"X-MOE-Request-Id": "r"})
            assert status == 400
            error = answer["error"]
            assert (error["code"], error["request_id"]) == ("VALIDATION_FAILED", "r")
            assert error["message"] == "One or more fields failed validation."
            assert error["details"][0]["field"] == field
            assert error["details"][0].keys() == {"field", "issue", "message"}


async def test_v5_lists_business_events_page_by_page_with_its_own_types(caller: Caller) -> None:
    for number in range(5):
        await caller.post(V1, {**SERIES, "event_name": f"E{number}"})
    seen: list[str] = []
    path = V5 + "?limit=2"
    while True:
        _, answer = await caller.send("GET", path)
        seen += [one["name"] for one in answer["data"]["business_events"]]
        if answer["data"]["next_cursor"] is None:
            break
        path = f"{V5}?limit=2&cursor={answer['data']['next_cursor']}"
    assert sorted(seen) == ["E0", "E1", "E2", "E3", "E4"]
    _, named = await caller.post(V5 + "/search", {"filters": {"names": ["E3", "E4", "E9"]}, "limit": 20})
    assert {one["name"] for one in named["data"]["business_events"]} == {"E3", "E4"}
    _, single = await caller.send("GET", V5 + "?name=E2")
    (event,) = single["data"]["business_events"]
    assert [one["data_type"] for one in event["attributes"]] == [
        "string", "number", "array", "datetime", "number",
    ]  # fmt: skip


async def test_a_workspace_has_at_most_50_business_events(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert service.MOST_BUSINESS_EVENTS == 50
    monkeypatch.setattr(service, "MOST_BUSINESS_EVENTS", 2)
    answers = [await caller.post(V1, {**SERIES, "event_name": name}) for name in ("A", "B", "C")]
    assert [status for status, _ in answers] == [200, 200, 400]
    assert without_id(answers[2][1])["details"][0]["target"] == "event_name"


class TestQuota:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(
            update={
                "business_event_triggers_per_5_minutes": 1,
                "business_event_triggers_per_hour": 2,
                "business_event_searches_per_minute": 1,
            }
        )

    async def test_what_is_beyond_is_stopped_and_then_refused(
        self, caller: Caller, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(service, "_searches", Searches())
        await caller.post(V1, SERIES)
        campaign = await caller.active_campaign("NameOfOTTSeries")
        first, second = [await caller.post(V5 + "/triggers", HAPPENED) for _ in range(2)]
        assert first[1]["data"]["triggered_campaign_ids"] == [campaign]
        assert second[1]["data"]["failed_campaign_ids"] == [campaign]
        refused_v1 = await caller.post(V1 + "/trigger", HAPPENED)
        assert refused_v1 == (
            429,
            {
                "status": "error",
                "data": {
                    "code": 429,
                    "title": "rate limiter exception",
                    "description": "Exceeded rate limit for this app",
                },
            },
        )
        status, answer = await caller.post(V5 + "/triggers", HAPPENED)
        assert (status, answer["error"]["code"]) == (429, "RATE_LIMITED")
        statuses = [(await caller.post(V1 + "/search", {"event_ids": []}))[0] for _ in range(2)]
        assert statuses == [200, 429]
