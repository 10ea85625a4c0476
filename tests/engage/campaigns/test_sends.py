"""A send may be run twice, late or by two at once; what is written counts once."""

from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from tests.conftest import TestWorkspace
from tests.engage.campaigns.support import Endpoint, connector, email

from reelpress.engage.campaigns import service as campaigns
from reelpress.engage.campaigns import triggers
from reelpress.engage.campaigns.model import CampaignInput
from reelpress.engage.campaigns.sends import jobs, service, store
from reelpress.engage.campaigns.sends.acting import EMAIL_RETRY_AFTER_S
from reelpress.engage.campaigns.sends.model import Attempt, Outcome, Send, SendState
from reelpress.engage.channels.email.mailbox import serve_mailbox
from reelpress.engage.channels.email.mailbox import service as mailbox
from reelpress.engage.events.model import IngestedEvent
from reelpress.engage.profiles import service as profiles
from reelpress.platform.auth import Principal, Role
from reelpress.platform.context import Platform
from reelpress.platform.ids import new_uuid
from reelpress.platform.jobs import RetryLater

PROFILE = "0" * 23 + "1"


@pytest.fixture
def principal(workspace: TestWorkspace) -> Principal:
    return Principal(workspace.id, Role.marketer, "test")


@pytest.fixture
async def mail_server(platform: Platform) -> AsyncGenerator[None]:
    async with serve_mailbox(platform):
        yield


async def queued(platform: Platform, principal: Principal, channel: str, content: dict[str, Any]) -> Send:
    """A send whose job nobody has taken yet."""
    given = CampaignInput.model_validate(
        {
            "name": "Welcome",
            "channel": channel,
            "delivery_type": "EVENT_TRIGGERED",
            "trigger": {"event_name": "Signed up"},
            "content": content,
        }
    )
    campaign = await campaigns.create(platform, principal, given)
    await campaigns.activate(platform, principal, campaign.id)
    async with platform.db.transaction() as conn:
        await conn.execute(
            """
            insert into profiles (workspace_id, id, attributes)
            values ($1, $2, '{"u_fn": "Asha", "u_em": "asha@example.com"}')
            """,
            principal.workspace_id,
            PROFILE,
        )
        profile = await profiles.get(conn, principal.workspace_id, PROFILE)
        now = platform.clock.now()
        event = IngestedEvent(new_uuid(), PROFILE, "Signed up", {}, now, now)
        await triggers.start(conn, platform, principal.workspace_id, [event], {PROFILE: profile})
    (send,) = await service.list_sends(platform, principal.workspace_id, campaign.id)
    return send


async def state_of(platform: Platform, principal: Principal, send_id: UUID) -> SendState:
    send, _ = await service.read(platform, principal.workspace_id, send_id)
    return send.state


def payload(principal: Principal, send: Send, ticket: int = 0) -> dict[str, Any]:
    return {"workspace": principal.workspace_id, "send": str(send.id), "ticket": ticket}


async def test_a_job_that_comes_again_after_the_end_sends_nothing(
    platform: Platform, principal: Principal, endpoint: Endpoint
):
    send = await queued(platform, principal, "CONNECTOR", connector(endpoint))
    await jobs.send(platform, payload(principal, send))
    await jobs.send(platform, payload(principal, send))
    assert len(endpoint.received) == 1


async def test_a_crash_before_the_record_resends_under_the_same_id(
    platform: Platform, principal: Principal, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
):
    send = await queued(platform, principal, "CONNECTOR", connector(endpoint))
    with monkeypatch.context() as crash:
        crash.setattr(store, "finish", _killed)
        with pytest.raises(KeyboardInterrupt):
            await jobs.send(platform, payload(principal, send))
    await jobs.send(platform, payload(principal, send))
    first, second = endpoint.received
    assert first[0]["X-Reelpress-Send-Id"] == second[0]["X-Reelpress-Send-Id"] == str(send.id)
    assert first[1] == second[1]
    assert await state_of(platform, principal, send.id) == SendState.sent


