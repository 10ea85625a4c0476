"""Reading raw messages, whatever is in them.

The `compat32` policy is used on purpose: it takes any bytes, where the modern one raises on some
malformed headers.
"""

from email import message_from_bytes
from email.header import Header, decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from typing import TypeAlias

from reelpress.engage.channels.email.mailbox.model import Parsed

_Message: TypeAlias = "Message[str, str]"


def read_headers(raw: bytes, *names: str) -> tuple[str, ...]:
    """The first value of each named header, decoded; empty where there is none."""
    message = BytesHeaderParser().parsebytes(raw)
    return tuple(_decoded(message.get(name, "")) for name in names)


def parse(raw: bytes) -> Parsed:
    """Headers and the first HTML and text part that are not attachments."""
    message = message_from_bytes(raw)
    return Parsed(
        headers=tuple((name, _decoded(value)) for name, value in message.items()),
        html=_first_text(message, "text/html"),
        text=_first_text(message, "text/plain"),
    )


def _decoded(value: str | Header) -> str:
    try:
        text = str(make_header(decode_header(value)))
    except (LookupError, ValueError):
        text = str(value)
    # A folded header is one line (RFC 5322, section 2.2.3).
    text = text.replace("\r", "").replace("\n", "")
    # PostgreSQL and JSON carry neither NUL nor lone surrogates.
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _first_text(message: _Message, content_type: str) -> str | None:
    for part in message.walk():
        if part.get_content_type() == content_type and part.get_content_disposition() != "attachment":
            return _text(part)
    return None


def _text(part: _Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        text = payload.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        text = payload.decode("utf-8", "replace")
    return text.replace("\r\n", "\n")
