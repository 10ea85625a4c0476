"""Each trigger of a business event makes a child of every campaign that waits for it."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.conftest import TestWorkspace
from tests.engage.campaigns.support import Api, Endpoint, connector, email, equals, is_set
from tests.engage.campaigns.test_one_time import fill

from reelpress.engage.audiences.parse import RuleFault, parse_rule
from reelpress.engage.business_events import service
from reelpress.engage.business_events.model import Attribute, NewBusinessEvent, NewTrigger, Refused, Wanted
from reelpress.engage.campaigns import dynamic, jobs, store
from reelpress.engage.campaigns import service as campaigns
from reelpress.engage.campaigns.model import CampaignInput, Status
from reelpress.platform.auth import Principal, Role
from reelpress.platform.context import Platform

Settle = Callable[..., Awaitable[None]]
SEASON = """{"id": "{{UserAttribute['ID']}}", "season": "{{BusinessEventAttribute['season']}}"}"""
NEW_SEASON = NewBusinessEvent(
    "New season",
    (Attribute("season", "string"), Attribute("towns", "array"), Attribute("rank", "int")),
    "a@example.com",
)


def waiting(endpoint: Endpoint, body: str = SEASON, **fields: Any) -> dict[str, Any]:
    return {
        "name": "New season",
        "channel": "CONNECTOR",
        "delivery_type": "BUSINESS_EVENT_TRIGGERED",
        "trigger": {"event_name": "New season"},
        "content": connector(endpoint, body),
        **fields,
    }


def dynamic_rule(value: str, operator: str = "in", data_type: str = "string") -> dict[str, Any]:
    rule = {"name": "town", "data_type": data_type, "operator": operator, "value": value}
    return {"filter_operator": "and", "filters": [{**rule, "is_dynamic_value": True}]}


async def happen(platform: Platform, workspace: TestWorkspace, **attributes: Any) -> Any:
    given = NewTrigger("New season", attributes, None)
    return await service.trigger(platform, workspace.id, given, needs_campaign=True)


@pytest.fixture
async def new_season(platform: Platform, workspace: TestWorkspace) -> None:
    await service.create(platform, workspace.id, NEW_SEASON)


@pytest.mark.usefixtures("new_season")
async def test_every_trigger_reaches_the_audience_with_its_own_attributes(
    api: Api, platform: Platform, workspace: TestWorkspace, endpoint: Endpoint, settle: Settle
):
    towns = dynamic_rule("{{BusinessEventAttribute['towns']}}")
    campaign = await api.active(**waiting(endpoint, audience=towns))
    for customer, town in (("c1", "Pune"), ("c2", "Delhi"), ("c3", "Goa")):
        await api.customer(customer, {"town": town})
    await happen(platform, workspace, season="One", towns=["pune", "Goa"])
    await settle()
    await happen(platform, workspace, season="Two", towns=["Delhi", "Goa"])
    await settle()
    said = sorted(endpoint.bodies)
    assert said == [
        '{"id": "c1", "season": "One"}',
        '{"id": "c2", "season": "Two"}',
        '{"id": "c3", "season": "One"}',
        '{"id": "c3", "season": "Two"}',
    ]
    assert (await api.call("GET", f"/campaigns/{campaign}"))["status"] == "ACTIVE"
    children = (await api.call("GET", f"/campaigns/{campaign}/children"))["children"]
    assert [(child["attributes"]["season"], child["members"]) for child in children] == [
        ("Two", 2),
        ("One", 2),
    ]
    assert {send["occasion"] for send in await api.sends(campaign)} == {child["id"] for child in children}
    _, (known,) = await service.find(platform, workspace.id, Wanted(names=("New season",)))
    assert (known.triggers, known.members, known.sent, known.campaigns) == (2, 4, 4, 1)


@pytest.mark.usefixtures("new_season")
async def test_what_the_audience_needs_must_be_said_and_of_its_type_else_nobody_is_reached(
    api: Api, platform: Platform, workspace: TestWorkspace, endpoint: Endpoint, settle: Settle
):
    season = dynamic_rule("{{ BusinessEventAttribute.season }}", "is")
    campaign = await api.active(**waiting(endpoint, audience=season))
    await api.customer("c1", {"town": "Pune"})
    assert (await happen(platform, workspace, rank=1)).failed.keys() == {campaign}
    assert (await happen(platform, workspace, season=7)).failed.keys() == {campaign}
    assert (await happen(platform, workspace, season="Pune")).triggered == (campaign,)
    await settle()
    assert len(endpoint.bodies) == 1
    children = (await api.call("GET", f"/campaigns/{campaign}/children?limit=2"))["children"]
    assert [child["stopped"] for child in children] == [
        None, "the attribute 'season' is no string, as the audience needs it",
    ]  # fmt: skip


@pytest.mark.usefixtures("new_season")
async def test_a_large_audience_is_written_page_by_page_and_once_although_a_job_comes_twice(
    platform: Platform, workspace: TestWorkspace, endpoint: Endpoint
):
    await fill(platform, workspace, 700, outsiders=10)
    principal = Principal(workspace.id, Role.marketer, "test")
    given = CampaignInput.model_validate(waiting(endpoint, audience=is_set("invited")))
    campaign = await campaigns.create(platform, principal, given)
    await campaigns.activate(platform, principal, campaign.id)
    await happen(platform, workspace, season="One")
    async with platform.db.connection() as conn:
        ((child, _, _),) = await store.open_occurrences(conn, workspace.id, campaign.id)
    pages = [{"workspace": workspace.id, "occurrence": str(child), "page": page} for page in (0, 1)]
    for expected, page in (((500, 500, 2), pages[0]), ((700, 700, 2), pages[1])):
        for _ in range(2):
            await jobs.page(platform, page)
            assert await _counts(platform) == expected
    await jobs.page(platform, pages[0])
    assert await _counts(platform) == (700, 700, 2)


@pytest.mark.usefixtures("new_season")
async def test_the_trigger_its_children_and_their_jobs_are_written_together_or_not_at_all(
    platform: Platform, workspace: TestWorkspace, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
):
    principal = Principal(workspace.id, Role.marketer, "test")
    campaign = await campaigns.create(platform, principal, CampaignInput.model_validate(waiting(endpoint)))
    await campaigns.activate(platform, principal, campaign.id)

    async def killed(*args: Any, **named: Any) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(type(platform.jobs), "enqueue_many", killed)
        with pytest.raises(RuntimeError):
            await happen(platform, workspace, season="One")
    _, (known,) = await service.find(platform, workspace.id, Wanted())
    assert known.triggers == 0
    async with platform.db.connection() as conn:
        assert await store.open_occurrences(conn, workspace.id, campaign.id) == []


@pytest.mark.usefixtures("new_season")
async def test_a_paused_campaign_goes_on_with_the_children_it_had_and_gets_no_more(
    platform: Platform, workspace: TestWorkspace, endpoint: Endpoint
):
    await fill(platform, workspace, 3)
    principal = Principal(workspace.id, Role.marketer, "test")
    campaign = await campaigns.create(platform, principal, CampaignInput.model_validate(waiting(endpoint)))
    await campaigns.activate(platform, principal, campaign.id)
    await happen(platform, workspace, season="One")
    async with platform.db.connection() as conn:
        ((child, _, _),) = await store.open_occurrences(conn, workspace.id, campaign.id)
    page = {"workspace": workspace.id, "occurrence": str(child), "page": 0}
    await campaigns.pause(platform, principal, campaign.id)
    with pytest.raises(Refused, match="No active campaign"):
        await happen(platform, workspace, season="Two")
    await jobs.page(platform, page)
    assert await _counts(platform) == (0, 0, 1)
    assert (await campaigns.activate(platform, principal, campaign.id)).status is Status.active
    assert await _counts(platform) == (0, 0, 2)
    await jobs.page(platform, page)
    assert await _counts(platform) == (3, 3, 2)


@pytest.mark.usefixtures("new_season")
async def test_the_attributes_of_a_business_event_are_offered_for_its_campaigns(api: Api):
    offered = await api.call("GET", "/campaigns/attributes?event_name=New%20season")
    found = [one["expression"] for one in offered if one["source"] == "BusinessEventAttribute"]
    assert found == [f"{{{{BusinessEventAttribute['{name}']}}}}" for name in ("season", "towns", "rank")]
    elsewhere = await api.call("GET", "/campaigns/attributes?event_name=Other")
    assert [one for one in elsewhere if one["source"] == "BusinessEventAttribute"] == []


@pytest.mark.usefixtures("new_season")
async def test_a_test_and_a_preview_take_the_attributes_of_the_business_event(api: Api, endpoint: Endpoint):
    campaign = await api.call("POST", "/campaigns", waiting(endpoint))
    await api.customer("c1", {"town": "Pune"})
    tried = {"profile": "c1", "event_attributes": {"season": "One"}}
    shown = await api.call("POST", f"/campaigns/{campaign['id']}/preview", tried)
    assert shown["request"]["body"] == '{"id": "c1", "season": "One"}'
    await api.call("POST", f"/campaigns/{campaign['id']}/test", tried)
    assert endpoint.bodies == ['{"id": "c1", "season": "One"}']
    missing = await api.call("POST", f"/campaigns/{campaign['id']}/preview", {"profile": "c1"})
    assert missing["not_sent"]["category"] == "Event Attribute"


@pytest.mark.usefixtures("new_season")
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"trigger": {"event_name": "Unknown"}}, "trigger.event_name"),
        ({"trigger": {"event_name": "New season", "conditions": equals("season", "x")}},
         "trigger.conditions"),
        ({"audience": dynamic_rule("{{BusinessEventAttribute['brand']}}")}, "audience"),
        ({"delivery_type": "ONE_TIME", "trigger": None,
          "audience": dynamic_rule("{{BusinessEventAttribute['season']}}")}, "audience"),
        ({"schedule": {"start_at": "2040-01-01T00:00:00Z"}}, "schedule"),
    ],
)  # fmt: skip
async def test_a_campaign_that_no_trigger_could_start_is_not_activated(
    api: Api, fields: dict[str, Any], field: str, endpoint: Endpoint
):
    mail = {**waiting(endpoint), "content": email(), "channel": "EMAIL"}
    draft = await api.call("POST", "/campaigns", {**mail, **fields})
    refused = await api.call("POST", f"/campaigns/{draft['id']}/activate", expect=400)
    assert refused["error"]["field"] == field


@pytest.mark.parametrize(
    ("value", "data_type", "said", "holds"),
    [
        ("{{BusinessEventAttribute['v']}}", "string", "Pune", True),
        ("{{BusinessEventAttribute.v}}", "double", 7, True),
        ('{{ BusinessEventAttribute["v"] }}', "datetime", "2026-01-01", True),
        ("{{BusinessEventAttribute['v']}}", "bool", False, True),
        ("{{BusinessEventAttribute['v']}}", "double", "7", False),
        ("{{BusinessEventAttribute['v']}}", "string", ["a", 1], False),
        ("{{BusinessEventAttribute['v']}}", "double", True, False),
        ("{{BusinessEventAttribute['v']}}", "datetime", "11/11/2023", False),
        ("{{BusinessEventAttribute['other']}}", "string", "x", False),
    ],
)
def test_a_dynamic_value_is_filled_in_where_its_type_is_that_of_the_filter(
    value: str, data_type: str, said: Any, holds: bool
):
    audience = {"included_filters": dynamic_rule(value, "is", data_type)}
    parse_rule(dynamic.sampled(audience))
    if not holds:
        with pytest.raises(RuleFault) as fault:
            dynamic.resolved(audience, {"v": said})
        assert fault.value.path == "audience.included_filters.filters[0].value"
        return
    filled = dynamic.resolved(audience, {"v": said})
    assert filled["included_filters"]["filters"][0]["value"] == said
    parse_rule(filled)


@pytest.mark.parametrize(
    "value", ["Pune", "{{UserAttribute['town']}}", "x {{BusinessEventAttribute['v']}}", 7]
)
def test_a_dynamic_value_is_one_attribute_and_nothing_else(value: Any):
    with pytest.raises(RuleFault, match="a dynamic value is written"):
        dynamic.attribute_names(dynamic_rule(value))


async def _counts(platform: Platform) -> tuple[int, int, int]:
    async with platform.db.connection() as conn:
        row = await conn.fetchrow(
            """
            select (select count(*) from engage_sends where kind = 'BUSINESS_EVENT') as sends,
                   (select count(*) from pgqueuer where entrypoint = 'engage.send') as jobs,
                   (select count(*) from pgqueuer where entrypoint = 'engage.page') as pages
            """
        )
    assert row is not None
    return tuple(row)
