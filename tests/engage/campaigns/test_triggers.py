"""Events start campaigns: one send per campaign, event and customer."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.conftest import TestWorkspace
from tests.engage.campaigns.support import ASHA, Api, Endpoint, connector, equals, is_set

from reelpress.engage.campaigns import triggers
from reelpress.engage.events.model import IngestedEvent
from reelpress.engage.profiles import service as profiles
from reelpress.platform.context import Platform
from reelpress.platform.ids import new_uuid

Settle = Callable[..., Awaitable[None]]

GUIDE_BODY = """{
  "client-request-id": "MoEngage_{{UserAttribute['MoEngage ID']}}",
  "customer-id": "{{UserAttribute['MoEngage ID']}}",
  "use-case-id": "YOUR_USE_CASE_ID_FROM_STEP_1",
  "user-id": "{{UserAttribute['Phone Number']}}",
  "user-config": {
    "name": "{{UserAttribute['First Name']}}",
    "product_name": "{{EventAttribute['product_name']}}"
  },
  "reference-record-id": "{{Campaign.ID}}"
}"""


def triggered(endpoint: Endpoint, event: str = "Added to cart", **fields: Any) -> dict[str, Any]:
    return {
        "name": "Cart video",
        "channel": "CONNECTOR",
        "delivery_type": "EVENT_TRIGGERED",
        "trigger": {"event_name": event},
        "content": connector(endpoint),
        **fields,
    }


async def test_an_event_makes_one_request_with_the_customers_and_the_events_values(
    api: Api, endpoint: Endpoint, settle: Settle
):
    body = """{"name": "{{UserAttribute['First Name']}}", "product": "{{EventAttribute['product_name']}}",
               "campaign": "{{Campaign.ID}}", "id": "MoEngage_{{UserAttribute['MoEngage ID']}}"}"""
    campaign = await api.active(**triggered(endpoint, content=connector(endpoint, body)))
    await api.customer("c1", {"first_name": 'Asha "A" O\'Neill'})
    await api.event("c1", "Added to cart", {"product_name": "Lamp </script>"})
    await settle()
    (send,) = await api.sends(campaign)
    ((headers, received),) = endpoint.received
    assert send["state"] == "sent"
    assert headers["X-Reelpress-Send-Id"] == send["id"]
    assert json.loads(received) == {
        "name": 'Asha "A" O\'Neill',
        "product": "Lamp </script>",
        "campaign": campaign,
        "id": f"MoEngage_{send['profile_id']}",
    }


async def test_the_body_of_the_guide_works_as_it_is_written(api: Api, endpoint: Endpoint, settle: Settle):
    campaign = await api.active(**triggered(endpoint, content=connector(endpoint, GUIDE_BODY)))
    await api.customer("c1", {"first_name": 'प्रिया "P" {{7*7}}', "mobile": "+919900112233"})
    await api.event("c1", "Added to cart", {"product_name": "Brass </lamp>"})
    await settle()
    (send,) = await api.sends(campaign)
    assert (send["state"], send["reason"]) == ("sent", None)
    (received,) = endpoint.bodies
    assert json.loads(received) == {
        "client-request-id": f"MoEngage_{send['profile_id']}",
        "customer-id": send["profile_id"],
        "use-case-id": "YOUR_USE_CASE_ID_FROM_STEP_1",
        "user-id": "+919900112233",
        "user-config": {"name": 'प्रिया "P" {{7*7}}', "product_name": "Brass </lamp>"},
        "reference-record-id": campaign,
    }


async def test_a_default_stands_in_for_what_is_missing(api: Api, endpoint: Endpoint, settle: Settle):
    body = """{"name": "{{UserAttribute['First Name'] | default('there')}}",
               "tier": "{{UserAttribute['tier'] | default("none")}}"}"""
    await api.active(**triggered(endpoint, content=connector(endpoint, body)))
    await api.customer("c1", {"email": "c1@example.com"})
    await api.event("c1", "Added to cart")
    await settle()
    assert [json.loads(one) for one in endpoint.bodies] == [{"name": "there", "tier": "none"}]


async def test_a_repeated_delivery_of_an_event_sends_once(api: Api, endpoint: Endpoint, settle: Settle):
    campaign = await api.active(**triggered(endpoint))
    await api.customer("c1", ASHA)
    for _ in range(3):
        await api.event("c1", "Added to cart", key="delivery-1")
    await settle()
    assert len(await api.sends(campaign)) == 1
    assert len(endpoint.received) == 1


async def test_the_same_thing_done_twice_sends_twice(api: Api, endpoint: Endpoint, settle: Settle):
    campaign = await api.active(**triggered(endpoint))
    await api.customer("c1", ASHA)
    await api.event("c1", "Added to cart")
    await api.event("c1", "Added to cart")
    await settle()
    assert len(await api.sends(campaign)) == 2


async def test_an_ingestion_that_runs_twice_writes_its_sends_once(
    api: Api, platform: Platform, workspace: TestWorkspace, endpoint: Endpoint
):
    campaign = await api.active(**triggered(endpoint))
    await api.customer("c1", ASHA)
    async with platform.db.transaction() as conn:
        profile = await profiles.by_identifier(conn, workspace.id, "c1")
        assert profile is not None
        now = platform.clock.now()
        event = IngestedEvent(new_uuid(), profile.id, "Added to cart", {}, now, now)
        for _ in range(2):
            await triggers.start(conn, platform, workspace.id, [event], {profile.id: profile})
        jobs = await conn.fetchval("select count(*) from pgqueuer where entrypoint = 'engage.send'")
    assert len(await api.sends(campaign)) == 1
    assert jobs == 1


async def test_only_events_and_customers_that_meet_the_rules_start_it(
    api: Api, endpoint: Endpoint, settle: Settle
):
    campaign = await api.active(
        **triggered(
            endpoint,
            trigger={"event_name": "Added to cart", "conditions": equals("category", "lamps")},
            audience=equals("Town", "Pune"),
        )
    )
    await api.customer("pune", {**ASHA, "Town": "Pune"})
    await api.customer("oslo", {**ASHA, "Town": "Oslo"})
    await api.event("pune", "Added to cart", {"category": "lamps"})
    await api.event("pune", "Added to cart", {"category": "rugs"})
    await api.event("pune", "Viewed", {"category": "lamps"})
    await api.event("oslo", "Added to cart", {"category": "lamps"})
    await settle()
    assert len(await api.sends(campaign)) == 1


async def test_a_draft_a_paused_and_a_stopped_campaign_start_nothing(
    api: Api, endpoint: Endpoint, settle: Settle
):
    await api.call("POST", "/campaigns", triggered(endpoint))
    for verb in ("pause", "stop"):
        campaign = await api.active(**triggered(endpoint))
        await api.call("POST", f"/campaigns/{campaign}/{verb}")
    await api.customer("c1", ASHA)
    await api.event("c1", "Added to cart")
    await settle()
    assert endpoint.received == []


@pytest.mark.parametrize(
    ("body", "category", "named"),
    [
        ('{"n": "{{UserAttribute[\'First Name\']}}"}', "User Attribute", "First Name"),
        ('{"n": "{{EventAttribute[\'product_name\']}}"}', "Event Attribute", "product_name"),
        ('{"n": "{% MOE_NOT_SEND(\'no consent\') %}"}', "Custom error message", "no consent"),
    ],
)
async def test_a_missing_attribute_fails_that_send_and_nothing_goes_out(
    api: Api, endpoint: Endpoint, settle: Settle, body: str, category: str, named: str
):
    campaign = await api.active(**triggered(endpoint, content=connector(endpoint, body)))
    await api.customer("c1", {"email": "c1@example.com"})
    await api.event("c1", "Added to cart")
    await settle()
    (send,) = await api.sends(campaign)
    assert (send["state"], send["category"]) == ("failed", category)
    assert named in send["reason"]
    assert endpoint.received == []
    stats = await api.call("GET", f"/campaigns/{campaign}/stats")
    assert (stats["attempted"], stats["sent"], stats["failed"]) == (1, 0, 1)
    message = named if category == "Custom error message" else None
    assert stats["reasons"] == [{"category": category, "code": None, "sends": 1, "message": message}]
    assert stats["funnel"] == {"users": 1, "after_removal": 1, "after_personalisation": 0, "sent": 0}


async def test_anything_but_200_is_a_failure_with_its_attempt_kept(
    api: Api, endpoint: Endpoint, settle: Settle
):
    endpoint.status = 202
    campaign = await api.active(**triggered(endpoint))
    await api.customer("c1", ASHA)
    await api.event("c1", "Added to cart")
    await settle()
    (send,) = await api.sends(campaign)
    view = await api.call("GET", f"/sends/{send['id']}")
    assert (send["state"], send["code"]) == ("failed", 202)
    assert [(one["code"], one["answer_head"]) for one in view["attempts"]] == [(202, '{"taken": 1}')]


async def test_media_ready_starts_a_campaign_for_those_who_have_the_attribute(
    api: Api, endpoint: Endpoint, settle: Settle
):
    campaign = await api.active(**triggered(endpoint, "Media Ready", audience=is_set("whilter_video_url")))
    await api.customer("c1", {**ASHA, "whilter_video_url": "https://m.example.com/m/1"})
    await api.customer("c2", ASHA)
    await api.event("c1", "Media Ready")
    await api.event("c2", "Media Ready")
    await settle()
    assert len(await api.sends(campaign)) == 1


async def test_a_send_keeps_the_version_that_made_it(api: Api, endpoint: Endpoint, settle: Settle):
    campaign = await api.active(**triggered(endpoint))
    await api.customer("c1", ASHA)
    await api.event("c1", "Added to cart")
    await settle()
    changed = await api.call(
        "PATCH", f"/campaigns/{campaign}", {"content": connector(endpoint, '{"second": true}')}
    )
    await api.event("c1", "Added to cart")
    await settle()
    assert changed["version"] == 2
    assert changed["status"] == "ACTIVE"
    assert [send["version_number"] for send in await api.sends(campaign)] == [2, 1]
    assert endpoint.bodies == ['{"name": "Asha"}', '{"second": true}']


async def test_a_renamed_attribute_still_works_in_what_was_written_before(
    api: Api, endpoint: Endpoint, settle: Settle
):
    await api.customer("c1", {**ASHA, "tier_x": "gold"})
    await api.call("PATCH", "/attributes/tier_x", {"display_name": "Tier"})
    content = connector(endpoint, '{"tier": "{{UserAttribute[\'Tier\']}}"}')
    await api.active(**triggered(endpoint, content=content, audience=equals("Tier", "gold")))
    await api.call("PATCH", "/attributes/tier_x", {"display_name": "Level"})
    await api.event("c1", "Added to cart")
    await settle()
    assert endpoint.bodies == ['{"tier": "gold"}']


async def test_many_events_and_rules_take_no_more_queries_than_one(
    api: Api, platform: Platform, workspace: TestWorkspace, endpoint: Endpoint
):
    await api.customer("c1", ASHA)

    async def queries(events: int) -> int:
        seen: list[str] = []
        async with platform.db.transaction() as conn:
            profile = await profiles.by_identifier(conn, workspace.id, "c1")
            assert profile is not None
            now = platform.clock.now()
            batch = [
                IngestedEvent(new_uuid(), profile.id, "Added to cart", {}, now, now) for _ in range(events)
            ]
            with conn.query_logger(lambda record: seen.append(record.query)):
                await triggers.start(conn, platform, workspace.id, batch, {profile.id: profile})
        # A fresh connection also asks the catalogue for its types.
        return sum("engage_" in query or "pgqueuer" in query for query in seen)

    await api.active(**triggered(endpoint))
    few = await queries(1)
    assert few > 0
    for _ in range(4):
        await api.active(**triggered(endpoint))
    assert await queries(20) == few
