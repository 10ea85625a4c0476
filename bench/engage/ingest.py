"""Events and profile updates a second: real HTTP, a real database, answered after the commit."""

import json
import random
from typing import Any

from bench.engage.client import Figures, Load, drive
from bench.engage.scratch import Scratch

CUSTOMERS = 10_000
BULK_BYTES = 95_000
"""Just below the 100 KB a bulk call may have."""


def measure_single(scratch: Scratch, seconds: float, connections: int) -> dict[str, Any]:
    """One event a call."""
    luck = random.Random(1)
    bodies = [json.dumps(_event(luck)).encode() for _ in range(5000)]
    return _measured(scratch, scratch.load("event", bodies, connections, seconds), 1)


def measure_bulk(scratch: Scratch, seconds: float, connections: int) -> dict[str, Any]:
    """As many events a call as a bulk call may hold."""
    luck = random.Random(2)
    each = BULK_BYTES // len(json.dumps(_event(luck)))
    bodies = [
        json.dumps({"type": "transition", "elements": [_event(luck) for _ in range(each)]}).encode()
        for _ in range(60)
    ]
    return _measured(scratch, scratch.load("transition", bodies, connections, seconds), each)


def measure_updates(scratch: Scratch, seconds: float, connections: int) -> dict[str, Any]:
    """One customer a call, two attributes of which change."""
    luck = random.Random(3)
    bodies = [json.dumps(_customer(luck)).encode() for _ in range(20_000)]
    return _measured(scratch, scratch.load("customer", bodies, connections, seconds), 1)


def seed_customers(scratch: Scratch) -> None:
    """Everybody who acts later exists before."""
    luck = random.Random(4)
    elements = [_customer(luck, number) for number in range(CUSTOMERS)]
    pages = [elements[start : start + 200] for start in range(0, CUSTOMERS, 200)]
    bodies = [json.dumps({"type": "transition", "elements": page}).encode() for page in pages]
    done = 0
    while done < len(bodies):
        done += drive(scratch.load("transition", bodies[done:], 1, 2.0)).answered


def _measured(scratch: Scratch, load: Load, each: int) -> dict[str, Any]:
    before = scratch.cpu_s()
    figures = drive(load)
    spent = {name: now - before[name] for name, now in scratch.cpu_s().items()}
    return _row(figures, spent, each)


def _row(figures: Figures, spent: dict[str, float], each: int) -> dict[str, Any]:
    done = figures.answered * each
    return {
        "per_s": round(done / figures.seconds, 1),
        "done": done,
        "refused_calls": figures.refused,
        "p50_ms": round(figures.percentile_ms(50), 2),
        "p99_ms": round(figures.percentile_ms(99), 2),
        "cpu_us_each": {
            **{name: round(1e6 * cpu / done, 1) for name, cpu in spent.items()},
            "client": round(1e6 * figures.client_cpu_s / done, 1),
        },
    }


def _event(luck: random.Random) -> dict[str, Any]:
    return {
        "type": "event",
        "customer_id": f"customer-{luck.randrange(CUSTOMERS)}",
        "actions": [
            {
                "action": luck.choice(("Viewed", "Added to cart", "Purchase")),
                "attributes": {
                    "product_name": luck.choice(("Brass lamp", "Wool rug", "Oak chair")),
                    "price": luck.randrange(100, 9999),
                    "premium_seat": luck.random() < 0.5,
                },
                "platform": "web",
            }
        ],
    }


def _customer(luck: random.Random, number: int | None = None) -> dict[str, Any]:
    number = luck.randrange(CUSTOMERS) if number is None else number
    return {
        "type": "customer",
        "customer_id": f"customer-{number}",
        "attributes": {
            "first_name": "Asha",
            "email": f"customer-{number}@example.com",
            "city": luck.choice(("Pune", "Oslo", "Lima", "Kobe", "Bath")),
            "points": luck.randrange(100_000),
        },
    }
