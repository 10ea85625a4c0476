"""E-mail content between its three forms: as given, as stored (password sealed), as shown (masked)."""

import base64
from typing import Any, cast

from reelpress.engage.channels.email.model import SECRET_MASK, EmailInput, Json, SmtpInput
from reelpress.platform.crypto import Keyring
from reelpress.platform.errors import Refusal
from reelpress.platform.smtp_out import SmtpTransport

_PURPOSE = "smtp password"
_REQUIRED = ("subject", "from_address", "html")


def to_stored(keys: Keyring, given: EmailInput, before: Json | None) -> Json:
    """The JSON a version keeps. `before` is the stored content that this one replaces.

    Raises Refusal where the password of another server would have to be carried over.
    """
    stored = given.model_dump(mode="json", exclude={"transport"})
    stored["transport"] = _stored_transport(keys, given.transport, before) if given.transport else None
    return stored


def to_shown(stored: Json) -> Json:
    """What the API answers: the password is a mask."""
    transport = stored.get("transport")
    if transport is None:
        return stored
    shown = {key: value for key, value in transport.items() if key != "sealed_password"}
    shown["password"] = SECRET_MASK if transport["sealed_password"] else None
    return {**stored, "transport": shown}


def missing_fields(stored: Json) -> list[str]:
    """Fields without which no mail can be built."""
    return [name for name in _REQUIRED if not stored.get(name)]


def own_transport(keys: Keyring, stored: Json) -> SmtpTransport | None:
    """The workspace's own server; None where the built-in mailbox is meant."""
    transport = cast("dict[str, Any] | None", stored.get("transport"))
    if transport is None:
        return None
    sealed = transport["sealed_password"]
    return SmtpTransport(
        host=transport["host"],
        port=transport["port"],
        tls=transport["tls"],
        username=transport["username"],
        password=keys.decrypt(base64.b64decode(sealed), purpose=_PURPOSE).decode() if sealed else None,
    )


def _stored_transport(keys: Keyring, given: SmtpInput, before: Json | None) -> Json:
    stored = given.model_dump(mode="json", exclude={"password"})
    password = given.password.get_secret_value() if given.password else ""
    if password and password != SECRET_MASK:
        stored["sealed_password"] = base64.b64encode(
            keys.encrypt(password.encode(), purpose=_PURPOSE)
        ).decode()
        return stored
    known = (before or {}).get("transport")
    kept = _sealed_for_the_same_login(known, stored)
    if kept is None and password == SECRET_MASK:
        raise Refusal(
            400,
            "password_needed",
            "the stored password belongs to another host, port or user",
            field="content.transport.password",
            fix="type the password of this mail server",
        )
    stored["sealed_password"] = kept
    return stored


def _sealed_for_the_same_login(known: Json | None, stored: Json) -> str | None:
    """A password goes only to the server and user it was typed for, and never less protected."""
    same = known is not None and all(known[key] == stored[key] for key in ("host", "port", "tls", "username"))
    return known["sealed_password"] if known is not None and same else None
