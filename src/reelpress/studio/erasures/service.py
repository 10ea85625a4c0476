"""Ask Studio to forget a customer, and forget her."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from reelpress.platform.context import Platform
from reelpress.platform.crypto import Keyring
from reelpress.platform.jobs import Payload
from reelpress.platform.telemetry import log
from reelpress.studio.egress import store as callbacks
from reelpress.studio.erasures import store
from reelpress.studio.erasures.model import Erasure, Order, Subject
from reelpress.studio.erasures.wire import PHONE
from reelpress.studio.media import service as media
from reelpress.studio.requests import seal
from reelpress.studio.requests.model import NOTHING

ERASE_JOB = "studio.erase"
BATCH = 200
LATE_S = 600.0  # an order that was on its way when its customer was forgotten has arrived by then


async def request(platform: Platform, workspace_id: str, order: Order) -> Erasure:
    """Note whom to forget, and the job that does it. The same request again is the first one."""
    digests = [
        digest for subject in order.subjects for digest in _digests(platform.keys, workspace_id, subject)
    ]
    async with platform.db.transaction() as conn:
        now = platform.clock.now()
        if await store.insert(conn, workspace_id, order.subject_request_id, dict.fromkeys(digests), now):
            payload = _payload(workspace_id, order.subject_request_id, late=False)
            await platform.jobs.enqueue(conn, ERASE_JOB, payload)
        noted = await store.get(conn, workspace_id, order.subject_request_id)
    assert noted is not None
    return noted


async def find(platform: Platform, workspace_id: str, subject_request_id: UUID) -> Erasure | None:
    async with platform.db.connection() as conn:
        return await store.get(conn, workspace_id, subject_request_id)


async def erase(platform: Platform, workspace_id: str, subject_request_id: UUID, *, late: bool) -> None:
    """Empty everything of the people a request names, some requests a transaction; again does nothing.

    Done twice: at once, and for orders that were `late`. Whom it was about is forgotten after that.
    """
    async with platform.db.connection() as conn:
        digests = await store.subjects(conn, workspace_id, subject_request_id)
    if digests is None:
        return
    while await _empty_some(platform, workspace_id, subject_request_id, digests) == BATCH:
        pass
    async with platform.db.transaction() as conn:
        if late:
            await store.forget_subjects(conn, workspace_id, subject_request_id)
        elif await store.finish(conn, workspace_id, subject_request_id, platform.clock.now()):
            payload = _payload(workspace_id, subject_request_id, late=True)
            await platform.jobs.enqueue(conn, ERASE_JOB, payload, delay_s=LATE_S)
    log.info("a customer is forgotten", workspace=workspace_id, erasure=str(subject_request_id), late=late)


async def _empty_some(
    platform: Platform, workspace_id: str, subject_request_id: UUID, digests: Sequence[bytes]
) -> int:
    async with platform.db.transaction() as conn:
        found = await store.requests_of(conn, workspace_id, digests, BATCH)
        if found:
            now = platform.clock.now()
            nothing = seal.seal_content(platform.keys, NOTHING)
            await store.empty_requests(conn, workspace_id, found, nothing, now)
            await callbacks.delete_of_requests(conn, workspace_id, found)
            await media.remove_of_requests(conn, platform, workspace_id, found)
            await store.count(conn, workspace_id, subject_request_id, len(found))
    return len(found)


def _payload(workspace_id: str, subject_request_id: UUID, *, late: bool) -> Payload:
    return {"workspace": workspace_id, "erasure": str(subject_request_id), "late": late}


def _digests(keys: Keyring, workspace_id: str, subject: Subject) -> Iterator[bytes]:
    """How requests of a person are found: by customer-id, whatever a caller uses as such, and by user-id."""
    if (customer := seal.customer_digest(keys, workspace_id, subject.value)) is not None:
        yield customer
    recipient = seal.recipient_digest(keys, workspace_id, subject.value) if subject.kind == PHONE else None
    if recipient is not None:
        yield recipient
