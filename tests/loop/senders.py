"""Clients that hand in events without a pause, and the proof that what was acknowledged is there, once."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.conftest import TestWorkspace
from tests.loop.installation import Installation, wait_until

EVENT = "Ledger bought"
BULK = 5
SENDERS = 8
ANSWERED_WITHIN_S = 20.0
SETTLED_WITHIN_S = 240.0
AFTER_NO_ANSWER_S = 0.1


@dataclass
class Ledger:
    """What was sent, by token: how many events each call held, and which calls were acknowledged.

    `named` are calls with an idempotency key, repeated until they were acknowledged.
    """

    sent: dict[str, int] = field(default_factory=dict[str, int])
    acknowledged: set[str] = field(default_factory=set[str])
    named: set[str] = field(default_factory=set[str])
    updates: dict[str, int] = field(default_factory=dict[str, int])
    unanswered: int = 0


@dataclass
class Senders:
    """Several clients of one workspace; each waits for the answer before it sends again."""

    installation: Installation
    http: aiohttp.ClientSession
    workspace: TestWorkspace
    ledger: Ledger = field(default_factory=Ledger)

    async def acknowledged(self, more: int) -> None:
        """Until so many more calls were acknowledged."""
        wanted = len(self.ledger.acknowledged) + more

        async def enough() -> bool:
            return len(self.ledger.acknowledged) >= wanted

        await wait_until(enough, SETTLED_WITHIN_S, f"{more} more calls are acknowledged")

    async def send_on(self, number: int) -> None:
        """One client, until it is cancelled: single events, bulk calls, updates, with and without a key."""
        turn = 0
        while True:
            turn += 1
            token = f"{number}-{turn}-{os.urandom(3).hex()}"
            if turn % 3 == 0:
                elements = [self._update(number, turn), *(self._event(number, token) for _ in range(BULK))]
                body = {"type": "transition", "elements": elements}
                await self._call("transition", body, token, BULK, named=turn % 2 == 0)
                if token in self.ledger.acknowledged:
                    self.ledger.updates[f"ledger-{number}"] = turn
            else:
                await self._call("event", self._event(number, token), token, 1, named=turn % 2 == 0)

    async def _call(self, call: str, body: Any, token: str, events: int, *, named: bool) -> None:
        self.ledger.sent[token] = events
        if named:
            self.ledger.named.add(token)
        while token not in self.ledger.acknowledged:
            with suppress(aiohttp.ClientError, TimeoutError):
                async with self.http.post(
                    f"{self.installation.url}/v1/{call}/{self.workspace.id}",
                    json=body,
                    auth=self.workspace.basic,
                    headers={"Idempotency-Key": token} if named else {},
                    timeout=aiohttp.ClientTimeout(total=ANSWERED_WITHIN_S),
                ) as answer:
                    if answer.status == 200:
                        self.ledger.acknowledged.add(token)
                        return
            self.ledger.unanswered += 1
            await asyncio.sleep(AFTER_NO_ANSWER_S)
            if not named:
                return

    def _event(self, number: int, token: str) -> dict[str, Any]:
        action = {"action": EVENT, "attributes": {"token": token}}
        return {"type": "event", "customer_id": f"ledger-{number}", "actions": [action]}

    def _update(self, number: int, turn: int) -> dict[str, Any]:
        return {"type": "customer", "customer_id": f"ledger-{number}", "attributes": {"turn": turn}}

    async def proved(self) -> int:
        """Fails unless what was acknowledged is there once and nothing is there by half; how many events."""
        rows = await self._rows(
            "SELECT attributes ->> 'token' AS token, count(*) AS events FROM events "
            "WHERE workspace_id = $1 AND name = $2 GROUP BY 1",
            EVENT,
        )
        found = Counter({row["token"]: row["events"] for row in rows})
        lost = [token for token in self.ledger.acknowledged if not found[token]]
        halves = {token: count for token, count in found.items() if count != self.ledger.sent[token]}
        assert not lost, f"acknowledged and not there: {lost}"
        assert not halves, f"there by half, or twice: {halves}"
        await self._prove_what_belongs_to_the_events()
        return found.total()

    async def _prove_what_belongs_to_the_events(self) -> None:
        (wrong,) = await self._rows(
            """
            SELECT count(*) FILTER (WHERE p.id IS NULL) AS without_profile,
                   count(*) FILTER (WHERE p.last_seen_at < e.user_time) AS unseen,
                   count(*) FILTER (WHERE s.id IS NULL) AS without_send,
                   count(*) FILTER (WHERE s.state IN ('queued', 'sending') AND j.id IS NULL) AS without_job
            FROM events e
            LEFT JOIN profiles p ON p.workspace_id = e.workspace_id AND p.id = e.profile_id
            LEFT JOIN engage_sends s ON s.workspace_id = e.workspace_id AND s.occasion = e.id
            LEFT JOIN pgqueuer j ON j.entrypoint = 'engage.send'
                AND convert_from(j.payload, 'UTF8')::jsonb ->> 'send' = s.id::text
            WHERE e.workspace_id = $1 AND e.name = $2
            """,
            EVENT,
        )
        assert set(wrong.values()) == {0}, wrong
        (known,) = await self._rows(
            "SELECT array_agg(attribute ORDER BY attribute) AS names FROM event_catalog "
            "WHERE workspace_id = $1 AND name = $2",
            EVENT,
        )
        assert known["names"] == ["", "token"]
        turns = await self._rows(
            "SELECT customer_id, (attributes ->> 'turn')::int AS turn FROM profiles "
            "WHERE workspace_id = $1 AND customer_id LIKE $2",
            "ledger-%",
        )
        found = {row["customer_id"]: row["turn"] or 0 for row in turns}
        behind = {name: turn for name, turn in self.ledger.updates.items() if found[name] < turn}
        assert not behind, f"acknowledged updates that are not there: {behind}, there is {found}"

    async def _rows(self, query: str, argument: str) -> list[dict[str, Any]]:
        return await self.installation.rows(query, self.workspace.id, argument)


@asynccontextmanager
async def sending(
    installation: Installation, http: aiohttp.ClientSession, workspace: TestWorkspace
) -> AsyncGenerator[Senders]:
    """Clients at work, each of whose events starts a campaign; they stop at the end."""
    senders = Senders(installation, http, workspace)
    await _start_campaign(senders)
    clients = [asyncio.create_task(senders.send_on(number)) for number in range(SENDERS)]
    try:
        yield senders
    finally:
        for client in clients:
            client.cancel()
        await asyncio.gather(*clients, return_exceptions=True)


async def _start_campaign(senders: Senders) -> None:
    """A connector campaign that calls the installation itself."""
    url, headers = f"{senders.installation.url}/api/v1/campaigns", senders.workspace.headers
    campaign = {
        "name": "Ledger campaign",
        "channel": "CONNECTOR",
        "delivery_type": "EVENT_TRIGGERED",
        "trigger": {"event_name": EVENT},
        "content": {"method": "GET", "url": f"{senders.installation.url}/healthz"},
    }
    async with senders.http.post(url, json=campaign, headers=headers) as answer:
        assert answer.status == 201, await answer.text()
        made = await answer.json()
    async with senders.http.post(f"{url}/{made['id']}/activate", headers=headers) as answer:
        assert answer.status == 200, await answer.text()
