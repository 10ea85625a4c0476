"""One personalised mail -> the message that goes over the wire.

The same mail with the same `key` and `date` gives the same bytes, so a resend repeats them.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import UUID

import idna

from reelpress.engage.channels.email.text import html_to_text

MAX_HEADER_CHARS = 998
MAX_ADDRESS_CHARS = 254
_BIDI_OVERRIDES = re.compile("[\u202a-\u202e]")
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_BODY_START = re.compile(r"<body[^>]*>", re.IGNORECASE)
# Keeps mail programs from filling the preview line with the first words of the mail.
_PREVIEW_PADDING = "&nbsp;&zwnj;" * 60


class UnusableAddress(ValueError):
    """What should be an e-mail address is none; the message names the header, never the value."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A personalised mail for one recipient. `preview_text` is HTML-escaped, as `html` is."""

    recipient: str
    subject: str
    sender_name: str
    from_address: str
    html: str
    reply_to: str | None = None
    preview_text: str = ""


def build_message(mail: Mail, *, key: UUID, date: datetime) -> EmailMessage:
    """multipart/alternative with a text and an HTML part, both UTF-8 (RFC 5322, 2045 to 2047).

    Raises UnusableAddress for a sender, recipient or reply address that SMTP cannot carry.
    """
    sender = address(mail.from_address, "from_address")
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(header_text(mail.sender_name), addr_spec=sender)
    message["To"] = Address(addr_spec=address(mail.recipient, "recipient"))
    if mail.reply_to:
        message["Reply-To"] = Address(addr_spec=address(mail.reply_to, "reply_to"))
    message["Subject"] = header_text(mail.subject)
    message["Date"] = format_datetime(date)
    message["Message-ID"] = message_id(key, sender)
    message.set_content(html_to_text(mail.html), cte="quoted-printable")
    message.add_alternative(
        _with_preview(mail.html, mail.preview_text), subtype="html", cte="quoted-printable"
    )
    # Quoted-printable never holds "=_", and a boundary made from the key makes a resend equal.
    message.set_boundary(f"=_{key.hex}")
    return message


def message_id(key: UUID, sender: str) -> str:
    """The Message-ID of a send: the same whenever the send is repeated."""
    return f"<{key.hex}@{sender.rpartition('@')[2]}>"


def header_text(text: str) -> str:
    """Free text made fit for a header: one line, no control characters, no spoofing of direction.

    A literal encoded word would be decoded by the reader into something else than was written.
    """
    printable = "".join(
        " " if unicodedata.category(character) in {"Cc", "Zl", "Zp", "Cs"} else character
        for character in _BIDI_OVERRIDES.sub("", text)
    )
    return " ".join(printable.split())[:MAX_HEADER_CHARS].replace("=?", "=\u200b?")


def address(text: str, field: str) -> str:
    """An address with its domain in ASCII (RFC 5891). Raises UnusableAddress."""
    local, at, domain = text.strip().rpartition("@")
    if not at or not _LOCAL_PART.fullmatch(local):
        raise UnusableAddress(f"{field} is not an e-mail address that SMTP can carry")
    try:
        spec = f"{local}@{idna.encode(domain, uts46=True).decode()}"
        Address(addr_spec=spec)
    except (idna.IDNAError, MessageError, ValueError) as fault:
        raise UnusableAddress(f"{field} is not an e-mail address that SMTP can carry") from fault
    if len(spec) > MAX_ADDRESS_CHARS:
        raise UnusableAddress(f"{field} is longer than {MAX_ADDRESS_CHARS} characters")
    return spec


def _with_preview(html: str, preview_text: str) -> str:
    if not preview_text:
        return html
    hidden = f'<div style="display:none;max-height:0;overflow:hidden">{preview_text}{_PREVIEW_PADDING}</div>'
    start = _BODY_START.search(html)
    at = start.end() if start else 0
    return html[:at] + hidden + html[at:]
