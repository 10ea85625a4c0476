"""Campaigns are for whom the whole filter grammar means: attributes, past events, custom segments."""

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from tests.conftest import TestWorkspace
from tests.contract.data_api import basic
from tests.engage.campaigns.support import ASHA, Api, Endpoint, connector, equals

from reelpress.engage.campaigns import triggers
from reelpress.engage.events.model import IngestedEvent
from reelpress.engage.profiles import service as profiles
from reelpress.platform.context import Platform
from reelpress.platform.ids import new_uuid

Settle = Callable[..., Awaitable[None]]


def campaign(endpoint: Endpoint, audience: dict[str, Any], event: str | None = "Bought") -> dict[str, Any]:
    return {
        "name": "For some of them",
        "channel": "CONNECTOR",
        "delivery_type": "EVENT_TRIGGERED" if event else "ONE_TIME",
        "trigger": {"event_name": event} if event else None,
        "content": connector(endpoint, '{"id": "{{UserAttribute[\'ID\']}}"}'),
        "audience": {"included_filters": {"filter_operator": "and", "filters": [audience]}},
    }


def did(event: str, times: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "filter_type": "actions",
        "action_name": event,
        "executed": True,
        "execution": {"type": "atleast", "count": times},
        "primary_time_range": {"type": "inTheLast", "value": "30", "value_type": "relative_past"},
        **fields,
    }


def within(segment_id: str) -> dict[str, Any]:
    return {"filter_type": "custom_segments", "id": segment_id}


class Segments:
    """The Segments API, as far as campaigns need it."""

    def __init__(self, api: Api, workspace: TestWorkspace, http: aiohttp.ClientSession, url: str) -> None:
        self.http, self.url = http, f"{url}/v3/custom-segments"
        self.headers = {"Authorization": basic(workspace.id, workspace.data_key)}

    async def save(self, condition: dict[str, Any], segment_id: str | None = None) -> str:
        """Make a segment of those the condition holds for, or change it."""
        filters = {"filter_operator": "and", "filters": [condition]}
        method, path = ("PATCH", f"/{segment_id}") if segment_id else ("POST", "")
        body = {"name": "The chosen", "included_filters": filters}
        async with self.http.request(method, self.url + path, json=body, headers=self.headers) as answer:
            assert answer.status < 300, await answer.text()
            return (await answer.json())["data"]["id"]


@pytest.fixture
def segments(api: Api, workspace: TestWorkspace, http: aiohttp.ClientSession, server: Any) -> Segments:
    return Segments(api, workspace, http, server.url)


async def test_the_event_itself_counts_among_those_a_customer_did(
    api: Api, endpoint: Endpoint, settle: Settle
):
    expensive = {"filters": [{"name": "price", "data_type": "double", "operator": "greaterThan", "value": 9}]}
    own = await api.active(**campaign(endpoint, did("Bought", 2, attributes=expensive)))
    await api.customer("c1", ASHA)
    sent: list[int] = []
    for price in (10, 5, 11):
        await api.event("c1", "Bought", {"price": price})
        await settle()
        sent.append(len(await api.sends(own)))
    assert sent == [0, 0, 1]


async def test_who_did_something_is_kept_out(api: Api, endpoint: Endpoint, settle: Settle):
    own = await api.active(**campaign(endpoint, did("Complained", executed=False)))
    for customer in ("c1", "c2"):
        await api.customer(customer, ASHA)
    await api.event("c2", "Complained")
    await api.event("c1", "Bought")
    await api.event("c2", "Bought")
    await settle()
    assert len(await api.sends(own)) == 1
    assert endpoint.bodies == ['{"id": "c1"}']


async def test_a_campaign_follows_its_custom_segment_at_once(
    api: Api, segments: Segments, endpoint: Endpoint, settle: Settle
):
    chosen = await segments.save(equals("tier", "gold"))
    own = await api.active(**campaign(endpoint, within(chosen)))
    await api.customer("c1", {**ASHA, "tier": "silver"})
    await api.event("c1", "Bought")
    await settle()
    assert await api.sends(own) == []
    await segments.save(equals("tier", "silver"), chosen)
    await api.event("c1", "Bought")
    await settle()
    assert len(await api.sends(own)) == 1


async def test_a_one_time_campaign_reaches_a_segment_by_what_it_did(
    api: Api, segments: Segments, endpoint: Endpoint, settle: Settle
):
    for customer in ("c1", "c2", "c3"):
        await api.customer(customer, ASHA)
    for customer in ("c1", "c1", "c2"):
        await api.event(customer, "Bought")
    chosen = await segments.save(did("Bought", 2))
    await api.active(**campaign(endpoint, within(chosen), event=None))
    await settle()
    assert endpoint.bodies == ['{"id": "c1"}']


async def test_an_unknown_custom_segment_is_refused_when_the_campaign_is_saved(
    api: Api, endpoint: Endpoint, workspace: TestWorkspace, http: aiohttp.ClientSession, server: Any
):
    body = campaign(endpoint, within("0" * 24))
    async with http.post(f"{server.url}/api/v1/campaigns", json=body, headers=workspace.headers) as answer:
        assert answer.status == 400
        error = (await answer.json())["error"]
    assert (error["code"], error["field"]) == ("bad_filter", "audience")


async def test_the_events_of_a_batch_are_asked_for_once(
    api: Api, platform: Platform, workspace: TestWorkspace, endpoint: Endpoint
):
    for times in (1, 2, 3):
        await api.active(**campaign(endpoint, did("Bought", times)))
    customers = [f"c{number}" for number in range(5)]
    for customer in customers:
        await api.customer(customer, ASHA)
    asked: list[str] = []
    async with platform.db.transaction() as conn:
        found = [await profiles.by_identifier(conn, workspace.id, customer) for customer in customers]
        known = {profile.id: profile for profile in found if profile is not None}
        now = platform.clock.now()
        batch = [IngestedEvent(new_uuid(), one, "Bought", {}, now, now) for one in known for _ in range(4)]
        query_logger: Any = getattr(conn, "query_logger")  # noqa: B009 - not part of what stores use
        with query_logger(lambda record: asked.append(record.query)):
            await triggers.start(conn, platform, workspace.id, batch, known)
    assert len(known) == 5
    assert sum("JOIN events e" in query for query in asked) == 1
