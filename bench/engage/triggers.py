"""From an event to the send it starts: how long until it is matched, and until a worker acts on it."""

import asyncio
import json
import urllib.error
import urllib.request
from dataclasses import replace
from typing import Any

from bench.engage.client import drive
from bench.engage.scratch import Scratch
from reelpress.platform.db import connect

EVENT = "Bench bought"
SETTLED_WITHIN_S = 60.0

_DELAYS = """
    SELECT percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (
               ORDER BY extract(epoch FROM s.created_at - e.received_at) * 1000) AS matched,
           percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (
               ORDER BY extract(epoch FROM a.at - e.received_at) * 1000) AS worker
    FROM engage_sends s
    JOIN events e ON e.id = s.occasion
    JOIN engage_send_attempts a ON a.send_id = s.id AND a.number = 1
"""


def measure_triggers(scratch: Scratch, seconds: float, rate_per_s: float) -> dict[str, Any]:
    """Events at a steady rate, each of which starts a campaign.

    An event and what it starts are one transaction, so nothing lies between its commit and the match:
    `p50_ms` and `p99_ms` are from the receipt of the event to its match, before either is committed;
    `answer` from the request to the answer, after the commit; `worker` from the receipt to the request that
    a worker makes for the send.
    """
    _start_campaign(scratch)
    bodies = [
        json.dumps(
            {
                "type": "event",
                "customer_id": f"customer-{number}",
                "actions": [{"action": EVENT, "attributes": {"product_name": "Brass lamp"}}],
            }
        ).encode()
        for number in range(1000)
    ]
    load = replace(scratch.load("event", bodies, 16, seconds), rate_per_s=rate_per_s)
    figures = drive(load)
    delays, sends = asyncio.run(_delays(scratch.database_url, figures.answered))
    return {
        "p50_ms": round(delays["matched"][0], 2),
        "p99_ms": round(delays["matched"][1], 2),
        "answer_p50_ms": round(figures.percentile_ms(50), 2),
        "answer_p99_ms": round(figures.percentile_ms(99), 2),
        "worker_p50_ms": round(delays["worker"][0], 2),
        "worker_p99_ms": round(delays["worker"][1], 2),
        "events": figures.answered,
        "sends": sends,
        "rate_per_s": rate_per_s,
    }


def _start_campaign(scratch: Scratch) -> None:
    content = {
        "method": "GET",
        "url": f"http://127.0.0.1:{scratch.port}/healthz",
        "parameters": [{"key": "product", "value": "{{EventAttribute['product_name']}}"}],
    }
    campaign = {
        "name": "Bench trigger",
        "channel": "CONNECTOR",
        "delivery_type": "EVENT_TRIGGERED",
        "trigger": {"event_name": EVENT},
        "content": content,
    }
    made = _call(scratch, "/campaigns", campaign)
    _call(scratch, f"/campaigns/{made['id']}/activate", None)


def _call(scratch: Scratch, path: str, body: object) -> dict[str, Any]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{scratch.port}/api/v1{path}",
        data=json.dumps(body).encode(),
        method="POST",
        headers={
            "Authorization": f"Bearer {scratch.workspace.api_token}",
            "Content-Type": "application/json",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        raise RuntimeError(refused.read().decode()) from refused


async def _delays(url: str, expected: int) -> tuple[dict[str, list[float]], int]:
    conn = await connect(url)
    try:
        async with asyncio.timeout(SETTLED_WITHIN_S):
            while await conn.fetchval("SELECT count(*) FROM engage_send_attempts") < expected:  # noqa: ASYNC110 - what is waited for is in the database
                await asyncio.sleep(0.2)
        row = await conn.fetchrow(_DELAYS)
        return dict(row.items()), await conn.fetchval("SELECT count(*) FROM engage_sends")
    finally:
        await conn.close()
