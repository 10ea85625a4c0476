"""Identifiers and random secrets."""

import secrets
import string
import uuid

_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_UPPER = string.ascii_uppercase + string.digits


def new_uuid() -> uuid.UUID:
    """A random UUID (RFC 9562, version 4)."""
    return uuid.uuid4()


def timed_uuid(milliseconds: int) -> uuid.UUID:
    """A UUID that sorts by its time (RFC 9562, version 7): rows in their order fill an index from one end."""
    random = secrets.randbits(74)
    high = (milliseconds & 0xFFFF_FFFF_FFFF) << 16 | 0x7000 | random >> 62
    return uuid.UUID(int=high << 64 | 0b10 << 62 | random & 0x3FFF_FFFF_FFFF_FFFF)


def new_token() -> str:
    """256 random bits, URL-safe, 43 characters."""
    return secrets.token_urlsafe(32)


def public_id() -> str:
    """128 random bits in base 62, always 22 characters: the name of a medium in its URL."""
    number = secrets.randbits(128)
    digits: list[str] = []
    for _ in range(22):
        number, rest = divmod(number, 62)
        digits.append(_BASE62[rest])
    return "".join(reversed(digits))


def moengage_id() -> str:
    """24 hexadecimal digits, the shape of MoEngage's internal ids."""
    return secrets.token_hex(12)


def workspace_id() -> str:
    """24 capital letters and digits, the shape of a MoEngage workspace (app) id."""
    return "".join(secrets.choice(_UPPER) for _ in range(24))


def response_id() -> str:
    """Eight letters, the shape of MoEngage's `request_id` in error bodies."""
    return "".join(secrets.choice(string.ascii_letters) for _ in range(8))
