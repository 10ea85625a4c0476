"""Rows of keys and values of which some are secret: masked for a reader, kept when a mask comes back.

Whoever may edit a request must not be able to send its saved secrets somewhere else, so they are kept
for the same origin only.
"""

from collections.abc import Callable, Iterable
from typing import Final
from urllib.parse import urlsplit

from reelpress.engage.oauth.rows import KeyValue

MASK: Final = "\u2022" * 8
"""What stands for a saved secret. Sent back unchanged, it means: keep what is saved."""
TYPE_AGAIN: Final = "type the secret values again"

Rows = tuple[KeyValue, ...]


class SecretNeeded(Exception):
    """A mask came where nothing is saved that may stand for it; `place` is the field, if it is one."""

    def __init__(self, message: str, place: str | None = None) -> None:
        super().__init__(message)
        self.place = place


def masked_rows(rows: Iterable[KeyValue], is_secret: Callable[[KeyValue], bool]) -> Rows:
    """The rows as a reader may see them."""
    return tuple(KeyValue(key=row.key, value=MASK) if is_secret(row) else row for row in rows)


def holds_mask(rows: Iterable[KeyValue]) -> bool:
    return any(row.value == MASK for row in rows)


def origin_of(url: str) -> str:
    """Scheme and authority in lower case; nothing for what is no URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower()


def require_same_origin(origin: str, saved_origin: str, *, allow_http: bool) -> None:
    """Raises SecretNeeded where saved secrets would go elsewhere, or could go unencrypted."""
    if origin != saved_origin or (saved_origin.startswith("https:") and allow_http):
        raise SecretNeeded("the API URL now names another host, so the saved secrets are not sent there")


def kept_rows(place: str, rows: Rows, saved: Rows) -> Rows:
    """`rows` with each mask replaced by what is saved under its key; rows of one key match in order.

    Raises SecretNeeded.
    """
    remaining = list(saved)
    return tuple(_kept_row(place, row, remaining) for row in rows)


def _kept_row(place: str, row: KeyValue, remaining: list[KeyValue]) -> KeyValue:
    match = next((known for known in remaining if known.key == row.key), None)
    if match is not None:
        remaining.remove(match)
    if row.value != MASK:
        return row
    if match is None:
        raise SecretNeeded(f"no value is saved for {row.key!r}", place)
    return match
