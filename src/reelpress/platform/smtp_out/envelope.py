"""The envelope and the octets of one mail, checked before any of it reaches a command line."""

import re
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8

_LOCAL_PART = re.compile(r'[^\s<>"(),:;\[\]\\@\x00-\x1f\x7f-\x9f]{1,64}')
_DOMAIN = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?:\.(?!-)[A-Za-z0-9-]{1,63})*|\[[0-9A-Fa-f.:]+\]")
_HEADER_NAME = re.compile(r"[!-9;-~]+")
# A line break inside a header is folding only when white space follows (RFC 5322, section 2.2.3).
_BROKEN_HEADER = re.compile(r"\n(?![ \t])|\r(?!\n)|\x00")


class EnvelopeRefusedError(Exception):
    """Raised with a sentence about an address or header that cannot be sent; it quotes neither."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """RFC 5321 addresses and the message as it goes over the wire.

    `smtputf8` says that the server must know RFC 6531, because a local part is not ASCII.
    """

    sender: str
    recipient: str
    octets: bytes
    smtputf8: bool


def seal(message: EmailMessage, sender: str, recipient: str) -> Envelope:
    """Check and flatten; the same message gives the same octets. Raises EnvelopeRefusedError."""
    from_address = _address(sender, "sender")
    to_address = _address(recipient, "recipient")
    _check_headers(message)
    smtputf8 = not (from_address + to_address).isascii()
    # Bodies go as 7 bit, so no server needs to know 8BITMIME.
    policy = SMTPUTF8 if smtputf8 else SMTP.clone(cte_type="7bit")
    try:
        octets = message.as_bytes(policy=policy)
    except (MessageError, ValueError, LookupError):
        raise EnvelopeRefusedError("The mail cannot be written: a header or charset is invalid.") from None
    return Envelope(from_address, to_address, octets, smtputf8)


def _address(text: str, role: str) -> str:
    local, _, domain = text.rpartition("@")
    try:
        ascii_domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_domain = ""
    if _LOCAL_PART.fullmatch(local) is None or _DOMAIN.fullmatch(ascii_domain) is None:
        raise EnvelopeRefusedError(f"The {role} is not a mail address. Write it like name@example.com.")
    return f"{local}@{ascii_domain}"


def _check_headers(message: EmailMessage) -> None:
    for name, value in message.raw_items():
        if _HEADER_NAME.fullmatch(name) is None or _BROKEN_HEADER.search(str(value)):
            raise EnvelopeRefusedError("A header of the mail holds a line break. Remove it.")
