"""Accept a request: one transaction writes the request and the render job that follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from reelpress.platform import ids
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.platform.errors import Refusal
from reelpress.studio.campaigns import service as campaigns
from reelpress.studio.campaigns.model import CpaasEgress, Version
from reelpress.studio.requests import seal, store
from reelpress.studio.requests.binding import (
    bind,
    check_addresses,
    field_path,
    profile_key,
    resolved_or_fault,
)
from reelpress.studio.requests.clips import asset_id_of, missing_clip
from reelpress.studio.requests.model import Accepted, Content
from reelpress.studio.requests.order import Order, OrderFault
from reelpress.studio.requests.plans import plan_of

SAME_ORDER_WINDOW = timedelta(minutes=10)
IDEMPOTENCY_KEY_LIFE = timedelta(hours=24)
MAX_IDEMPOTENCY_KEY_CHARS = 255
RENDER_JOB = "studio.render"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who orders, and the Idempotency-Key the order came with."""

    workspace_id: str
    client_id: UUID
    idempotency_key: str | None = None


async def accept(platform: Platform, caller: Caller, order: Order) -> UUID:
    """The whilter-request-id: a new one, or the first answer to the same order.

    The same order within ten minutes, or the same Idempotency-Key within a day, is one request.
    Raises OrderFault.
    """
    use_case_id = _use_case_id(order)
    key = _idempotency_key(caller)
    identity = seal.identity_digest(platform.keys, order.identity(caller.workspace_id))
    async with platform.db.transaction() as conn:
        version = await _current_version(conn, caller.workspace_id, use_case_id)
        content = await _content(platform, conn, order, version)
        if (earlier := await _earlier(platform, conn, caller, key, identity)) is not None:
            return earlier
        accepted = Accepted(
            id=ids.new_uuid(),
            workspace_id=caller.workspace_id,
            client_id=caller.client_id,
            use_case_id=version.use_case_id,
            version_id=version.id,
            identity=identity,
            customer=seal.customer_digest(platform.keys, caller.workspace_id, order.customer_id),
            recipient=seal.recipient_digest(platform.keys, caller.workspace_id, order.user_id),
            content=seal.seal_content(platform.keys, content),
            accepted_at=platform.clock.now(),
        )
        await store.insert(conn, accepted)
        await _bind_key(platform, conn, caller, key, store.BoundKey(identity, accepted.id))
        payload = {"workspace": accepted.workspace_id, "request": str(accepted.id)}
        await platform.jobs.enqueue(conn, RENDER_JOB, payload)
    return accepted.id


def _use_case_id(order: Order) -> UUID:
    try:
        return UUID(order.use_case_id)
    except ValueError as fault:
        raise _unknown_use_case() from fault


def _unknown_use_case() -> OrderFault:
    return OrderFault(404, "there is no media campaign with this use-case-id", "use-case-id")


def _idempotency_key(caller: Caller) -> str | None:
    key = caller.idempotency_key
    if key is None:
        return None
    if not key.strip() or len(key) > MAX_IDEMPOTENCY_KEY_CHARS:
        raise OrderFault(
            400, f"Idempotency-Key must have 1 to {MAX_IDEMPOTENCY_KEY_CHARS} characters", "Idempotency-Key"
        )
    return key.strip()


async def _current_version(conn: Connection, workspace_id: str, use_case_id: UUID) -> Version:
    try:
        return await campaigns.current_version(conn, workspace_id, use_case_id)
    except Refusal as refusal:
        if refusal.status == 404:
            raise _unknown_use_case() from refusal
        raise OrderFault(400, refusal.message, "use-case-id") from refusal


async def _content(platform: Platform, conn: Connection, order: Order, version: Version) -> Content:
    """What of the order is kept. Raises OrderFault where the version cannot be served with it."""
    plan = plan_of(version)
    values = bind(order, plan)
    resolved = resolved_or_fault(order, plan, values)
    films = {field: url for field, url in resolved.clip_values.items() if asset_id_of(url) is None}
    check_addresses(order, plan, resolved.image_values | films, platform.settings.http_allow)
    if (field := await missing_clip(conn, version.workspace_id, resolved.clip_values)) is not None:
        message = "this workspace has no video asset with this id"
        raise OrderFault(400, message, field_path(order, plan, field))
    egress = version.definition.connection.egress
    return Content(
        client_request_id=order.client_request_id,
        customer_id=order.customer_id,
        user_id=order.user_id,
        reference_record_id=order.reference_record_id,
        profile_key=profile_key(order, egress.profile_key_field) if isinstance(egress, CpaasEgress) else "",
        values=values,
    )


async def _earlier(
    platform: Platform, conn: Connection, caller: Caller, key: str | None, identity: bytes
) -> UUID | None:
    """The request this order is a repetition of; holds off equal orders until the transaction ends."""
    now = platform.clock.now()
    if key is not None:
        digest = seal.key_digest(platform.keys, caller.workspace_id, key)
        await store.lock(conn, digest)
        bound = await store.bound_key(conn, caller.workspace_id, digest, now - IDEMPOTENCY_KEY_LIFE)
        if bound is not None and bound.identity != identity:
            raise OrderFault(
                422,
                "this Idempotency-Key came with another body within the last 24 hours: "
                "send the same body, or another key",
                "Idempotency-Key",
            )
        if bound is not None:
            return bound.request_id
    await store.lock(conn, identity)
    found = await store.find_identical(conn, caller.workspace_id, identity, now - SAME_ORDER_WINDOW)
    if found is not None:
        await _bind_key(platform, conn, caller, key, store.BoundKey(identity, found))
    return found


async def _bind_key(
    platform: Platform, conn: Connection, caller: Caller, key: str | None, bound: store.BoundKey
) -> None:
    if key is not None:
        digest = seal.key_digest(platform.keys, caller.workspace_id, key)
        await store.bind_key(conn, caller.workspace_id, digest, bound, platform.clock.now())
