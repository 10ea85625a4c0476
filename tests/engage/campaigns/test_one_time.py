"""One-time campaigns reach each member of their audience once, whatever dies on the way."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import TestWorkspace
from tests.engage.campaigns.support import Api, Endpoint, connector, is_set

from reelpress.engage.campaigns import jobs, occurrences, service, store
from reelpress.engage.campaigns.model import CampaignInput
from reelpress.engage.campaigns.occurrences import PAGE_JOB
from reelpress.engage.campaigns.sends import service as sends
from reelpress.engage.campaigns.sends.model import Outcome
from reelpress.platform.auth import Principal, Role
from reelpress.platform.context import Platform

Settle = Callable[..., Awaitable[None]]
MEMBERS = 1100  # two full pages and a part of one


def one_time(endpoint: Endpoint, **fields: Any) -> dict[str, Any]:
    content = connector(endpoint, '{"id": "{{UserAttribute[\'ID\']}}"}')
    return {
        "name": "Everybody",
        "channel": "CONNECTOR",
        "delivery_type": "ONE_TIME",
        "content": content,
        **fields,
    }


async def fill(platform: Platform, workspace: TestWorkspace, members: int, outsiders: int = 0) -> None:
    """Profiles of whom the first have the attribute `invited`."""
    async with platform.db.transaction() as conn:
        await conn.execute(
            """
            insert into profiles (workspace_id, id, customer_id, attributes, folded)
            select $1, lpad(to_hex(n), 24, '0'), 'c' || n,
                   case when n <= $2 then '{"invited": "yes"}' else '{}' end::jsonb,
                   case when n <= $2 then '{"invited": "yes"}' else '{}' end::jsonb
            from generate_series(1, $3) as n
            """,
            workspace.id,
            members,
            members + outsiders,
        )


async def status_of(api: Api, campaign: str) -> str:
    return (await api.call("GET", f"/campaigns/{campaign}"))["status"]


async def page_payload(platform: Platform, workspace: TestWorkspace, campaign: str) -> dict[str, Any]:
    """The payload of the page job that comes next."""
    async with platform.db.connection() as conn:
        ((occurrence, page, _),) = await store.open_occurrences(conn, workspace.id, campaign)
    return {"workspace": workspace.id, "occurrence": str(occurrence), "page": page}


async def test_each_member_of_the_audience_is_reached_once_although_paging_died_half_way(
    api: Api,
    platform: Platform,
    workspace: TestWorkspace,
    endpoint: Endpoint,
    settle: Settle,
    monkeypatch: pytest.MonkeyPatch,
):
    await fill(platform, workspace, MEMBERS, outsiders=50)
    advance, pages = store.advance_occurrence, 0

    async def die_on_the_second_page(*args: Any, **named: Any) -> None:
        nonlocal pages
        pages += 1
        if pages == 2:
            raise RuntimeError("killed")
        await advance(*args, **named)

    monkeypatch.setattr(store, "advance_occurrence", die_on_the_second_page)
    campaign = await api.active(**one_time(endpoint, audience=is_set("invited")))
    await settle()
    assert len(endpoint.received) == 500
    assert await status_of(api, campaign) == "SENDING"
    await jobs.page(platform, await page_payload(platform, workspace, campaign))
    await settle()
    assert len(endpoint.received) == MEMBERS
    assert len(set(endpoint.bodies)) == MEMBERS
    stats = await api.call("GET", f"/campaigns/{campaign}/stats")
    assert (stats["attempted"], stats["sent"], stats["waiting"]) == (MEMBERS, MEMBERS, 0)
    assert await status_of(api, campaign) == "SENT"


async def test_a_page_job_that_comes_twice_writes_nothing_twice(
    platform: Platform, workspace: TestWorkspace, endpoint: Endpoint
):
    await fill(platform, workspace, MEMBERS)
    principal = Principal(workspace.id, Role.marketer, "test")
    campaign = await service.create(platform, principal, CampaignInput.model_validate(one_time(endpoint)))
    await service.activate(platform, principal, campaign.id)
    payload = await page_payload(platform, workspace, campaign.id)
    await jobs.page(platform, payload)
    await jobs.page(platform, payload)
    async with platform.db.connection() as conn:
        counts = await conn.fetchrow(
            """
            select (select count(*) from engage_sends) as sends,
                   (select count(*) from pgqueuer where entrypoint = 'engage.send') as jobs,
                   (select count(*) from pgqueuer where entrypoint = 'engage.page') as pages
            """
        )
    assert counts is not None
    assert tuple(counts) == (500, 500, 2)


async def test_an_empty_audience_is_sent_at_once(api: Api, endpoint: Endpoint, settle: Settle):
    campaign = await api.active(**one_time(endpoint, audience=is_set("invited")))
    await settle()
    assert await status_of(api, campaign) == "SENT"


async def test_a_campaign_with_a_start_waits_for_it(
    api: Api, platform: Platform, workspace: TestWorkspace, endpoint: Endpoint, settle: Settle
):
    await fill(platform, workspace, 2)
    start = platform.clock.now() + timedelta(hours=2)
    campaign = await api.active(**one_time(endpoint, schedule={"start_at": start.isoformat()}))
    await settle()
    assert await status_of(api, campaign) == "SCHEDULED"
    assert endpoint.received == []
    async with platform.db.connection() as conn:
        waits = await conn.fetchval(
            "select execute_after - now() from pgqueuer where entrypoint = $1", PAGE_JOB
        )
    assert timedelta(minutes=119) < waits <= timedelta(hours=2)
    await jobs.page(platform, await page_payload(platform, workspace, campaign))
    await settle()
    assert len(endpoint.received) == 2
    assert await status_of(api, campaign) == "SENT"


async def test_a_start_in_the_past_means_at_once(
    api: Api, platform: Platform, workspace: TestWorkspace, endpoint: Endpoint, settle: Settle
):
    await fill(platform, workspace, 2)
    await api.active(**one_time(endpoint, schedule={"start_at": "2020-01-01T00:00:00Z"}))
    await settle()
    assert len(endpoint.received) == 2


async def test_a_paused_campaign_goes_on_where_it_was(
    api: Api, platform: Platform, workspace: TestWorkspace, endpoint: Endpoint, settle: Settle
):
    await fill(platform, workspace, 3)
    start = platform.clock.now() + timedelta(hours=2)
    campaign = await api.active(**one_time(endpoint, schedule={"start_at": start.isoformat()}))
    payload = await page_payload(platform, workspace, campaign)
    await api.call("POST", f"/campaigns/{campaign}/pause")
    await jobs.page(platform, payload)
    assert await api.sends(campaign) == []
    resumed = await api.call("POST", f"/campaigns/{campaign}/activate")
    assert resumed["status"] == "SCHEDULED"
    await jobs.page(platform, payload)
    await settle()
    assert len(endpoint.received) == 3


async def test_a_campaign_ends_although_a_fault_of_ours_held_the_job_of_one_send(
    api: Api,
    platform: Platform,
    workspace: TestWorkspace,
    endpoint: Endpoint,
    settle: Settle,
    monkeypatch: pytest.MonkeyPatch,
):
    await fill(platform, workspace, 3)
    act, acted = sends.act, 0

    async def faulty(*args: Any) -> Outcome:
        nonlocal acted
        acted += 1
        if acted == 2:
            raise LookupError("Asha")
        return await act(*args)

    monkeypatch.setattr(sends, "act", faulty)
    campaign = await api.active(**one_time(endpoint))
    await settle()
    assert await status_of(api, campaign) == "SENT"
    stats = await api.call("GET", f"/campaigns/{campaign}/stats")
    assert (stats["sent"], stats["failed"], stats["waiting"]) == (2, 1, 0)
    assert stats["reasons"] == [{"category": "Unknown", "code": None, "sends": 1, "message": None}]
    async with platform.db.connection() as conn:
        jobs_left = await conn.fetch("select entrypoint, status from pgqueuer")
        log = await conn.fetch("select * from pgqueuer_log where traceback is not null")
    assert [(job["entrypoint"], job["status"]) for job in jobs_left] == [("engage.send", "failed")]
    assert "Asha" not in str(jobs_left) + str(log)


async def test_the_close_job_does_not_wait_for_pages_that_are_still_to_come(
    api: Api, platform: Platform, workspace: TestWorkspace, endpoint: Endpoint
):
    start = platform.clock.now() + timedelta(hours=2)
    campaign = await api.active(**one_time(endpoint, schedule={"start_at": start.isoformat()}))
    async with platform.db.connection() as conn:
        await conn.execute("update engage_campaigns set status = 'SENDING'")
    assert await occurrences.close(platform, workspace.id, campaign)
    assert await status_of(api, campaign) == "SENDING"
