"""Periodic campaigns: run after run, each to its audience of that moment."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.conftest import TestWorkspace
from tests.engage.campaigns.support import email
from tests.engage.campaigns.test_one_time import fill

from reelpress.engage.campaigns import jobs, service, store
from reelpress.engage.campaigns.model import Campaign, CampaignInput, Status
from reelpress.engage.campaigns.sends import store as sends_store
from reelpress.platform.auth import Principal, Role
from reelpress.platform.clock import FixedClock
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START - timedelta(hours=1))


@pytest.fixture
def timed(platform: Platform, clock: FixedClock) -> Platform:
    return replace(platform, clock=clock)


@pytest.fixture
def principal(workspace: TestWorkspace) -> Principal:
    return Principal(workspace.id, Role.marketer, "test")


async def periodic(platform: Platform, principal: Principal, **details: Any) -> Campaign:
    """An active campaign that is sent daily."""
    repeats = {"sending_frequency": "DAILY", **details}
    given = {
        "name": "Daily news",
        "channel": "EMAIL",
        "delivery_type": "PERIODIC",
        "schedule": {"start_at": START.isoformat(), "periodic_details": repeats},
        "content": email(),
    }
    campaign = await service.create(platform, principal, CampaignInput.model_validate(given))
    return await service.activate(platform, principal, campaign.id)


async def due(platform: Platform, campaign: Campaign) -> list[datetime]:
    async with platform.db.connection() as conn:
        return [at for _, _, at in await store.open_occurrences(conn, campaign.workspace_id, campaign.id)]


async def run(platform: Platform, campaign: Campaign, times: int = 2) -> None:
    """The page job of the run that comes next, as often as it may come."""
    async with platform.db.connection() as conn:
        (occurrence, page, _) = min(
            await store.open_occurrences(conn, campaign.workspace_id, campaign.id), key=lambda one: one[2]
        )
    payload = {"workspace": campaign.workspace_id, "occurrence": str(occurrence), "page": page}
    for _ in range(times):
        await jobs.page(platform, payload)


async def state(platform: Platform, campaign: Campaign) -> tuple[Status, int]:
    """The campaign's status and how many sends it has."""
    async with platform.db.connection() as conn:
        sends = sum(row[-1] for row in await sends_store.tally(conn, campaign.workspace_id, campaign.id))
    return (await service.get(platform, campaign.workspace_id, campaign.id)).status, sends


async def test_each_run_arranges_the_next_once_and_the_last_one_ends_the_campaign(
    timed: Platform, clock: FixedClock, principal: Principal, workspace: TestWorkspace
):
    await fill(timed, workspace, 3)
    campaign = await periodic(timed, principal, no_of_occurences=2)
    assert campaign.status is Status.active
    assert await due(timed, campaign) == [START]
    clock.moment = START + timedelta(seconds=1)
    await run(timed, campaign)
    assert await due(timed, campaign) == [START + DAY]
    assert await state(timed, campaign) == (Status.active, 3)
    clock.moment = START + DAY + timedelta(seconds=1)
    await run(timed, campaign)
    assert await due(timed, campaign) == []
    assert await state(timed, campaign) == (Status.sending, 6)
    async with timed.db.transaction() as conn:
        await conn.execute("update engage_sends set state = 'sent'")
    await jobs.close(timed, {"workspace": workspace.id, "campaign": campaign.id})
    assert await state(timed, campaign) == (Status.sent, 6)


async def test_a_run_that_came_late_leaves_out_what_it_missed(
    timed: Platform, clock: FixedClock, principal: Principal
):
    campaign = await periodic(timed, principal)
    clock.moment = START + 3 * DAY + timedelta(hours=1)
    await run(timed, campaign)
    assert await due(timed, campaign) == [START + 4 * DAY]


async def test_a_paused_campaign_goes_on_with_the_run_after_its_pause(
    timed: Platform, clock: FixedClock, principal: Principal, workspace: TestWorkspace
):
    await fill(timed, workspace, 3)
    campaign = await periodic(timed, principal)
    await service.pause(timed, principal, campaign.id)
    clock.moment = START + timedelta(hours=1)
    await run(timed, campaign)
    assert await state(timed, campaign) == (Status.paused, 0)
    assert (await service.activate(timed, principal, campaign.id)).status is Status.active
    assert await due(timed, campaign) == [START + DAY]
    assert await state(timed, campaign) == (Status.active, 0)


async def test_a_campaign_paused_past_its_end_is_over(
    timed: Platform, clock: FixedClock, principal: Principal
):
    campaign = await periodic(timed, principal, no_of_occurences=1)
    clock.moment = START + timedelta(hours=1)
    await run(timed, campaign)
    await service.pause(timed, principal, campaign.id)
    assert (await service.activate(timed, principal, campaign.id)).status is Status.sending
    await jobs.close(timed, {"workspace": campaign.workspace_id, "campaign": campaign.id})
    assert await state(timed, campaign) == (Status.sent, 0)


async def test_a_schedule_that_is_over_is_not_activated(timed: Platform, principal: Principal):
    given = {
        "name": "Daily news",
        "channel": "EMAIL",
        "delivery_type": "PERIODIC",
        "schedule": {
            "start_at": "2020-01-01T00:00:00Z",
            "expiry_time": "2020-02-01T00:00:00Z",
            "periodic_details": {"sending_frequency": "DAILY"},
        },
        "content": email(),
    }
    campaign = await service.create(timed, principal, CampaignInput.model_validate(given))
    with pytest.raises(Refusal, match="no run that is still to come"):
        await service.activate(timed, principal, campaign.id)
