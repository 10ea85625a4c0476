"""Mail through a real SMTP server (aiosmtpd) on a random loopback port."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from reelpress.platform.smtp_out import SmtpAccepted, SmtpFailure, SmtpOut, SmtpTransport, TlsMode
from tests.support.certificates import Authority
from tests.support.outside import Names, always

Reply = Callable[[], Coroutine[Any, Any, str]]


class Postbox:
    """An aiosmtpd handler that keeps what it takes and answers as the test says."""

    def __init__(self, *, rcpt: str | None = None, data: str | None = None) -> None:
        self._rcpt = rcpt
        self._data = data
        self.taken: list[Envelope] = []
        self.greetings: list[str] = []

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.greetings.append(hostname)
        return responses

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._rcpt is not None:
            return self._rcpt.replace("{address}", address)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self._data is not None:
            return self._data
        self.taken.append(envelope)
        return "250 queued"


@asynccontextmanager
async def mail_server(postbox: Postbox, **options: Any) -> AsyncGenerator[int]:
    tls = options.pop("implicit_tls", None)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(postbox, hostname="mail.example", enable_SMTPUTF8=True, **options),
        "127.0.0.1",
        0,
        ssl=tls,
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def mail(**headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Acme <news@acme.example>"
    message["To"] = "ananya@customer.example"
    message["Subject"] = "Your video, अनन्या"
    message["Message-ID"] = "<fact-1@acme.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("नमस्ते\n.\nfrom a line with a dot\n")
    return message


def to(
    port: int, tls: TlsMode = "none", username: str | None = None, host: str = "127.0.0.1"
) -> SmtpTransport:
    return SmtpTransport(host, port, tls, username, "secret" if username else None)


async def deliver(
    door: SmtpOut,
    transport: SmtpTransport,
    message: EmailMessage | None = None,
    sender: str = "bounce@acme.example",
    recipient: str = "ananya@customer.example",
    timeout_s: float = 20.0,
) -> SmtpAccepted | SmtpFailure:
    return await door.send(
        transport, message or mail(), sender=sender, recipient=recipient, timeout_s=timeout_s
    )


def failed(outcome: object, kind: str, *, retryable: bool) -> SmtpFailure:
    assert isinstance(outcome, SmtpFailure), outcome
    assert (outcome.kind, outcome.retryable) == (kind, retryable), outcome
    assert outcome.message
    assert "ananya" not in outcome.message
    assert "secret" not in outcome.message
    return outcome


async def test_an_accepted_mail_arrives_as_it_was_written() -> None:
    postbox = Postbox()
    async with (
        mail_server(postbox) as port,
        SmtpOut([f"127.0.0.1:{port}"], client_name="acme.example") as door,
    ):
        outcome = await deliver(door, to(port))
    assert isinstance(outcome, SmtpAccepted)
    assert "queued" in outcome.message
    (envelope,) = postbox.taken
    assert envelope.mail_from == "bounce@acme.example"
    assert envelope.rcpt_tos == ["ananya@customer.example"]
    content = envelope.content
    assert isinstance(content, bytes)
    assert b"Message-ID: <fact-1@acme.example>\r\n" in content
    assert content.isascii()
    assert postbox.greetings == ["acme.example"]


async def test_the_same_mail_is_the_same_octets_twice() -> None:
    postbox = Postbox()
    message = mail()
    async with mail_server(postbox) as port, SmtpOut([f"127.0.0.1:{port}"]) as door:
        await deliver(door, to(port), message)
        await deliver(door, to(port), message)
    assert postbox.taken[0].content == postbox.taken[1].content


@pytest.mark.parametrize(
    ("postbox", "kind", "code", "retryable"),
    [
        (Postbox(rcpt="550 5.1.1 <{address}> unknown"), "recipient", 550, False),
        (Postbox(rcpt="451 4.7.1 <{address}> greylisted"), "temporary", 451, True),
        (Postbox(data="554 5.7.1 spam"), "permanent", 554, False),
        (Postbox(data="452 4.3.1 disk full"), "temporary", 452, True),
    ],
)
async def test_a_reply_code_decides_whether_to_try_again(
    postbox: Postbox, kind: str, code: int, retryable: bool
) -> None:
    async with mail_server(postbox) as port, SmtpOut([f"127.0.0.1:{port}"]) as door:
        outcome = failed(await deliver(door, to(port)), kind, retryable=retryable)
    assert outcome.code == code
    assert str(code) in outcome.message


def _only_secret(server: SMTP, session: Session, envelope: Envelope, how: str, data: Any) -> AuthResult:
    assert isinstance(data, LoginPassword)
    return AuthResult(success=data == LoginPassword(b"acme", b"secret"), handled=False)


@pytest.mark.parametrize(("username", "accepted"), [("acme", True), ("somebody", False)])
async def test_a_password_is_checked_by_the_server(username: str, accepted: bool) -> None:
    postbox = Postbox()
    options = {"authenticator": _only_secret, "auth_require_tls": False, "auth_required": True}
    async with mail_server(postbox, **options) as port, SmtpOut([f"127.0.0.1:{port}"]) as door:
        outcome = await deliver(door, to(port, username=username))
    if accepted:
        assert isinstance(outcome, SmtpAccepted)
    else:
        assert failed(outcome, "auth", retryable=False).code == 535
        assert postbox.taken == []


async def test_a_server_without_sign_in_is_an_auth_failure() -> None:
    async with mail_server(Postbox()) as port, SmtpOut([f"127.0.0.1:{port}"]) as door:
        failed(await deliver(door, to(port, username="acme")), "auth", retryable=False)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.make(tmp_path_factory.mktemp("tls"), "mail.example")


NAMES = Names({"mail.example": always("127.0.0.1"), "other.example": always("127.0.0.1")})


@pytest.mark.parametrize("mode", ["starttls", "tls"])
async def test_tls_verifies_the_name_that_was_configured(authority: Authority, mode: TlsMode) -> None:
    postbox = Postbox()
    server_side = authority.server_context()
    options: dict[str, Any] = (
        {"implicit_tls": server_side}
        if mode == "tls"
        else {"tls_context": server_side, "require_starttls": True}
    )
    async with mail_server(postbox, **options) as port:
        allow = [f"mail.example:{port}", f"other.example:{port}"]
        async with SmtpOut(allow, resolver=NAMES, tls=authority.client_context()) as door:
            right = await deliver(door, to(port, mode, host="mail.example"))
            wrong = await deliver(door, to(port, mode, host="other.example"))
        async with SmtpOut(allow, resolver=NAMES) as door:
            stranger = await deliver(door, to(port, mode, host="mail.example"))
    assert isinstance(right, SmtpAccepted), right
    failed(wrong, "tls", retryable=False)
    failed(stranger, "tls", retryable=False)
    assert len(postbox.taken) == 1


async def test_a_server_without_starttls_gets_no_mail_in_clear() -> None:
    postbox = Postbox()
    async with mail_server(postbox) as port, SmtpOut([f"127.0.0.1:{port}"]) as door:
        failed(await deliver(door, to(port, "starttls")), "tls", retryable=False)
    assert postbox.taken == []


async def test_a_plain_server_on_a_tls_port_is_a_tls_failure() -> None:
    async with mail_server(Postbox()) as port, SmtpOut([f"127.0.0.1:{port}"]) as door:
        failed(await deliver(door, to(port, "tls")), "tls", retryable=False)


async def test_a_closed_port_is_worth_another_try() -> None:
    async with mail_server(Postbox()) as port:
        pass
    async with SmtpOut([f"127.0.0.1:{port}"]) as door:
        failed(await deliver(door, to(port)), "connect", retryable=True)


@asynccontextmanager
async def _speaker(*lines: bytes) -> AsyncGenerator[int]:
    """Says its lines, one per line it hears, and then nothing more."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for line in lines:
            writer.write(line)
            await reader.readline()
        await reader.read()

    async with await asyncio.start_server(speak, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize("lines", [(), (b"220 hi\r\n",), (b"220 hi\r\n", b"250 mail.example\r\n")])
async def test_a_silent_server_ends_with_the_deadline(lines: tuple[bytes, ...]) -> None:
    async with _speaker(*lines) as port, SmtpOut([f"127.0.0.1:{port}"]) as door, asyncio.timeout(20):
        failed(await deliver(door, to(port), timeout_s=0.3), "timeout", retryable=True)


@pytest.mark.parametrize(
    ("greeting", "kind", "retryable"),
    [
        (b"421 too busy\r\n", "temporary", True),
        (b"554 go away\r\n", "permanent", False),
        (b"HTTP/1.1 400 Bad Request\r\n", "connect", True),
    ],
)
async def test_a_server_that_greets_badly_is_understood(greeting: bytes, kind: str, retryable: bool) -> None:
    async with _speaker(greeting) as port, SmtpOut([f"127.0.0.1:{port}"]) as door:
        outcome = await deliver(door, to(port), timeout_s=5)
    failed(outcome, kind, retryable=retryable)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ananya",
        "@customer.example",
        "ananya@",
        "ananya@customer.example\r\nRCPT TO:<x@y.example>",
        "ananya@customer.example> SIZE=1",
        "<ananya@customer.example>",
        "Ananya <ananya@customer.example>",
        "ananya @customer.example",
        "a,ananya@customer.example",
        '"ananya\r\n"@customer.example',
        "ananya@customer.example\x00",
        "ananya@-customer.example",
        "ananya@" + "a" * 70 + ".example",
    ],
)
async def test_an_address_that_is_not_one_reaches_no_command_line(address: str) -> None:
    postbox = Postbox()
    async with mail_server(postbox) as port, SmtpOut([f"127.0.0.1:{port}"]) as door:
        failed(await deliver(door, to(port), recipient=address), "refused", retryable=False)
        failed(await deliver(door, to(port), sender=address), "refused", retryable=False)
    assert postbox.greetings == []


