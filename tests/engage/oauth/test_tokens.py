"""One token for all: cached, refreshed in time, fetched once, remembered when it cannot be had."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from tests.engage.oauth.endpoint import SECRET, Endpoint
from tests.engage.oauth.fixtures import given_for

from reelpress.engage import oauth
from reelpress.engage.oauth import Configuration, Token, TokenFailure
from reelpress.engage.oauth.tokens import FAILURE_HOLD
from reelpress.platform.auth import Principal
from reelpress.platform.clock import FixedClock
from reelpress.platform.config import Settings
from reelpress.platform.context import Platform, open_platform

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


@pytest.fixture
async def platform(settings: Settings, clock: FixedClock) -> AsyncGenerator[Platform]:
    async with open_platform(settings, clock=clock) as platform:
        yield platform


def value_of(found: Token | TokenFailure) -> str:
    assert isinstance(found, Token), found
    return found.value


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while True:
            if await condition():
                return
            await asyncio.sleep(0.01)


async def test_a_token_is_fetched_once_and_kept(
    platform: Platform, configuration: Configuration, endpoint: Endpoint
) -> None:
    first = await oauth.token(platform, configuration.workspace_id, configuration.id)
    again = await oauth.token(platform, configuration.workspace_id, configuration.id)
    assert first == again
    assert isinstance(first, Token)
    assert (first.prefix, first.error_codes) == ("Bearer", (401, 403))
    assert first.expires_at == START + timedelta(hours=1)
    assert endpoint.token_calls == []


async def test_it_is_fetched_again_before_it_expires(
    platform: Platform, clock: FixedClock, configuration: Configuration, endpoint: Endpoint
) -> None:
    clock.advance(timedelta(seconds=3239))
    before = value_of(await oauth.token(platform, configuration.workspace_id, configuration.id))
    clock.advance(timedelta(seconds=1))
    after = value_of(await oauth.token(platform, configuration.workspace_id, configuration.id))
    assert before != after
    assert len(endpoint.token_calls) == 1


async def test_many_sends_in_two_processes_make_one_call(
    platform: Platform,
    settings: Settings,
    clock: FixedClock,
    configuration: Configuration,
    endpoint: Endpoint,
) -> None:
    clock.advance(timedelta(hours=2))
    endpoint.gate.clear()
    async with open_platform(settings, clock=clock) as other:
        wanted = [
            asyncio.create_task(oauth.token(process, configuration.workspace_id, configuration.id))
            for process in (platform, other)
            for _ in range(25)
        ]
        await until(lambda: _one_stands_at_the_lock(platform, endpoint))
        endpoint.gate.set()
        found = {value_of(each) for each in await asyncio.gather(*wanted)}
    assert len(found) == 1
    assert len(endpoint.token_calls) == 1


async def _one_stands_at_the_lock(platform: Platform, endpoint: Endpoint) -> bool:
    """One process asks the token URL while the other waits for it, or, wrongly, asks too."""
    async with platform.db.connection() as conn:
        waiting = await conn.fetchval(
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'
            """
        )
    return len(endpoint.token_calls) > 1 or (waiting > 0 and len(endpoint.token_calls) == 1)


async def test_a_refused_token_is_replaced_once_however_many_sends_it_failed(
    platform: Platform, configuration: Configuration, endpoint: Endpoint
) -> None:
    workspace_id, configuration_id = configuration.workspace_id, configuration.id
    old = value_of(await oauth.token(platform, workspace_id, configuration_id))
    found = await asyncio.gather(
        *(oauth.token(platform, workspace_id, configuration_id, refused=old) for _ in range(10))
    )
    assert {value_of(each) for each in found} == {"token-2"}
    assert len(endpoint.token_calls) == 1


async def test_a_configuration_without_token_turns_failed_with_its_reason_and_heals(
    platform: Platform, clock: FixedClock, configuration: Configuration, endpoint: Endpoint
) -> None:
    workspace_id, configuration_id = configuration.workspace_id, configuration.id
    clock.advance(timedelta(hours=2))
    endpoint.token_status = 503
    failed = await oauth.token(platform, workspace_id, configuration_id)
    assert failed == TokenFailure("the token URL answered 503")
    shown = await oauth.get(platform, workspace_id, configuration_id)
    assert (shown.status, shown.status_reason) == ("FAILED", "the token URL answered 503")

    assert await oauth.token(platform, workspace_id, configuration_id) == failed
    assert len(endpoint.token_calls) == 1, "a failure is held, not repeated for each send"

    endpoint.token_status = 200
    clock.advance(FAILURE_HOLD)
    assert isinstance(await oauth.token(platform, workspace_id, configuration_id), Token)
    shown = await oauth.get(platform, workspace_id, configuration_id)
    assert (shown.status, shown.status_reason) == ("ACTIVE", None)


async def test_a_token_in_its_last_seconds_is_used_while_no_other_can_be_had(
    platform: Platform, clock: FixedClock, configuration: Configuration, endpoint: Endpoint
) -> None:
    endpoint.token_status = 503
    clock.advance(timedelta(seconds=3300))
    for _ in range(3):
        assert (
            value_of(await oauth.token(platform, configuration.workspace_id, configuration.id)) == "token-1"
        )
    assert len(endpoint.token_calls) == 1, "asked once, then held"
    assert (await oauth.get(platform, configuration.workspace_id, configuration.id)).status == "ACTIVE"

    clock.advance(timedelta(seconds=300))
    found = await oauth.token(platform, configuration.workspace_id, configuration.id)
    assert found == TokenFailure("the token URL answered 503")


async def test_token_and_secret_are_unreadable_in_the_database(
    platform: Platform, configuration: Configuration
) -> None:
    async with platform.db.connection() as conn:
        row = await conn.fetchrow(
            "SELECT c::text AS all_columns, token, sealed FROM engage_oauth_configurations c"
        )
    assert row is not None
    everything = row["all_columns"].encode() + row["token"] + row["sealed"]
    assert SECRET.encode() not in everything
    assert SECRET.encode().hex() not in row["all_columns"]
    assert b"token-1" not in everything
    assert SECRET not in repr(configuration)


async def test_a_configuration_that_is_gone_gives_no_token(platform: Platform, principal: Principal) -> None:
    found = await oauth.token(platform, principal.workspace_id, "0" * 24)
    assert found == TokenFailure("the authorization configuration no longer exists")


async def test_another_workspace_gets_no_token(platform: Platform, configuration: Configuration) -> None:
    found = await oauth.token(platform, "ANOTHERWORKSPACE", configuration.id)
    assert isinstance(found, TokenFailure)


async def test_a_token_url_that_moves_inside_is_refused_when_it_is_called(
    platform: Platform, clock: FixedClock, configuration: Configuration, endpoint: Endpoint
) -> None:
    async with platform.db.connection() as conn:
        await conn.execute(
            "UPDATE engage_oauth_configurations SET url = 'https://169.254.169.254/latest', token = NULL"
        )
    found = await oauth.token(platform, configuration.workspace_id, configuration.id)
    assert isinstance(found, TokenFailure)
    assert "169.254.169.254" in found.reason
    assert endpoint.token_calls == []


async def test_editing_forgets_the_token_of_before(
    platform: Platform, principal: Principal, configuration: Configuration, endpoint: Endpoint
) -> None:
    old = value_of(await oauth.token(platform, configuration.workspace_id, configuration.id))
    await oauth.update(platform, principal, configuration.id, given_for(endpoint, name="Renamed"))
    assert value_of(await oauth.token(platform, configuration.workspace_id, configuration.id)) != old
