"""Values at rest: content and digests under the installation's root key."""

from __future__ import annotations

import msgspec

from reelpress.platform.crypto import Keyring
from reelpress.studio.requests.model import Content

PURPOSE = "request values"


def seal_content(keys: Keyring, content: Content) -> bytes:
    return keys.encrypt(msgspec.json.encode(content), purpose=PURPOSE)


def open_content(keys: Keyring, sealed: bytes) -> Content:
    """The content of a request. Raises ValueError under another root key."""
    return msgspec.json.decode(keys.decrypt(sealed, purpose=PURPOSE), type=Content)


def identity_digest(keys: Keyring, identity: str) -> bytes:
    return keys.digest(f"request identity\n{identity}")


def key_digest(keys: Keyring, workspace_id: str, idempotency_key: str) -> bytes:
    return keys.digest(f"idempotency key\n{workspace_id}\n{idempotency_key}")


def customer_digest(keys: Keyring, workspace_id: str, customer_id: str) -> bytes | None:
    """Finds one customer's requests; None for a request without a customer."""
    return keys.digest(f"request customer\n{workspace_id}\n{customer_id}") if customer_id else None


def recipient_digest(keys: Keyring, workspace_id: str, user_id: str) -> bytes | None:
    """Finds the requests that go to one phone, however its number is written; None without digits."""
    digits = "".join(filter(str.isdecimal, user_id))
    return keys.digest(f"request recipient\n{workspace_id}\n{digits}") if digits else None
