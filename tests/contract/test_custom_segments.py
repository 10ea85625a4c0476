"""The Segments API, call by call, as its reference describes it."""

import re
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from reelpress.engage.custom_segments.model import MOST_ACTIVE
from reelpress.platform.context import Platform
from tests.contract.data_api import basic

SEGMENTS = "/v3/custom-segments"
BAD_FORMAT = (
    "Invalid request format. Please check the documentation to ensure that the request has been formed "
    "correctly."
)
BAD_CONTENT = (
    "Invalid request. Please ensure that the filters are correct and the custom-segment name doesn't "
    "contain HTML characters/only whitespaces."
)
NO_UPDATE = (
    "Update isn't supported for file-segments, internally created custom-segments, custom-segments "
    "imported from Analyze and archived custom-segments."
)


def named(*values: str, **fields: Any) -> dict[str, Any]:
    """Who has one of these names."""
    condition = {
        "filter_type": "user_attributes",
        "name": "Name",
        "data_type": "string",
        "operator": "in",
        "value": list(values),
        "negate": False,
        "case_sensitive": False,
        **fields,
    }
    return {"filter_operator": "and", "filters": [condition]}


def within(*segment_ids: str) -> dict[str, Any]:
    """Who is in all of these segments."""
    filters = [{"filter_type": "custom_segments", "id": segment_id} for segment_id in segment_ids]
    return {"filter_operator": "and", "filters": filters}


SUBSCRIBED_AND_MAILED: dict[str, Any] = {
    "filter_operator": "and",
    "filters": [
        {
            "filter_type": "user_attributes",
            "name": "Subscription Status 19Dec_7",
            "data_type": "string",
            "operator": "in",
            "value": ["active"],
            "negate": False,
            "case_sensitive": False,
        },
        {
            "filter_type": "actions",
            "attributes": {"filter_operator": "and", "filters": []},
            "executed": True,
            "primary_time_range": {
                "type": "between",
                "value": "2023-02-15T00:00:00.000Z",
                "value1": "2023-02-24T23:59:59.999Z",
                "value_type": "absolute",
                "period_unit": "days",
            },
            "action_name": "MOE_EMAIL_SENT",
            "execution": {"count": 1, "type": "atleast"},
        },
    ],
}


