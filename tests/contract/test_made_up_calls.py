"""Calls no client would make: values of other kinds, bodies nested without end, names without end."""

import json
from typing import Any

import pytest

from reelpress.engage.custom_segments import limits
from reelpress.platform.context import Platform
from tests.contract.data_api import DataApi, basic

DEEP = 700
"""Levels: JSON of so many is read without a fault, and what walks through it must not run out of stack."""
ODD: tuple[Any, ...] = ({}, [], [[]], {"a": 1}, 2.5, True, "\0", "\ud800", 10**30, "x" * 600)
SEGMENT = {"filter_type": "actions", "action_name": "Visit"}
DAY = {"filter_type": "user_attributes", "name": "joined", "data_type": "datetime", "operator": "on"}


@pytest.fixture
def api(http: Any, server: Any, workspace: Any) -> DataApi:
    return DataApi(http, server.url, workspace)


def deep(around: str = '{"a":') -> str:
    close = "}" if around.startswith("{") else "]"
    return around * DEEP + "1" + close * DEEP


def filters(**fields: Any) -> dict[str, Any]:
    return {
        "name": "made up",
        "included_filters": {"filter_operator": "and", "filters": [{**SEGMENT, **fields}]},
    }


FILTERS_OF_ANOTHER_KIND = {
    "filter_type": lambda odd: filters(filter_type=odd),
    "execution.type": lambda odd: filters(execution={"type": odd, "count": 1}),
    "value_type": lambda odd: filters(primary_time_range={"type": "on", "value": 1, "value_type": odd}),
    "period_unit": lambda odd: filters(
        primary_time_range={"type": "inTheLast", "value": 1, "period_unit": odd}
    ),
    "operator": lambda odd: filters(**{**DAY, "operator": odd}),
    "data_type": lambda odd: filters(**{**DAY, "data_type": odd}),
    "value": lambda odd: filters(**DAY, value=odd),
}


async def test_values_of_another_kind_in_a_filter_are_refused(
    api: DataApi, subtests: pytest.Subtests, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list or an object, which cannot be looked up in a table, was a fault of ours."""
    monkeypatch.setattr(limits, "LIMITS", dict.fromkeys(limits.LIMITS, ()))
    for place, body_of in FILTERS_OF_ANOTHER_KIND.items():
        for number, odd in enumerate(ODD):
            with subtests.test(place=place, odd=str(odd)[:20]):
                body = {**body_of(odd), "name": f"{place} {number}"}  # a name taken is refused first
                answer = await api.call("/v3/custom-segments", raw=json.dumps(body).encode())
                assert answer.status in (400, 201, 409), answer.body


BODIES_WITHOUT_END = {
    "/v3/custom-segments": '{"name":"n","included_filters":%s}',
    "/v5/personalization/preview": '{"request_id":"r","channel":"EMAIL","user_identification":{"type":'
    '"USER_ATTRIBUTE_UNIQUE_ID","value":"jane"},"event_attributes":%s,'
    '"campaign_content":{"t":"{{ event }}"}}',
    "/v1.0/business_event/trigger": '{"event_name":"n","event_attributes":{"a":%s}}',
    "/v1.0/business_event/search": '{"event_ids":%s}',
    "/v5/business-events/triggers": '{"event_name":"n","event_attributes":{"a":%s},'
    '"triggered_by":"a@example.com"}',
    "/v5/business-events/search": '{"filters":%s}',
    "/v1/opengdpr_requests?app_id=WS": '{"request_type":"erasure","submitted_time":"x","api_version":"1.0",'
    '"identities":[%s]}',
    "/v1/customer/WS": '{"type":"customer","customer_id":"jane","attributes":{"a":%s}}',
    "/v1/event/WS": '{"type":"event","customer_id":"jane","actions":[{"action":"a","attributes":{"a":%s}}]}',
    "/v1/transition/WS": '{"type":"transition","elements":[%s]}',
    "/v1/integrations/segment?appId=WS": '{"type":"identify","user_id":"jane","traits":{"a":%s}}',
    "/v1.0/data/fileimports/import/status": '{"date":%s}',
}


async def test_bodies_nested_without_end_are_no_fault_of_ours(
    api: DataApi, subtests: pytest.Subtests
) -> None:
    assert (await api.customer("jane")).status == 200
    for path, body in BODIES_WITHOUT_END.items():
        for around in ('{"a":', "["):
            with subtests.test(path=path, around=around):
                raw = (body % deep(around)).encode()
                answer = await api.call(path.replace("WS", api.workspace.id), raw=raw)
                assert answer.status < 500, answer.body


async def test_a_request_id_without_end_is_refused_in_the_words_of_v5(api: DataApi) -> None:
    headers: dict[str, str | None] = {"X-MOE-Request-Id": "r" * 201}
    answer = await api.call("/v5/business-events/search", {}, headers=headers)
    assert (answer.status, answer.error["details"][0]["field"]) == (400, "X-MOE-Request-Id")
    headers["X-MOE-Request-Id"] = "r" * 200
    answer = await api.call("/v5/business-events/search", {}, headers=headers)
    assert (answer.status, answer.body["response_id"]) == (200, "r" * 200)


async def test_segments_know_the_caller_before_the_workspace_she_names(
    api: DataApi, platform: Platform
) -> None:
    path, body = "/v3/custom-segments", filters()
    stranger = {"Authorization": basic("NOBODY", "x"), "MOE-APPKEY": api.workspace.id}
    assert (await api.call(path, body, headers=stranger)).status == 401
    other = await api.call(path, body, headers={"MOE-APPKEY": "OTHER"})
    assert (other.status, other.error["code"]) == (400, "Request Error")
    async with platform.db.connection() as conn:
        await conn.execute("UPDATE workspaces SET state = 'suspended' WHERE id = $1", api.workspace.id)
    assert (await api.call(path, body)).status == 401
