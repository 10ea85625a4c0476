"""Basic authentication (RFC 7617) as the APIs of Engage read it; what is wrong each says in its own words."""

import base64
import binascii


def user_and_password(encoded: str) -> tuple[str, str] | None:
    """What the credentials of an Authorization header hold; None where they are no `user:password`."""
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return (user, password) if colon else None
