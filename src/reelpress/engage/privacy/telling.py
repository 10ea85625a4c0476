"""Tell the studios that made a person's media to forget her, as OpenGDPR's controller tells a processor.

A studio is whoever a connector campaign sends `POST .../video/request`; it is told at
`POST .../opengdpr_requests`, with the credentials of that connector. One that knows no such call is noted.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final
from urllib.parse import urlencode, urlsplit, urlunsplit
from uuid import UUID

import msgspec

from reelpress.engage.connectors import ConnectorSpec, KeyValue, PreparedRequest, SendOutcome, send
from reelpress.engage.connectors import secrets as connector_secrets
from reelpress.engage.personalize.source import tokens
from reelpress.engage.privacy import notices
from reelpress.engage.privacy.notices import Notice
from reelpress.platform import ids
from reelpress.platform.context import Platform
from reelpress.platform.crypto import Keyring
from reelpress.platform.db import Connection
from reelpress.platform.jobs import RetryLater

TELL_JOB = "engage.privacy.tell"
PURPOSE = "erasure subjects"
ORDER_PATH, ERASURE_PATH = "/video/request", "/opengdpr_requests"
WAITS_S: Final = (5, 60, 600, 3600, 6 * 3600, 24 * 3600, 24 * 3600)
UNKNOWN_CALL: Final = frozenset({404, 405, 410, 501})
_CUSTOMER_ID, _EMAIL, _PHONE = "controller_customer_id", "email", "phone"
_OF_IDENTITY = {"ID": _CUSTOMER_ID, "moengage_id": _CUSTOMER_ID, "email": _EMAIL, "mobile": _PHONE}

Subject = tuple[str, str]
"""An identity type of OpenGDPR and its value."""


def subjects_of(
    identities: Iterable[tuple[str, str]], people: Iterable[dict[str, Any]]
) -> tuple[Subject, ...]:
    """Everything a studio may know these people by: as the request names them, and as their profiles do."""
    named = [(_OF_IDENTITY[kind], value) for kind, value in identities if kind in _OF_IDENTITY]
    known = [
        (kind, person[column])
        for person in people
        for kind, column in (
            (_CUSTOMER_ID, "customer_id"),
            (_CUSTOMER_ID, "id"),
            (_EMAIL, "email"),
            (_PHONE, "mobile"),
        )
        if person[column]
    ]
    return tuple(dict.fromkeys([*named, *known]))


async def tell(
    conn: Connection, platform: Platform, workspace_id: str, erasure_id: UUID, subjects: Sequence[Subject]
) -> None:
    """Note every studio that may know them, and the jobs that tell it; in the caller's transaction."""
    if not subjects:
        return
    sealed = platform.keys.encrypt(msgspec.json.encode(subjects), purpose=PURPOSE)
    found = [
        Notice(ids.new_uuid(), erasure_id, address, connector, sealed, "waiting", 0, None, None, None)
        for address, connector in await _studios(conn, platform.keys, workspace_id)
    ]
    if not found:
        return
    await notices.insert(conn, workspace_id, found)
    payloads = [{"workspace": workspace_id, "notice": str(one.id)} for one in found]
    await platform.jobs.enqueue_many(conn, TELL_JOB, payloads)


async def deliver(platform: Platform, workspace_id: str, notice_id: UUID) -> None:
    """Tell one studio. Raises RetryLater after a fault that may pass; the studio knows a repetition."""
    async with platform.db.connection() as conn:
        notice = await notices.waiting(conn, workspace_id, notice_id)
    if notice is None or notice.connector is None or notice.subjects is None:
        return
    spec = connector_secrets.opened(platform.keys, notice.connector)
    subjects = msgspec.json.decode(
        platform.keys.decrypt(notice.subjects, purpose=PURPOSE), type=list[Subject]
    )
    body = _body(notice_id, subjects, platform.clock.now().isoformat())
    outcome = await send(
        platform, workspace_id, request_to(spec, notice.address, body), send_id=str(notice_id)
    )
    await _settle(platform, workspace_id, notice, outcome)


def address_of(url: str) -> str | None:
    """Where the studio behind a connector's URL takes erasures; None for what is none, or is personalised."""
    if any(token.kind != "text" for token in tokens(url)):
        return None
    parts = urlsplit(url)
    if not parts.path.endswith(ORDER_PATH):
        return None
    path = parts.path.removesuffix(ORDER_PATH) + ERASURE_PATH
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def request_to(spec: ConnectorSpec, address: str, body: bytes) -> PreparedRequest:
    """The request with all of a connector's headers and parameters that are the same for everyone."""
    parameters = [(row.key, row.value) for row in spec.parameters if _plain(row)]
    headers = [
        (row.key, row.value)
        for row in spec.headers
        if _plain(row) and row.key.lower() not in ("content-type", "idempotency-key")
    ]
    return PreparedRequest(
        "POST",
        f"{address}?{urlencode(parameters)}" if parameters else address,
        (*headers, ("Content-Type", "application/json")),
        body,
        spec.authorization,
        spec.timeout_s,
        spec.allow_http,
    )


def _plain(row: KeyValue) -> bool:
    return all(token.kind == "text" for token in tokens(row.value))


async def _studios(conn: Connection, keys: Keyring, workspace_id: str) -> list[tuple[str, dict[str, Any]]]:
    """Address and connector of every studio; of connectors with the same credentials the newest."""
    found: dict[object, tuple[str, dict[str, Any]]] = {}
    for stored in await notices.connectors_to(conn, workspace_id, ORDER_PATH):
        spec = connector_secrets.opened(keys, stored)
        if (address := address_of(spec.url.partition("?")[0])) is not None:
            found[address, spec.headers, spec.parameters, spec.authorization] = address, stored
    return list(found.values())


def _body(notice_id: UUID, subjects: Sequence[Subject], submitted: str) -> bytes:
    document = {
        "subject_request_id": str(notice_id),
        "subject_request_type": "erasure",
        "submitted_time": submitted,
        "subject_identities": [
            {"identity_type": kind, "identity_value": value, "identity_format": "raw"}
            for kind, value in subjects
        ],
        "api_version": "1.0",
    }
    return json.dumps(document).encode()


async def _settle(platform: Platform, workspace_id: str, notice: Notice, outcome: SendOutcome) -> None:
    code = outcome.code
    async with platform.db.connection() as conn:
        if code is not None and 200 <= code < 300:
            state, reason = "told", None
        elif code in UNKNOWN_CALL:
            state, reason = "refused", "this receiver does not take erasure requests: ask its operator"
        elif notice.tries >= len(WAITS_S):
            state, reason = "failed", outcome.reason
        else:
            await notices.count_try(conn, workspace_id, notice.id, code, outcome.reason)
            raise RetryLater(WAITS_S[notice.tries], "a studio could not be told of an erasure")
        await notices.finish(conn, workspace_id, notice.id, state, code, reason, platform.clock.now())
