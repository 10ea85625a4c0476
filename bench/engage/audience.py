"""How long it takes to count an audience over many profiles and events."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

from bench.engage.scratch import Scratch
from reelpress.engage.audiences import service
from reelpress.engage.audiences.parse import RuleFault, parse_rule
from reelpress.platform.db import Connection, connect

CITIES = ("Pune", "Oslo", "Lima", "Kobe", "Bath", "Cork", "Graz", "Nice", "Turin", "Leeds")
BOUGHT, OPENED = "Purchase", "MOE_EMAIL_OPEN"
DAYS = 60
"""The events spread over so many days."""

_PROFILES = """
    INSERT INTO profiles (workspace_id, id, customer_id, attributes, folded, last_seen_at)
    SELECT $1, lpad(to_hex(n), 24, '0'), 'customer-' || n,
           jsonb_build_object('city', city, 'points', n % 1000, 'u_em', 'c' || n || '@example.com'),
           jsonb_build_object('city', lower(city), 'u_em', 'c' || n || '@example.com',
                              'uid', 'customer-' || n),
           now() - interval '90 days'
    FROM generate_series(1, $2::int) AS n, LATERAL (SELECT ($3::text[])[1 + n % cardinality($3)] AS city) AS c
"""
_EVENTS = """
    INSERT INTO events (workspace_id, id, profile_id, name, attributes, user_time, received_at)
    SELECT $1, uuidv7(), lpad(to_hex(1 + (random() * ($2::int - 1))::int), 24, '0'),
           ($4::text[])[1 + (random() * 3)::int], '{"price": 990}', t, t
    FROM (SELECT now() - random() * make_interval(days => $5::int) AS t FROM generate_series(1, $3::int)) AS n
"""
_INDEXES = "SELECT indexdef FROM pg_indexes WHERE indexname IN ('events_profile', 'events_name')"
_COUNT = """
    WITH bought AS (
        SELECT profile_id FROM events
        WHERE workspace_id = $1 AND name = $3 AND user_time >= now() - interval '30 days'
        GROUP BY profile_id HAVING count(*) >= 3
    ), opened AS (
        SELECT DISTINCT profile_id FROM events
        WHERE workspace_id = $1 AND name = $4 AND user_time >= now() - interval '7 days'
    )
    SELECT count(*) FROM profiles p JOIN bought b ON b.profile_id = p.id
    LEFT JOIN opened o ON o.profile_id = p.id
    WHERE p.workspace_id = $1 AND p.attributes ->> 'city' = ANY($2::text[]) AND o.profile_id IS NULL
"""
_WORK_MEMORY = "SET work_mem = '64MB'"
RULE: dict[str, Any] = {
    "filter_operator": "and",
    "filters": [
        {
            "filter_type": "user_attributes",
            "name": "city",
            "data_type": "string",
            "operator": "in",
            "value": list(CITIES[:3]),
        },
        {
            "filter_type": "actions",
            "action_name": BOUGHT,
            "executed": True,
            "execution": {"type": "atleast", "count": 3},
            "primary_time_range": {"type": "inTheLast", "value": 30, "period_unit": "days"},
        },
        {
            "filter_type": "actions",
            "action_name": OPENED,
            "executed": False,
            "primary_time_range": {"type": "inTheLast", "value": 7, "period_unit": "days"},
        },
    ],
}


def measure_audience(scratch: Scratch, profiles: int, events: int) -> dict[str, Any]:
    """City is one of three, bought at least three times in 30 days, did not open in 7 days."""
    return asyncio.run(_measure(scratch, profiles, events))


async def _measure(scratch: Scratch, profiles: int, events: int) -> dict[str, Any]:
    conn, workspace_id = await connect(scratch.database_url), scratch.workspace.workspace_id
    try:
        started = time.perf_counter()
        await _fill(conn, workspace_id, profiles, events)
        filled_s = time.perf_counter() - started
        by, seconds, members = await _counted(conn, workspace_id)
    finally:
        await conn.close()
    return {
        "count_s": round(min(seconds), 3),
        "first_count_s": round(seconds[0], 3),
        "counted_by": by,
        "members": members,
        "profiles": profiles,
        "events": events,
        "filled_in_s": round(filled_s, 1),
    }


async def _fill(conn: Connection, workspace_id: str, profiles: int, events: int) -> None:
    """Indexes of events are made at the end, as an import of this size would do it."""
    # Months of the past exist where events came in time; here they are made for events that come at once.
    await conn.execute(
        "SELECT make_events_partition(now() - make_interval(months => n)) FROM generate_series(0, 3) n"
    )
    await conn.execute(_PROFILES, workspace_id, profiles, list(CITIES), timeout=3600)
    indexes = [row["indexdef"] for row in await conn.fetch(_INDEXES)]
    await conn.execute("DROP INDEX events_profile, events_name")
    names = [BOUGHT, OPENED, "Viewed", "Added to cart"]
    await conn.execute(_EVENTS, workspace_id, profiles, events, names, DAYS, timeout=3600)
    for index in indexes:
        await conn.execute(index.replace(" ON ONLY ", " ON "), timeout=3600)
    await conn.execute("VACUUM ANALYZE", timeout=3600)


async def _counted(conn: Connection, workspace_id: str) -> tuple[str, list[float], int]:
    """By Engage's own count where its rules know actions, else by the SQL they stand for."""
    seconds: list[float] = []
    members = 0
    try:
        rule = parse_rule(RULE, {})
    except RuleFault:
        rule = None
    await conn.execute(_WORK_MEMORY)
    for _ in range(3):
        started = time.perf_counter()
        if rule is None:
            members = await conn.fetchval(_COUNT, workspace_id, list(CITIES[:3]), BOUGHT, OPENED)
        else:
            members = await service.count(conn, workspace_id, rule, datetime.now(UTC))
        seconds.append(time.perf_counter() - started)
    return "SQL of the bench" if rule is None else "audiences.service.count", seconds, members
