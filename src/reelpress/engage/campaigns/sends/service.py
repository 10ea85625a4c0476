"""Writing sends, running them, and reading what became of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from reelpress.engage.campaigns.sends import store
from reelpress.engage.campaigns.sends.acting import act
from reelpress.engage.campaigns.sends.destinations import Busy, destinations_of
from reelpress.engage.campaigns.sends.model import (
    Attempt,
    Claimed,
    NewSend,
    Outcome,
    Send,
    SendKind,
    SendState,
)
from reelpress.engage.campaigns.sends.parcels import Parcel, seal, unseal
from reelpress.engage.campaigns.sends.preparing import names, prepare, why_stopped
from reelpress.engage.content import service as content
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection, connection_lost
from reelpress.platform.errors import not_found

SEND_JOB = "engage.send"
PAGE_SIZE = 50
# Somebody just did something: that goes before a campaign to everybody.
_PRIORITY = {
    SendKind.triggered: 10,
    SendKind.one_time: 0,
    SendKind.periodic: 0,
    SendKind.business_event: 0,
}

FAULT_CATEGORY = "Unknown"
FAULT_REASON = (
    "a fault inside Reelpress ended this send; it may or may not have gone out, and it is not tried again: "
    "the held job and the log say where the fault is"
)

PERSONALISATION = frozenset(
    {
        "User Attribute",
        "Event Attribute",
        "Campaign Attribute",
        "Undefined",
        "Unknown",
        "Custom error message",
    }
)


@dataclass(frozen=True, slots=True)
class Reason:
    """How many sends ended this way; `message` is what the template gave as its reason not to send."""

    category: str
    code: int | None
    sends: int
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Funnel:
    """Each step holds those who came that far."""

    users: int
    after_removal: int
    after_personalisation: int
    sent: int


@dataclass(frozen=True, slots=True)
class Stats:
    """Test sends are counted apart. Rates are in percent of attempted."""

    attempted: int
    sent: int
    failed: int
    skipped: int
    waiting: int
    tests: int
    sent_rate: float
    failure_rate: float
    funnel: Funnel
    reasons: list[Reason]


async def queue(
    conn: Connection, platform: Platform, workspace_id: str, kind: SendKind, sends: Sequence[NewSend]
) -> int:
    """Write sends with their jobs, each once per campaign, occasion and profile; how many were fresh."""
    if not sends:
        return 0
    written = await store.insert(conn, workspace_id, kind, sends, platform.clock.now())
    calls = {send.id: send.request_id for send in sends}
    await enqueue(
        conn,
        platform,
        workspace_id,
        [(send_id, 0) for send_id in written],
        _PRIORITY[kind],
        [calls[send_id] for send_id in written],
    )
    return len(written)


async def enqueue(
    conn: Connection,
    platform: Platform,
    workspace_id: str,
    tickets: Sequence[tuple[UUID, int]],
    priority: int = 0,
    request_ids: Sequence[str | None] | None = None,
) -> None:
    """One job per send and ticket."""
    payloads = [
        {"workspace": workspace_id, "send": str(send_id), "ticket": ticket} for send_id, ticket in tickets
    ]
    await platform.jobs.enqueue_many(conn, SEND_JOB, payloads, priority=priority, request_ids=request_ids)


async def run(platform: Platform, workspace_id: str, send_id: UUID, ticket: int) -> Outcome | None:
    """Do a send that is still to be done; None when there is nothing to do or a later run took over.

    Raises Busy, with nothing done, while others fill its destination. A fault of ours fails the send
    and is raised again.
    """
    return await _Run(platform, workspace_id, send_id, ticket).do()


@dataclass(slots=True)
class _Run:
    """One run; `fence` is its own from the moment the claim is committed."""

    platform: Platform
    workspace_id: str
    send_id: UUID
    ticket: int
    fence: int | None = None

    async def do(self) -> Outcome | None:
        try:
            async with self.platform.db.connection() as conn:
                destination = await store.destination(conn, self.workspace_id, self.send_id)
            if destination is None:
                return await self._do()
            async with destinations_of(self.platform).turn(destination):
                return await self._do()
        except Busy:
            raise
        except Exception as fault:
            if not connection_lost(fault):
                await self._give_up()
            raise

    async def _do(self) -> Outcome | None:
        platform = self.platform
        async with platform.db.transaction() as conn:
            claimed = await store.claim(conn, self.workspace_id, self.send_id, self.ticket)
            if claimed is None:
                return None
            parcel = await _parcel(conn, platform, claimed)
            if isinstance(parcel, Outcome):
                await store.finish(conn, claimed, parcel, platform.clock.now())
                return parcel
        self.fence = claimed.fence
        outcome = await act(platform, claimed, parcel)
        async with platform.db.transaction() as conn:
            kept = await store.finish(conn, claimed, outcome, platform.clock.now())
        return outcome if kept else None

    async def _give_up(self) -> None:
        """The job is held and does not come again, so the send is not left open."""
        async with self.platform.db.transaction() as conn:
            await store.give_up(
                conn,
                self.workspace_id,
                self.send_id,
                self.ticket,
                fence=self.fence,
                category=FAULT_CATEGORY,
                reason=FAULT_REASON,
                at=self.platform.clock.now(),
            )


async def _parcel(conn: Connection, platform: Platform, claimed: Claimed) -> Parcel | Outcome:
    """What the first attempt sent, else what this customer gets as she is now, kept for later attempts."""
    stopped = why_stopped(claimed)
    if stopped is not None:
        return stopped
    if claimed.rendered is not None:
        return unseal(platform.keys, claimed.rendered)
    named = await content.named(
        conn,
        platform,
        claimed.workspace_id,
        names(platform, claimed),
        fresh=claimed.kind is SendKind.test,
    )
    parcel = prepare(platform, claimed, named)
    if not isinstance(parcel, Outcome):
        await store.keep_rendered(conn, claimed, seal(platform.keys, parcel))
    return parcel


async def read(platform: Platform, workspace_id: str, send_id: UUID) -> tuple[Send, list[Attempt]]:
    """A send and its attempts in order. Raises Refusal (404)."""
    async with platform.db.transaction() as conn:
        send = await store.find(conn, workspace_id, send_id)
        if send is None:
            raise not_found("send", send_id)
        return send, await store.attempts(conn, workspace_id, send_id)


async def list_sends(
    platform: Platform,
    workspace_id: str,
    campaign_id: str,
    *,
    state: SendState | None = None,
    before: UUID | None = None,
    limit: int = PAGE_SIZE,
) -> list[Send]:
    """A page of a campaign's sends, newest first."""
    async with platform.db.connection() as conn:
        return await store.newest(conn, workspace_id, campaign_id, state=state, before=before, limit=limit)


