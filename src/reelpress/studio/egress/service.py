"""Open a callback with the fact it tells, deliver it, replay it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from reelpress.platform import ids
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.platform.errors import Refusal
from reelpress.platform.jobs import RetryLater
from reelpress.studio.campaigns import service as campaigns
from reelpress.studio.campaigns.model import Egress, Version
from reelpress.studio.egress import store
from reelpress.studio.egress.messages import Outcome, messages
from reelpress.studio.egress.model import Attempt, Callback, State, Step
from reelpress.studio.egress.schedule import admit, after_failure, after_success, wait_after
from reelpress.studio.egress.send import TIMEOUT_S, Outgoing, Sent, send
from reelpress.studio.media.model import Addresses
from reelpress.studio.requests import store as requests
from reelpress.studio.requests.model import Content, Request

BODY = "callback body"
ANSWER = "callback answer"
CALLBACK_JOB = "studio.callback"
LEASE = timedelta(seconds=3 * TIMEOUT_S)


async def open_callback(
    conn: Connection,
    platform: Platform,
    request: Request,
    version: Version,
    content: Content,
    *,
    media: Addresses | None = None,
    reason: str | None = None,
) -> UUID | None:
    """Keep what is to be said and the job that says it, in the caller's transaction.

    None where the version has no egress, or one that does not hear of this outcome.
    """
    egress = version.definition.connection.egress
    if egress is None:
        return None
    callback_id = ids.new_uuid()
    outcome = Outcome(
        callback_id, request.id, version.use_case_id, version.name, content, media=media, reason=reason
    )
    plain = messages(egress, outcome)
    if not plain:
        return None
    now = platform.clock.now()
    callback = Callback(
        callback_id,
        request.workspace_id,
        request.id,
        State.PENDING,
        egress.destination,
        0,
        None,
        now,
        now,
        None,
    )
    sealed = [replace(message, body=platform.keys.encrypt(message.body, purpose=BODY)) for message in plain]
    await store.insert(conn, request.workspace_id, callback, sealed)
    await _enqueue(conn, platform, callback)
    return callback_id


async def deliver(platform: Platform, workspace_id: str, callback_id: UUID) -> None:
    """Send what is left of a callback, once. Raises RetryLater while something is left."""
    callback = await _admitted(platform, workspace_id, callback_id)
    if callback is None:
        return
    egress, steps = await _load(platform, callback)
    for step in steps:
        if not await _send_step(platform, callback, egress, step, last=step is steps[-1]):
            return
        callback = replace(callback, tries=0)


async def replay(conn: Connection, platform: Platform, workspace_id: str, request_id: UUID) -> UUID:
    """Make a request's callback due at once, with its id and bytes; an endpoint given up is tried again.

    A delivered callback is sent whole, another one from its first step that was not accepted.
    Raises Refusal 409 when there is none.
    """
    callback = await store.of_request(conn, workspace_id, request_id)
    if callback is None:
        raise Refusal(
            409, "no_callback", "this request has no callback to replay",
            fix="choose an egress in the media campaign's connection details and request the medium again",
        )  # fmt: skip
    now = platform.clock.now()
    delivered = callback.state is State.DELIVERED
    await store.restart(conn, workspace_id, callback.id, now, from_the_start=delivered)
    destination = await store.lock_destination(conn, workspace_id, callback.destination)
    revived = replace(
        destination, failures=0, disabled_at=None, paused_until=min(destination.paused_until, now)
    )
    await store.put_destination(conn, workspace_id, callback.destination, revived)
    await _enqueue(conn, platform, callback)
    return callback.id


async def _enqueue(conn: Connection, platform: Platform, callback: Callback) -> None:
    payload = {"workspace": callback.workspace_id, "callback": str(callback.id)}
    await platform.jobs.enqueue(conn, CALLBACK_JOB, payload)


async def _admitted(platform: Platform, workspace_id: str, callback_id: UUID) -> Callback | None:
    """The callback, claimed for one delivery; None when there is nothing to do any more."""
    now = platform.clock.now()
    async with platform.db.transaction() as conn:
        callback = await store.claim(conn, workspace_id, callback_id, now, now + LEASE)
        if callback is None:
            return await _wait_or_leave(conn, workspace_id, callback_id, now)
        destination = await store.lock_destination(conn, workspace_id, callback.destination)
        admission = admit(destination, now)
        if admission.disabled:
            reason = "the endpoint said it is gone (410); replay to try it again"
            await store.finish(conn, workspace_id, callback_id, State.DISABLED, now, reason)
            return None
        if admission.admitted:
            await store.put_destination(conn, workspace_id, callback.destination, admission.destination)
            return callback
        wait = admission.wait + timedelta(seconds=_luck())
        await store.postpone(conn, workspace_id, callback_id, callback.tries, now + wait, None)
    raise RetryLater(wait.total_seconds(), "the destination is paused or at its rate limit")


async def _wait_or_leave(conn: Connection, workspace_id: str, callback_id: UUID, now: datetime) -> None:
    callback = await store.get(conn, workspace_id, callback_id)
    if callback is not None and callback.state is State.PENDING:
        wait = max(0.5, (callback.due_at - now).total_seconds())
        raise RetryLater(wait, "the callback is not due yet or being sent")


async def _load(platform: Platform, callback: Callback) -> tuple[Egress, list[Step]]:
    """The egress with its present secrets, and the steps not accepted yet, bodies opened."""
    async with platform.db.connection() as conn:
        request = await requests.get(conn, callback.workspace_id, callback.request_id)
        assert request is not None, "a callback is removed with its request"
        version = await campaigns.version_by_id(conn, callback.workspace_id, request.version_id)
        assert version is not None, "a version stays while its requests do"
        steps = await store.steps(conn, callback.workspace_id, callback.id)
    egress = await campaigns.egress_of(platform, version)
    opened = [replace(step, body=platform.keys.decrypt(step.body, purpose=BODY)) for step in steps]
    return egress, [step for step in opened if step.done_at is None]


async def _send_step(
    platform: Platform, callback: Callback, egress: Egress, step: Step, *, last: bool
) -> bool:
    """Send one step and keep what became of it; False when the callback has ended without it.

    Raises RetryLater when it is to be tried again.
    """
    started = platform.clock.now()
    sent = await send(platform.http, egress, Outgoing(callback.id, step.name, step.path, step.body), started)
    async with platform.db.transaction() as conn:
        await requests.hold(conn, callback.workspace_id, callback.request_id)
        attempt = _attempt(platform, callback.id, step.name, started, sent)
        if not await store.add_attempt(conn, callback.workspace_id, attempt):
            return False
        if sent.verdict == "accepted":
            await _keep_success(conn, platform, callback, step, last=last)
            return True
        wait = await _keep_failure(conn, platform, callback, sent)
    if wait is None:
        return False
    raise RetryLater(wait.total_seconds(), sent.fault or "the endpoint did not accept")


async def _keep_success(
    conn: Connection, platform: Platform, callback: Callback, step: Step, *, last: bool
) -> None:
    now = platform.clock.now()
    destination = await store.lock_destination(conn, callback.workspace_id, callback.destination)
    if destination.failures:
        await store.put_destination(
            conn, callback.workspace_id, callback.destination, after_success(destination, now)
        )
    await store.finish_step(conn, callback.workspace_id, callback.id, step.position, now)
    if last:
        await store.finish(conn, callback.workspace_id, callback.id, State.DELIVERED, now, None)
        await requests.set_callback_done(conn, callback.workspace_id, callback.request_id, now)


async def _keep_failure(
    conn: Connection, platform: Platform, callback: Callback, sent: Sent
) -> timedelta | None:
    """How long to wait for the next try; None when there is none and the callback has ended."""
    now = platform.clock.now()
    workspace_id, tries = callback.workspace_id, callback.tries + 1
    destination = await store.lock_destination(conn, workspace_id, callback.destination)
    worse = after_failure(destination, now, sent.retry_after)
    if sent.verdict == "gone":
        worse = replace(worse, disabled_at=now)
    await store.put_destination(conn, workspace_id, callback.destination, worse)
    wait = wait_after(tries, _luck(), sent.retry_after, now)
    if sent.verdict == "again" and wait is not None:
        await store.postpone(conn, workspace_id, callback.id, tries, now + wait, sent.fault)
        return wait
    state = State.DISABLED if sent.verdict == "gone" else State.EXHAUSTED
    await store.finish(conn, workspace_id, callback.id, state, now, sent.fault)
    return None


def _attempt(platform: Platform, callback_id: UUID, step: str, started: datetime, sent: Sent) -> Attempt:
    answer = platform.keys.encrypt(sent.answer, purpose=ANSWER) if sent.answer else None
    return Attempt(callback_id, step, started, sent.elapsed_ms, sent.code, sent.fault, answer)


def _luck() -> float:
    return random.random()  # noqa: S311 - spreads retries, protects nothing