@pytest.mark.parametrize(
    ("name", "value"), [("X-A", "1\r\nBcc: x@y.example"), ("X-A", "1\nX-B: 2"), ("X A", "1"), ("X-A", "1\r2")]
)
async def test_a_header_with_a_line_break_is_refused(name: str, value: str) -> None:
    message = mail()
    # As a mail built without the policy's own check would hold it.
    message._headers.append((name, value))  # type: ignore[attr-defined]
    async with SmtpOut(["127.0.0.1:1"]) as door:
        failed(await deliver(door, to(1), message), "refused", retryable=False)


async def test_a_long_header_may_be_folded() -> None:
    postbox = Postbox()
    async with mail_server(postbox) as port, SmtpOut([f"127.0.0.1:{port}"]) as door:
        outcome = await deliver(door, to(port), mail(X_Long="word " * 60))
    assert isinstance(outcome, SmtpAccepted)


@pytest.mark.parametrize(
    ("recipient", "on_the_wire"),
    [
        ("ananya@bücher.example", "ananya@xn--bcher-kva.example"),
        ("अनन्या@customer.example", "अनन्या@customer.example"),
    ],
)
async def test_addresses_in_other_scripts_arrive(recipient: str, on_the_wire: str) -> None:
    postbox = Postbox()
    async with mail_server(postbox) as port, SmtpOut([f"127.0.0.1:{port}"]) as door:
        outcome = await deliver(door, to(port), recipient=recipient)
    assert isinstance(outcome, SmtpAccepted), outcome
    assert postbox.taken[0].rcpt_tos == [on_the_wire]


async def test_a_password_does_not_show_in_the_representation() -> None:
    assert "secret" not in repr(to(25, username="acme"))