async def stats(platform: Platform, workspace_id: str, campaign_id: str) -> Stats:
    """Counts by outcome and reason; attempted is what was sent or failed, as in MoEngage."""
    async with platform.db.connection() as conn:
        tally = await store.tally(conn, workspace_id, campaign_id)
    states: Counter[SendState] = Counter()
    unpersonalised = tests = 0
    reasons: list[Reason] = []
    for kind, state, category, code, message, sends in tally:
        if kind is SendKind.test:
            tests += sends
            continue
        states[state] += sends
        if state in (SendState.failed, SendState.skipped):
            reasons.append(Reason(category or "Unknown", code, sends, message))
            unpersonalised += sends if category in PERSONALISATION else 0
    return _stats(states, tests, unpersonalised, reasons)


async def counts(
    platform: Platform, workspace_id: str, campaign_ids: Sequence[str]
) -> dict[str, Counter[SendState]]:
    """How far each campaign's sends are, without test sends; for a list of campaigns."""
    found: dict[str, Counter[SendState]] = {campaign_id: Counter() for campaign_id in campaign_ids}
    async with platform.db.connection() as conn:
        for campaign_id, state, sends in await store.counts(conn, workspace_id, campaign_ids):
            found[campaign_id][state] = sends
    return found


def _stats(states: Counter[SendState], tests: int, unpersonalised: int, reasons: list[Reason]) -> Stats:
    sent, failed, skipped = states[SendState.sent], states[SendState.failed], states[SendState.skipped]
    attempted, users = sent + failed, states.total()
    return Stats(
        attempted=attempted,
        sent=sent,
        failed=failed,
        skipped=skipped,
        waiting=users - attempted - skipped,
        tests=tests,
        sent_rate=_percent(sent, attempted),
        failure_rate=_percent(failed, attempted),
        funnel=Funnel(users, users - skipped, users - skipped - unpersonalised, sent),
        reasons=reasons,
    )


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2) if whole else 0.0
