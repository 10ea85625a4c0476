"""The built-in mailbox over real SMTP and HTTP."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import aiohttp
import aiosmtplib
import pytest
from tests.conftest import TestWorkspace
from tests.support.live import LiveServer

from reelpress.engage.channels.email import delivery
from reelpress.engage.channels.email.mailbox import seal_workspace, serve_mailbox, service
from reelpress.engage.channels.email.mailbox.model import MAX_MESSAGE_BYTES, WORKSPACE_HEADER
from reelpress.engage.channels.email.mailbox.parse import parse
from reelpress.engage.channels.email.message import Mail, build_message
from reelpress.platform.context import Platform
from reelpress.platform.smtp_out import SmtpAccepted, SmtpFailure

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@pytest.fixture
async def mailbox(platform: Platform) -> AsyncGenerator[None]:
    async with serve_mailbox(platform):
        yield


async def deliver(
    platform: Platform, workspace_id: str, key: UUID, html: str = "<p>Hi</p>"
) -> SmtpAccepted | SmtpFailure:
    mail = Mail("asha@example.com", "Your film, आशा", "Lantern", "hello@example.com", html)
    message = build_message(mail, key=key, date=AT)
    content = {"transport": None}
    mail = delivery.envelope(platform, workspace_id, content, message)
    return await delivery.deliver(platform, content, mail)


async def send_raw(platform: Platform, raw: bytes, recipients: list[str] | None = None) -> None:
    await aiosmtplib.send(
        raw,
        sender="a@example.com",
        recipients=recipients or ["b@example.com"],
        hostname="127.0.0.1",
        port=platform.settings.mailbox_port,
        start_tls=False,
    )


@pytest.mark.usefixtures("mailbox")
async def test_a_mail_is_kept_with_its_subject_sender_and_recipient(
    platform: Platform, workspace: TestWorkspace
):
    key = uuid4()
    assert isinstance(await deliver(platform, workspace.id, key), SmtpAccepted)
    (message,) = await service.list_messages(platform, workspace.id)
    assert message.message_id == f"<{key.hex}@example.com>"
    assert message.subject == "Your film, आशा"
    assert (message.sender, message.recipient) == ("hello@example.com", "asha@example.com")


@pytest.mark.usefixtures("mailbox")
async def test_the_same_message_delivered_twice_counts_once(platform: Platform, workspace: TestWorkspace):
    key = uuid4()
    await deliver(platform, workspace.id, key)
    await deliver(platform, workspace.id, key)
    (message,) = await service.list_messages(platform, workspace.id)
    assert message.deliveries == 2


@pytest.mark.usefixtures("mailbox")
async def test_each_recipient_of_one_message_has_her_own_row(platform: Platform, workspace: TestWorkspace):
    raw = (
        f"{WORKSPACE_HEADER}: {seal_workspace(platform.keys, workspace.id)}\r\nSubject: x\r\n\r\nHi".encode()
    )
    await send_raw(platform, raw, ["a@example.com", "b@example.com"])
    rows = await service.list_messages(platform, workspace.id)
    assert {row.recipient for row in rows} == {"a@example.com", "b@example.com"}
    assert [
        row.recipient
        for row in await service.list_messages(platform, workspace.id, recipient="A@Example.com")
    ] == ["a@example.com"]


@pytest.mark.usefixtures("mailbox")
@pytest.mark.parametrize("forged", ["", "{ws}", "{ws} 00", "{ws} {other}", "nobody {unknown}"])
async def test_mail_without_this_installations_seal_is_refused(
    platform: Platform, workspace: TestWorkspace, forged: str
):
    seal = forged.format(
        ws=workspace.id,
        other=seal_workspace(platform.keys, "OTHER").partition(" ")[2],
        unknown=seal_workspace(platform.keys, "nobody").partition(" ")[2],
    )
    with pytest.raises(aiosmtplib.SMTPDataError, match="sealed"):
        await send_raw(platform, f"{WORKSPACE_HEADER}: {seal}\r\nSubject: x\r\n\r\nHi".encode())
    assert await service.list_messages(platform, workspace.id) == []


@pytest.mark.usefixtures("mailbox")
async def test_a_message_over_the_size_cap_is_refused(platform: Platform, workspace: TestWorkspace):
    outcome = await deliver(platform, workspace.id, uuid4(), "<p>" + "x" * MAX_MESSAGE_BYTES)
    assert isinstance(outcome, SmtpFailure)
    assert outcome.code == 552
    assert not outcome.retryable


@pytest.mark.usefixtures("mailbox")
async def test_when_the_database_fails_the_sender_is_told_to_try_again(
    platform: Platform, workspace: TestWorkspace
):
    async with platform.db.connection() as conn:
        await conn.execute("alter table mailbox_messages rename to gone")
    outcome = await deliver(platform, workspace.id, uuid4())
    assert isinstance(outcome, SmtpFailure)
    assert (outcome.code, outcome.retryable) == (451, True)


async def test_the_list_is_paged_newest_first(
    platform: Platform, workspace: TestWorkspace, server: LiveServer, http: aiohttp.ClientSession
):
    for _ in range(3):
        await deliver(platform, workspace.id, uuid4())
    url = f"{server.url}/api/v1/mailbox/messages"
    async with http.get(url, params={"limit": "2"}, headers=workspace.headers) as answer:
        first = await answer.json()
    async with http.get(
        url, params={"limit": "2", "before": first["next"]}, headers=workspace.headers
    ) as answer:
        second = await answer.json()
    times = [message["received_at"] for message in first["messages"] + second["messages"]]
    assert len(times) == 3
    assert times == sorted(times, reverse=True)
    assert second["next"] is None


async def test_a_message_is_read_parsed_raw_and_framed(
    platform: Platform, workspace: TestWorkspace, server: LiveServer, http: aiohttp.ClientSession
):
    await deliver(platform, workspace.id, uuid4(), "<p>Namaste आशा</p><script>alert(1)</script>")
    (message,) = await service.list_messages(platform, workspace.id)
    url = f"{server.url}/api/v1/mailbox/messages/{message.id}"
    async with http.get(url, headers=workspace.headers) as answer:
        view = await answer.json()
    async with http.get(f"{url}/raw", headers=workspace.headers) as answer:
        raw = await answer.read()
        assert answer.content_type == "message/rfc822"
    async with http.get(f"{url}/html", headers=workspace.headers) as answer:
        framed = await answer.text()
        policy = answer.headers["Content-Security-Policy"]
    assert ["Subject", "Your film, आशा"] in view["headers"]
    assert "Namaste आशा" in view["html"]
    assert view["text"] == "Namaste आशा\n"
    assert parse(raw).html == view["html"]
    assert "Namaste आशा" in framed
    assert policy.startswith("default-src 'none'")
    assert "sandbox" in policy
    assert "allow-scripts" not in policy


@pytest.mark.parametrize("suffix", ["", "/raw", "/html"])
async def test_a_message_of_another_workspace_is_not_found(
    platform: Platform, workspace: TestWorkspace, server: LiveServer, http: aiohttp.ClientSession, suffix: str
):
    await deliver(platform, workspace.id, uuid4())
    (message,) = await service.list_messages(platform, workspace.id)
    async with platform.db.connection() as conn:
        await conn.execute("insert into workspaces (id, name) values ('OTHER', 'Other')")
        await conn.execute("update mailbox_messages set workspace_id = 'OTHER'")
    url = f"{server.url}/api/v1/mailbox/messages/{message.id}{suffix}"
    async with http.get(url, headers=workspace.headers) as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"Subject: =?nonsense?q?x?=\r\n\r\n",
        b"Content-Type: text/html; charset=none-such\r\n\r\n<p>\xff",
        b"Content-Type: multipart/mixed\r\n\r\nno boundary",
        b'From: "a\x00 <@@@\r\nContent-Type: text/plain;;;=\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!',
    ],
)
def test_malformed_mail_is_shown_as_far_as_it_goes(raw: bytes):
    parsed = parse(raw)
    assert "\x00" not in "".join(value for _, value in parsed.headers)