class Segments:
    """A client of the Segments API."""

    def __init__(self, http: aiohttp.ClientSession, url: str, workspace: Any) -> None:
        self.http = http
        self.url = url
        self.headers = {
            "Authorization": basic(workspace.id, workspace.data_key),
            "MOE-APPKEY": workspace.id,
            "Content-Type": "application/json",
        }

    async def call(
        self, method: str, path: str, body: Any = None, raw: bytes | None = None, **headers: str
    ) -> tuple[int, Any]:
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        call = self.http.request(
            method, self.url + path, json=None if raw is not None else body, data=raw, headers=sent
        )
        async with call as answer:
            return answer.status, await answer.json()

    async def made(self, name: str, filters: dict[str, Any] | None = None) -> str:
        body = {"name": name, "included_filters": filters or named(name)}
        status, answer = await self.call("POST", SEGMENTS, body)
        assert status == 201, answer
        return answer["data"]["id"]

    async def refused(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        """Status and error; the envelope is checked."""
        status, answer = await self.call(method, path, body, **more)
        assert answer["type"] == "custom_segment"
        assert re.fullmatch(r"[A-Za-z]{8}", answer["response_id"])
        return status, answer["error"]


@pytest.fixture
def api(http: aiohttp.ClientSession, server: Any, workspace: Any) -> Segments:
    return Segments(http, server.url, workspace)


async def test_a_segment_is_made_listed_read_and_changed(api: Segments) -> None:
    body = {"name": "segment_example_name", "included_filters": named("Chandan", "Kumar")}
    status, made = await api.call("POST", SEGMENTS, body)
    assert status == 201
    assert re.fullmatch(r"[A-Za-z]{8}", made.pop("response_id"))
    data = made.pop("data")
    assert made == {"type": "custom_segment"}
    assert re.fullmatch(r"[0-9a-f]{24}", data["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", data["created_time"])
    assert data == {
        "name": "segment_example_name",
        "id": data["id"],
        "created_time": data["created_time"],
        "updated_time": data["created_time"],
        "type": "ELASTIC_SEARCH",
        "source": "API",
        "description": "Name  is Chandan or Kumar  (case insensitive)",
        "included_filters": body["included_filters"],
    }
    listed = {name: data[name] for name in ("name", "id", "created_time", "type", "source")}
    for path in (SEGMENTS, f"{SEGMENTS}?name=segment_example_name", f"{SEGMENTS}/{data['id']}"):
        status, found = await api.call("GET", path)
        assert (status, found["data"], found["type"]) == (200, [listed], "custom_segment")
    for path in (
        f"{SEGMENTS}?name=segment",
        f"{SEGMENTS}/{'0' * 24}",
        f"{SEGMENTS}/x%00",
        f"{SEGMENTS}?name=%00",
    ):
        assert (await api.call("GET", path))[1]["data"] == []
    change = {
        "name": "segment_example_name_updated",
        "included_filters": named("chandan"),
        "updated_by": "admin@example.com",
    }
    status, changed = await api.call("PATCH", f"{SEGMENTS}/{data['id']}", change)
    assert status == 200
    assert changed["data"]["updated_time"] > data["updated_time"]
    assert changed["data"] == {
        **data,
        "name": "segment_example_name_updated",
        "included_filters": named("chandan"),
        "description": "Name  is chandan  (case insensitive)",
        "updated_time": changed["data"]["updated_time"],
    }


async def test_the_description_says_the_filters_in_words(api: Segments) -> None:
    body = {"name": "segment name", "included_filters": SUBSCRIBED_AND_MAILED}
    status, made = await api.call("POST", SEGMENTS, body)
    assert status == 201
    assert made["data"]["included_filters"] == SUBSCRIBED_AND_MAILED
    assert made["data"]["description"] == (
        "Subscription Status 19Dec_7  is active  (case insensitive) AND "
        "Has executed Email Sent atleast 1 time in-between Feb 15, 2023 and Feb 24, 2023"
    )


FORMATS: list[tuple[Any, str | None]] = [
    ([], None),
    ("text", None),
    ({}, "name"),
    ({"name": 7, "included_filters": named("x")}, "name"),
    ({"name": "x"}, "included_filters"),
    ({"name": "x", "included_filters": []}, "included_filters"),
    ({"name": "a\0b", "included_filters": named("x")}, None),
]
CONTENTS: list[tuple[Any, str]] = [
    ({"name": "  ", "included_filters": named("x")}, "name"),
    ({"name": "<b>bold</b>", "included_filters": named("x")}, "name"),
    ({"name": "x" * 257, "included_filters": named("x")}, "name"),
    ({"name": "x", "included_filters": {"filters": []}}, "included_filters.filters"),
    ({"name": "x", "included_filters": named("x", operator="?")}, "included_filters.filters[0].operator"),
    ({"name": "x", "included_filters": within("0" * 24)}, "included_filters"),
]


async def test_what_cannot_be_read_or_used_is_refused_at_its_place(
    api: Segments, subtests: pytest.Subtests
) -> None:
    for body, target in FORMATS:
        with subtests.test(body=body):
            status, error = await api.refused("POST", SEGMENTS, body)
            assert (status, error["code"], error["message"]) == (400, "Invalid request", BAD_FORMAT)
            assert [one["target"] for one in error.get("details", [])] == ([target] if target else [])
    for body, target in CONTENTS:
        with subtests.test(body=body):
            status, error = await api.refused("POST", SEGMENTS, body)
            assert (status, error["code"], error["message"]) == (400, "Invalid Request", BAD_CONTENT)
            assert [one["target"] for one in error["details"]] == [target]
    assert (await api.refused("POST", SEGMENTS, raw=b"{"))[1]["message"] == BAD_FORMAT
    assert (await api.call("GET", SEGMENTS))[1]["data"] == []


async def test_names_and_filters_are_those_of_one_segment_only(api: Segments) -> None:
    first = await api.made("api_test_8", named("one"))
    second = await api.made("api_test_9", named("two"))
    by_name = (
        409,
        {
            "code": "Resource not created",
            "message": "Another custom-segment already exists with the same name: api_test_8. "
            "Please change the custom-segment name.",
        },
    )
    by_filters = (
        409,
        {
            "code": "Resource not created",
            "message": "Another custom-segment already exists containing the given filters: api_test_8. "
            "Please reuse the same or update the filters",
            "existing_cs_name": "api_test_8",
            "existing_cs_id": first,
        },
    )
    body = {"name": "api_test_8", "included_filters": named("three")}
    assert await api.refused("POST", SEGMENTS, body) == by_name
    assert await api.refused("PATCH", f"{SEGMENTS}/{second}", body) == by_name
    body = {"name": "other", "included_filters": named("one")}
    assert await api.refused("POST", SEGMENTS, body) == by_filters
    assert await api.refused("PATCH", f"{SEGMENTS}/{second}", body) == by_filters
    unchanged = {"name": "api_test_8", "included_filters": named("one")}
    assert (await api.call("PATCH", f"{SEGMENTS}/{first}", unchanged))[0] == 200


async def test_a_segment_that_is_not_there_or_put_aside_is_not_changed(api: Segments) -> None:
    body = {"included_filters": named("x")}
    assert await api.refused("PATCH", f"{SEGMENTS}/638a051185b6b50a018cacc", body) == (
        404,
        {
            "code": "Entity Not Found",
            "message": "Custom segment not found with the given id: 638a051185b6b50a018cacc",
        },
    )
    own = await api.made("mine")
    assert (await api.call("PATCH", "/v2/custom-segments/archive", {"name": "mine"}))[0] == 202
    forbidden = (403, {"code": "Forbidden operation", "message": NO_UPDATE})
    assert await api.refused("PATCH", f"{SEGMENTS}/{own}", body) == forbidden


async def test_a_segment_is_never_part_of_itself(api: Segments) -> None:
    first = await api.made("first")
    second = await api.made("second", within(first))
    third = await api.made("third", within(second))
    cyclic = (
        412,
        {"code": "Cyclic Entity", "message": "Circular reference detected in the custom segment definition."},
    )
    for segment_id in (first, second, third):
        body = {"included_filters": within(segment_id)}
        assert await api.refused("PATCH", f"{SEGMENTS}/{first}", body) == cyclic


async def test_a_query_that_is_too_much_is_refused(api: Segments) -> None:
    deep = named("x")
    for _ in range(5):
        deep = {"filter_operator": "and", "filters": [deep]}
    too_deep = (
        413,
        {
            "code": "Query has too many nesting levels",
            "message": "The query has more than 5 levels of nesting. Please reduce the segment nesting.",
        },
    )
    assert await api.refused("POST", SEGMENTS, {"name": "x", "included_filters": deep}) == too_deep
    inner = await api.made("level 1")
    for level in range(2, 6):
        inner = await api.made(f"level {level}", within(inner))
    assert await api.refused("POST", SEGMENTS, {"name": "x", "included_filters": within(inner)}) == too_deep
    single = await api.made("single")
    body = {"name": "x", "included_filters": within(*[single] * 20)}
    assert await api.refused("POST", SEGMENTS, body) == (
        413,
        {
            "code": "Too many segments in a query",
            "message": "The query has more than 20 custom segments. Please reduce the custom segments.",
        },
    )
    long = {"filter_operator": "and", "filters": named("x")["filters"] * 101}
    too_long = (
        413,
        {
            "code": "Query length limit exceeded",
            "message": "The query is too large to execute. Please reduce the filters.",
        },
    )
    assert await api.refused("POST", SEGMENTS, {"name": "x", "included_filters": long}) == too_long
    assert await api.refused("POST", SEGMENTS, raw=b" " * 131_073) == too_long


async def test_the_number_of_active_segments_and_of_calls_is_limited(
    api: Segments, platform: Platform, workspace: Any
) -> None:
    async with platform.db.connection() as conn:
        await conn.execute(
            """
            INSERT INTO custom_segments (workspace_id, id, kind, name, created_at, updated_at)
            SELECT $1, lpad(to_hex(n), 24, '0'), 'FILE', 'File ' || n, now(), now()
            FROM generate_series(1, $2) AS n
            """,
            workspace.id,
            MOST_ACTIVE,
        )
    assert await api.refused("POST", SEGMENTS, {"name": "x", "included_filters": named("x")}) == (
        429,
        {
            "code": "Too Many Requests",
            "message": "Total active segments limit breached. Request rejected!",
            "actual_count": MOST_ACTIVE + 1,
            "limit": MOST_ACTIVE,
        },
    )
    for _ in range(50):
        assert (await api.call("GET", f"{SEGMENTS}?name=x"))[0] == 200
    breached = {"code": "Too Many Requests", "message": "API rate limit breached. Current limit: 50/1 mins"}
    assert await api.refused("GET", SEGMENTS) == (429, breached)
    assert (await api.call("GET", f"{SEGMENTS}/{'0' * 24}"))[0] == 200
    async with platform.db.connection() as conn:
        await conn.execute(
            "UPDATE custom_segment_calls SET starts_at = starts_at - $1::interval", timedelta(minutes=1)
        )
    assert (await api.call("GET", f"{SEGMENTS}?name=x"))[0] == 200


async def test_a_caller_without_the_key_is_told_why(api: Segments, workspace: Any) -> None:
    mismatch = "APP_SECRET key mismatch. Please login to the dashboard to verify key"
    no_client = "MoEngage Client not found. Please check values for headers - MOE-APPKEY or MOE-DBNAME"
    wrong = {"Authorization": basic(workspace.id, "wrong")}
    assert await api.refused("GET", SEGMENTS, **wrong) == (
        401,
        {"code": "Authentication required", "message": mismatch},
    )
    for authorization in ("Bearer x", "Basic !!!", "Basic", basic("", "x")):
        assert await api.refused("GET", SEGMENTS, Authorization=authorization) == (
            401,
            {"code": "Authentication required", "message": "Invalid APP_KEY used in Authentication Header"},
        )
    assert await api.refused("GET", SEGMENTS, MOE_APPKEY="OTHER") == (
        400,
        {"code": "Request Error", "message": no_client},
    )
    status, answer = await api.call("PATCH", "/v2/custom-segments/archive", {"name": "x"}, **wrong)
    assert (status, answer) == (401, {"title": "Authentication required", "description": mismatch})


async def test_a_segment_is_archived_and_taken_back(api: Segments) -> None:
    own = await api.made("custom_segment_unique_name")
    archive, unarchive = "/v2/custom-segments/archive", "/v2/custom-segments/unarchive"
    meant = {"success": True, "cs_name": "custom_segment_unique_name", "cs_id": own}
    said = {**meant, "message": "Successfully archived the custom segment"}
    assert await api.call("PATCH", archive, {"name": "custom_segment_unique_name"}) == (202, said)
    assert len((await api.call("GET", SEGMENTS))[1]["data"]) == 1
    twin = await api.made("twin", named("custom_segment_unique_name"))
    status, refused = await api.call("PATCH", unarchive, {"name": "x", "cs_id": own})
    assert (status, refused["title"]) == (409, "Resource not created")
    assert (await api.call("PATCH", archive, {"name": "anything", "cs_id": twin}))[0] == 202
    said = {**meant, "message": "Successfully unarchived the custom segment"}
    assert await api.call("PATCH", unarchive, {"name": "x", "cs_id": own}) == (202, said)
    assert await api.call("PATCH", archive, {"name": "nobody"}) == (
        404,
        {"title": "Entity Not Found", "description": "Segment not found with the given name: nobody"},
    )
    assert (await api.call("PATCH", archive, {}))[1]["title"] == "Invalid Request"
