"""Building the message that goes over the wire."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast
from uuid import UUID

import pytest

from reelpress.engage.channels.email.message import Mail, UnusableAddress, build_message

KEY = UUID(int=7)
AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)

HOSTILE = [
    'O\'Brien, "Bob" <eve@evil.example>',
    "प्रिया शर्मा, टीम",
    "அன்பு நண்பர்களே",
    "فريق المتجر، القاهرة",
    "😀 Team (x); y: z",
    "a" * 200,
    "é," * 100,
    "{{7*7}} %s \\ `id`",
]


def mail(**changes: str) -> Mail:
    values = {
        "recipient": "asha@example.com",
        "subject": "Hello",
        "sender_name": "Lantern",
        "from_address": "hello@example.com",
        "html": "<p>Hi</p>",
    }
    return Mail(**{**values, **changes})


def read(message: EmailMessage) -> EmailMessage:
    return cast("EmailMessage", message_from_bytes(message.as_bytes(), policy=default))


def test_the_same_mail_with_the_same_key_has_the_same_bytes():
    first = build_message(mail(subject="Ünï"), key=KEY, date=AT).as_bytes()
    assert first == build_message(mail(subject="Ünï"), key=KEY, date=AT).as_bytes()


def test_the_message_id_follows_from_the_key_and_the_senders_domain():
    message = build_message(mail(), key=KEY, date=AT)
    assert message["Message-ID"] == f"<{KEY.hex}@example.com>"
    assert build_message(mail(), key=UUID(int=8), date=AT)["Message-ID"] != message["Message-ID"]


def test_text_and_html_stand_beside_each_other_as_utf_8():
    html = "<html><head><style>p{}</style></head><body><p>Héllo <b>प्रिया</b></p>"
    html += '<a href="https://m.example.com/m/1"><img src="https://m.example.com/m/1" alt="Your film"></a>'
    message = read(build_message(mail(html=html), key=KEY, date=AT))
    text, rich = message.get_body(("plain",)), message.get_body(("html",))
    assert message.get_content_type() == "multipart/alternative"
    assert text is not None
    assert rich is not None
    assert text.get_content().split() == ["Héllo", "प्रिया", "Your", "film", "(https://m.example.com/m/1)"]
    assert rich.get_content().rstrip() == html


def test_the_preview_text_comes_first_in_the_body_and_is_hidden():
    message = read(build_message(mail(html="<body id=a><p>x</p>", preview_text="Look"), key=KEY, date=AT))
    rich = message.get_body(("html",))
    assert rich is not None
    assert rich.get_content().startswith('<body id=a><div style="display:none')


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_and_subjects_arrive_as_they_are_and_do_nothing_else(text: str):
    message = read(build_message(mail(subject=text, sender_name=text), key=KEY, date=AT))
    (sender,) = message["From"].addresses
    assert message["Subject"] == text
    assert sender.addr_spec == "hello@example.com"
    assert sender.display_name.replace(" ", "") == text.replace(" ", "")
    assert [a.addr_spec for a in message["To"].addresses] == ["asha@example.com"]


def test_a_line_break_in_a_subject_makes_no_header():
    message = read(build_message(mail(subject="Hi\r\nBcc: eve@evil.example"), key=KEY, date=AT))
    assert message["Bcc"] is None
    assert message["Subject"] == "Hi Bcc: eve@evil.example"


def test_direction_overrides_are_taken_out_of_headers():
    message = read(build_message(mail(sender_name="Bank\u202emoc.live"), key=KEY, date=AT))
    assert "\u202e" not in str(message["From"])


def test_an_encoded_word_typed_by_somebody_is_not_decoded():
    message = read(build_message(mail(subject="=?utf-8?q?pwned?="), key=KEY, date=AT))
    assert message["Subject"] == "=\u200b?utf-8?q?pwned?="


def test_a_domain_in_another_script_is_written_in_ascii():
    message = build_message(mail(recipient="info@müller.example"), key=KEY, date=AT)
    assert message["To"] == "info@xn--mller-kva.example"


@pytest.mark.parametrize(
    "recipient",
    ["", "nobody", "a@", "@b.example", "a b@c.example", "a@b.example, eve@evil.example", "a@b\r\nBcc: x@y",
     "a@" + "b" * 300 + ".example", "<a@b.example>", "प्रिया@example.com"],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_being_quoted(recipient: str):
    with pytest.raises(UnusableAddress, match="recipient") as refused:
        build_message(mail(recipient=recipient), key=KEY, date=AT)
    assert not recipient or recipient not in str(refused.value)