@pytest.mark.usefixtures("mail_server")
async def test_a_mail_resent_after_a_crash_is_the_same_message(
    platform: Platform, principal: Principal, monkeypatch: pytest.MonkeyPatch
):
    send = await queued(platform, principal, "EMAIL", email())
    with monkeypatch.context() as crash:
        crash.setattr(store, "finish", _killed)
        with pytest.raises(KeyboardInterrupt):
            await jobs.send(platform, payload(principal, send))
    await jobs.send(platform, payload(principal, send))
    (message,) = await mailbox.list_messages(platform, principal.workspace_id)
    assert message.deliveries == 2
    assert message.message_id == f"<{send.id.hex}@lantern.example>"


async def test_a_request_resent_after_a_crash_is_the_same_although_the_customer_changed(
    platform: Platform, principal: Principal, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
):
    send = await queued(platform, principal, "CONNECTOR", connector(endpoint))
    await killed_before_the_record(platform, principal, send, monkeypatch)
    await renamed(platform, "Beatrice")
    await jobs.send(platform, payload(principal, send))
    (first_headers, first), (second_headers, second) = endpoint.received
    assert first == second == '{"name": "Asha"}'
    assert first_headers == second_headers


async def test_a_mail_resent_after_a_crash_is_the_same_octet_for_octet(
    platform: Platform, principal: Principal, smtp_ports: tuple[int, int], monkeypatch: pytest.MonkeyPatch
):
    transport = {"host": "127.0.0.1", "port": smtp_ports[0], "tls": "none"}
    send = await queued(platform, principal, "EMAIL", email(transport=transport))
    with inbox(smtp_ports[0]) as received:
        await killed_before_the_record(platform, principal, send, monkeypatch)
        await renamed(platform, "Beatrice")
        await jobs.send(platform, payload(principal, send))
    first, second = received
    assert b"Subject: For Asha" in first
    assert first == second
    assert await state_of(platform, principal, send.id) == SendState.sent


async def test_a_mail_tried_again_later_says_what_it_said_at_first(platform: Platform, principal: Principal):
    send = await queued(platform, principal, "EMAIL", email())
    with pytest.raises(RetryLater):
        await jobs.send(platform, payload(principal, send))
    await renamed(platform, "Beatrice")
    async with serve_mailbox(platform):
        await jobs.send(platform, payload(principal, send))
    (message,) = await mailbox.list_messages(platform, principal.workspace_id)
    assert message.subject == "For Asha"


@pytest.mark.parametrize("channel", ["CONNECTOR", "EMAIL"])
async def test_what_was_rendered_is_unreadable_at_rest_and_gone_when_the_send_is_finished(
    platform: Platform,
    principal: Principal,
    endpoint: Endpoint,
    monkeypatch: pytest.MonkeyPatch,
    channel: str,
):
    content = connector(endpoint) if channel == "CONNECTOR" else email()
    send = await queued(platform, principal, channel, content)
    async with serve_mailbox(platform):
        await killed_before_the_record(platform, principal, send, monkeypatch)
        kept = await rendered(platform)
        await jobs.send(platform, payload(principal, send))
    assert kept
    assert b"Asha" not in kept
    assert await rendered(platform) is None


async def test_what_was_rendered_is_gone_when_the_campaign_is_stopped(
    platform: Platform, principal: Principal
):
    send = await queued(platform, principal, "EMAIL", email())
    with pytest.raises(RetryLater):
        await jobs.send(platform, payload(principal, send))
    assert await rendered(platform)
    await campaigns.stop(platform, principal, send.campaign_id)
    assert await rendered(platform) is None


