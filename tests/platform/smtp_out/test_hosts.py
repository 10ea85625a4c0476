"""A mail server is as untrusted as a URL: the inside is refused at save and at send."""

from email.message import EmailMessage

import pytest

from reelpress.platform.smtp_out import SmtpFailure, SmtpOut, SmtpTransport, hosts
from tests.support.outside import Names, always, raw_server

NAMES = {
    "localhost": always("127.0.0.1", "::1"),
    "127.0.0.1.nip.example": always("127.0.0.1"),
    "mail.internal": always("10.1.2.3"),
    "metadata.google.internal": always("169.254.169.254"),
    "mixed.example": always("93.184.215.14", "127.0.0.1"),
    "mapped.example": always("::ffff:127.0.0.1"),
    "translated.example": always("64:ff9b::7f00:1"),
}
HOSTILE_HOSTS = [
    *NAMES,
    "127.0.0.1",
    "127.0.0.2",
    "0.0.0.0",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "fe80::1",
    "169.254.169.254",
    "2130706433",
    "0x7f.1",
    "127.1",
    "127.0.0.1.",
    "①②⑦.⓪.⓪.①",
    "[::1]",
    "user@127.0.0.1",
    "127.0.0.1/x",
    "mail.example\r\n",
    "",
]


async def attempt(door: SmtpOut, host: str, port: int) -> SmtpFailure:
    message = EmailMessage()
    message.set_content("x")
    outcome = await door.send(
        SmtpTransport(host, port, "none"), message, sender="a@acme.example", recipient="b@acme.example"
    )
    assert isinstance(outcome, SmtpFailure)
    return outcome


@pytest.mark.parametrize("host", HOSTILE_HOSTS)
async def test_an_inside_mail_server_is_refused(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with raw_server(b"") as canary, raw_server(b"") as listed:
        monkeypatch.setattr(hosts, "MAIL_PORTS", frozenset({canary.port}))
        async with SmtpOut([f"127.0.0.1:{listed.port}"], resolver=Names(NAMES)) as door:
            assert await door.check_host(host, canary.port)
            outcome = await attempt(door, host, canary.port)
        assert (outcome.kind, outcome.retryable) == ("refused", False)
        assert canary.connections == 0


async def test_a_name_that_turns_inside_after_the_save_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names({"mail.example": [["93.184.215.14"], ["127.0.0.1"]]})
    async with raw_server(b"") as canary:
        monkeypatch.setattr(hosts, "MAIL_PORTS", frozenset({canary.port}))
        async with SmtpOut(resolver=names) as door:
            assert await door.check_host("mail.example", canary.port) is None
            assert (await attempt(door, "mail.example", canary.port)).kind == "refused"
        assert canary.connections == 0


async def test_the_allow_list_admits_one_host_and_port_only() -> None:
    async with (
        raw_server(b"") as canary,
        SmtpOut([f"127.0.0.1:{canary.port}"], resolver=Names(NAMES)) as door,
    ):
        assert await door.check_host("127.0.0.1", canary.port) is None
        assert await door.check_host("localhost", canary.port)
        assert await door.check_host("127.0.0.1", canary.port + 1)
        assert (await attempt(door, "localhost", canary.port)).kind == "refused"
        assert canary.connections == 0


async def test_only_mail_ports_are_open() -> None:
    async with SmtpOut(resolver=Names({"mail.example": always("93.184.215.14")})) as door:
        assert await door.check_host("mail.example", 587) is None
        reason = await door.check_host("mail.example", 6379)
    assert reason is not None
    assert "587" in reason
    assert "REELPRESS_SMTP_ALLOW" in reason


async def test_a_password_is_not_sent_in_clear_to_the_world() -> None:
    message = EmailMessage()
    message.set_content("x")
    async with SmtpOut(resolver=Names({"mail.example": always("93.184.215.14")})) as door:
        outcome = await door.send(
            SmtpTransport("mail.example", 587, "none", "acme", "secret"),
            message,
            sender="a@acme.example",
            recipient="b@acme.example",
        )
    assert isinstance(outcome, SmtpFailure)
    assert outcome.kind == "refused"
    assert "starttls" in outcome.message


async def test_an_unknown_name_is_worth_another_try() -> None:
    async with SmtpOut(resolver=Names({})) as door:
        assert "does not resolve" in str(await door.check_host("mail.example", 587))
        outcome = await attempt(door, "mail.example", 587)
    assert (outcome.kind, outcome.retryable) == ("connect", True)


@pytest.mark.parametrize("entry", ["127.0.0.1", "localhost:", "http://127.0.0.1:25", "*:25", ":25", "a@b:25"])
def test_an_allow_list_entry_that_is_no_host_and_port_names_the_setting(entry: str) -> None:
    with pytest.raises(ValueError, match="REELPRESS_SMTP_ALLOW"):
        SmtpOut([entry], resolver=Names({}))


async def test_an_ipv6_entry_is_written_in_brackets() -> None:
    async with SmtpOut(["[::1]:2500"], resolver=Names({})) as door:
        assert await door.check_host("::1", 2500) is None
        assert "[::1]:2501" in str(await door.check_host("::1", 2501))
