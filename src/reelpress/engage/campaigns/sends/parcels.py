"""What a send carries to the outside, kept sealed with it until it is finished.

A resend repeats these bytes, whatever has become of the profile, the display names or the program
meanwhile. Only an access token is added at each attempt.
"""

import json
from typing import Any, TypeAlias

from reelpress.engage.connectors import Authorization, PreparedRequest
from reelpress.platform.crypto import Keyring
from reelpress.platform.smtp_out import Envelope

Parcel: TypeAlias = PreparedRequest | Envelope

PURPOSE = "send"


def seal(keys: Keyring, parcel: Parcel) -> bytes:
    """A line of JSON, then the body as it is; encrypted."""
    head, body = _packed_mail(parcel) if isinstance(parcel, Envelope) else _packed_request(parcel)
    return keys.encrypt(json.dumps(head).encode() + b"\n" + body, purpose=PURPOSE)


def unseal(keys: Keyring, sealed: bytes) -> Parcel:
    """Raises ValueError when it was sealed with another root key."""
    head, _, body = keys.decrypt(sealed, purpose=PURPOSE).partition(b"\n")
    fields: dict[str, Any] = json.loads(head)
    if fields.pop("kind") == "mail":
        return Envelope(**fields, octets=body)
    authorization = fields.pop("authorization")
    return PreparedRequest(
        method=fields["method"],
        url=fields["url"],
        headers=tuple((name, value) for name, value in fields["headers"]),
        body=body if fields["has_body"] else None,
        authorization=Authorization.model_validate(authorization) if authorization else None,
        timeout_s=fields["timeout_s"],
        allow_http=fields["allow_http"],
    )


def _packed_mail(mail: Envelope) -> tuple[dict[str, Any], bytes]:
    head = {
        "kind": "mail",
        "sender": mail.sender,
        "recipient": mail.recipient,
        "smtputf8": mail.smtputf8,
    }
    return head, mail.octets


def _packed_request(request: PreparedRequest) -> tuple[dict[str, Any], bytes]:
    authorization = request.authorization
    head = {
        "kind": "request",
        "method": request.method,
        "url": request.url,
        "headers": request.headers,
        "has_body": request.body is not None,
        "authorization": authorization.model_dump(mode="json") if authorization else None,
        "timeout_s": request.timeout_s,
        "allow_http": request.allow_http,
    }
    return head, request.body or b""