async def killed_before_the_record(
    platform: Platform, principal: Principal, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first attempt that reaches the outside and dies before it is written down."""
    with monkeypatch.context() as crash:
        crash.setattr(store, "finish", _killed)
        with pytest.raises(KeyboardInterrupt):
            await jobs.send(platform, payload(principal, send))


async def renamed(platform: Platform, name: str) -> None:
    async with platform.db.connection() as conn:
        await conn.execute("update profiles set attributes = attributes || $1", {"u_fn": name})


async def rendered(platform: Platform) -> bytes | None:
    async with platform.db.connection() as conn:
        return await conn.fetchval("select rendered from engage_sends")


@contextmanager
def inbox(port: int) -> Generator[list[bytes]]:
    """A mail server of the workspace's own; the octets it gets, as they are on the wire."""
    received: list[bytes] = []

    class Handler:
        async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
            received.append(envelope.original_content)
            return "250 OK"

    controller = Controller(Handler(), "127.0.0.1", port)
    controller.start()
    try:
        yield received
    finally:
        controller.stop()


@pytest.mark.parametrize("place", ["claim", "keep_rendered", "finish"])
async def test_a_fault_of_ours_fails_the_send_and_not_only_its_job(
    platform: Platform, principal: Principal, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, place: str
):
    send = await queued(platform, principal, "CONNECTOR", connector(endpoint))
    monkeypatch.setattr(store, place, _faulty)
    with pytest.raises(LookupError):
        await jobs.send(platform, payload(principal, send))
    kept, _ = await service.read(platform, principal.workspace_id, send.id)
    assert (kept.state, kept.category) == (SendState.failed, "Unknown")
    assert kept.reason is not None
    assert "fault inside Reelpress" in kept.reason
    assert "Asha" not in kept.reason
    assert kept.finished_at is not None
    assert await rendered(platform) is None


async def test_a_run_that_lost_its_fence_does_not_fail_the_send_of_a_later_one(
    platform: Platform, principal: Principal, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
):
    send = await queued(platform, principal, "CONNECTOR", connector(endpoint))

    async def overtaken(*args: Any) -> Outcome:
        async with platform.db.transaction() as conn:
            await store.claim(conn, principal.workspace_id, send.id, 0)
        raise LookupError("Asha")

    monkeypatch.setattr(service, "act", overtaken)
    with pytest.raises(LookupError):
        await jobs.send(platform, payload(principal, send))
    assert await state_of(platform, principal, send.id) == SendState.sending


async def test_a_lost_database_fails_no_send(
    platform: Platform, principal: Principal, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
):
    send = await queued(platform, principal, "CONNECTOR", connector(endpoint))
    with monkeypatch.context() as lost:
        lost.setattr(store, "finish", _disconnected)
        with pytest.raises(ConnectionResetError):
            await jobs.send(platform, payload(principal, send))
    assert await state_of(platform, principal, send.id) == SendState.sending
    await jobs.send(platform, payload(principal, send))
    assert await state_of(platform, principal, send.id) == SendState.sent


async def _faulty(*args: Any) -> None:
    raise LookupError("Asha")


async def _disconnected(*args: Any) -> bool:
    raise ConnectionResetError


async def _killed(*args: Any) -> bool:
    raise KeyboardInterrupt


async def test_a_run_that_lost_its_fence_writes_no_outcome_but_keeps_its_attempt(
    platform: Platform, principal: Principal, endpoint: Endpoint
):
    send = await queued(platform, principal, "CONNECTOR", connector(endpoint))
    now = platform.clock.now()
    async with platform.db.transaction() as conn:
        stale = await store.claim(conn, principal.workspace_id, send.id, 0)
        fresh = await store.claim(conn, principal.workspace_id, send.id, 0)
    assert stale is not None
    assert fresh is not None
    tried = (Attempt(now, 500, 3, None, ""),)
    async with platform.db.transaction() as conn:
        assert await store.finish(conn, fresh, Outcome(SendState.sent, code=200), now)
        assert not await store.finish(conn, stale, Outcome(SendState.failed, code=500, attempts=tried), now)
    kept, attempts = await service.read(platform, principal.workspace_id, send.id)
    assert kept.state == SendState.sent
    assert [attempt.code for attempt in attempts] == [500]


async def test_sends_of_a_paused_campaign_wait_for_the_ticket_of_its_resumption(
    platform: Platform, principal: Principal, endpoint: Endpoint
):
    send = await queued(platform, principal, "CONNECTOR", connector(endpoint))
    await campaigns.pause(platform, principal, send.campaign_id)
    await jobs.send(platform, payload(principal, send))
    assert await state_of(platform, principal, send.id) == SendState.queued
    await campaigns.activate(platform, principal, send.campaign_id)
    await jobs.send(platform, payload(principal, send))
    assert endpoint.received == []
    await jobs.send(platform, payload(principal, send, ticket=1))
    assert len(endpoint.received) == 1
    async with platform.db.connection() as conn:
        assert await conn.fetchval("select count(*) from pgqueuer where entrypoint = 'engage.send'") == 2


async def test_queued_sends_of_a_stopped_campaign_are_skipped(
    platform: Platform, principal: Principal, endpoint: Endpoint
):
    send = await queued(platform, principal, "CONNECTOR", connector(endpoint))
    await campaigns.stop(platform, principal, send.campaign_id)
    assert await state_of(platform, principal, send.id) == SendState.skipped
    await jobs.send(platform, payload(principal, send))
    kept, _ = await service.read(platform, principal.workspace_id, send.id)
    assert (kept.state, kept.category) == (SendState.skipped, "Campaign stopped")
    assert endpoint.received == []


async def test_a_send_that_was_under_way_when_its_worker_died_is_skipped_after_a_stop(
    platform: Platform, principal: Principal, endpoint: Endpoint
):
    send = await queued(platform, principal, "CONNECTOR", connector(endpoint))
    async with platform.db.transaction() as conn:
        await store.claim(conn, principal.workspace_id, send.id, 0)
    await campaigns.stop(platform, principal, send.campaign_id)
    await jobs.send(platform, payload(principal, send))
    assert await state_of(platform, principal, send.id) == SendState.skipped
    assert endpoint.received == []


async def test_a_mail_server_that_is_away_is_tried_again_later_and_not_for_ever(
    platform: Platform, principal: Principal
):
    send = await queued(platform, principal, "EMAIL", email())
    waits: list[float] = []
    for _ in EMAIL_RETRY_AFTER_S:
        with pytest.raises(RetryLater) as later:
            await jobs.send(platform, payload(principal, send))
        waits.append(later.value.delay_s)
        assert await state_of(platform, principal, send.id) == SendState.queued
    await jobs.send(platform, payload(principal, send))
    kept, attempts = await service.read(platform, principal.workspace_id, send.id)
    assert waits == list(EMAIL_RETRY_AFTER_S)
    assert kept.state == SendState.failed
    assert kept.category == "SMTP connect"
    assert len(attempts) == len(EMAIL_RETRY_AFTER_S) + 1


async def test_a_mail_server_that_comes_back_gets_the_mail(platform: Platform, principal: Principal):
    send = await queued(platform, principal, "EMAIL", email())
    with pytest.raises(RetryLater):
        await jobs.send(platform, payload(principal, send))
    async with serve_mailbox(platform):
        await jobs.send(platform, payload(principal, send))
    kept, attempts = await service.read(platform, principal.workspace_id, send.id)
    assert (kept.state, kept.category, kept.reason) == (SendState.sent, None, None)
    assert [attempt.code for attempt in attempts] == [None, 250]


async def test_a_mail_that_is_refused_for_good_is_not_tried_again(
    platform: Platform, principal: Principal, monkeypatch: pytest.MonkeyPatch
):
    send = await queued(platform, principal, "EMAIL", email())
    other = replace(platform, keys=type(platform.keys)(b"k" * 32))
    async with serve_mailbox(other):
        await jobs.send(platform, payload(principal, send))
    kept, (attempt,) = await service.read(platform, principal.workspace_id, send.id)
    assert (kept.state, kept.code) == (SendState.failed, 550)
    assert attempt.error is not None
    assert "550" in attempt.error


async def test_no_personal_data_is_in_a_job(platform: Platform, principal: Principal, endpoint: Endpoint):
    await queued(platform, principal, "CONNECTOR", connector(endpoint))
    async with platform.db.connection() as conn:
        stored: bytes = await conn.fetchval("select payload from pgqueuer")
    assert b"asha" not in stored.lower()


async def test_erasing_a_customer_erases_her_sends(
    platform: Platform, principal: Principal, endpoint: Endpoint
):
    send = await queued(platform, principal, "CONNECTOR", connector(endpoint))
    await jobs.send(platform, payload(principal, send))
    async with platform.db.connection() as conn:
        await conn.execute("delete from profiles")
        left = await conn.fetchrow(
            "select (select count(*) from engage_sends) + (select count(*) from engage_send_attempts) as rows"
        )
    assert left is not None
    assert left["rows"] == 0
