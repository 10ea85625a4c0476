"""Rate limits of the Data API: fixed windows of 60 s per workspace and kind of call, counted together
by all processes. Off unless the operator sets `rate_limits`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastapi import Request

from reelpress.engage.data_api.faults import DataApiFault
from reelpress.engage.data_api.model import Batch
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection

WINDOW_S = 60
KEPT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Rate:
    """What the caller has left of one kind of call, and the seconds until it starts anew."""

    limit: int
    remaining: int
    reset_s: int


async def spend(request: Request, platform: Platform, workspace_id: str, call: str, amount: int = 1) -> None:
    """Count `amount` of a kind of call. Raises DataApiFault (429) when the window is used up; a refused
    call counts nothing."""
    limit = platform.settings.rate_limits.get(call)
    if limit is None or amount == 0:
        return
    now = platform.clock.now()
    start = datetime.fromtimestamp(now.timestamp() // WINDOW_S * WINDOW_S, UTC)
    reset_s = max(1, round((start + timedelta(seconds=WINDOW_S) - now).total_seconds()))
    async with platform.db.transaction() as conn:
        used = await _add(conn, workspace_id, call, start, amount, limit)
    request.state.rate = Rate(limit, max(0, limit - used), reset_s)
    if used > limit:
        raise DataApiFault(429, *_refusal(call))


async def spend_batch(request: Request, platform: Platform, workspace_id: str, batch: Batch) -> None:
    """Count a bulk call: its users and its events each have a limit."""
    users = len(batch.customers) + len(batch.devices)
    events = sum(len(element.actions) for element in batch.events)
    await spend(request, platform, workspace_id, "bulk_events", events)
    await spend(request, platform, workspace_id, "bulk_users", users)


def headers(request: Request) -> Mapping[str, str]:
    """`x-ratelimit-*` of this call; none where no limit applies. The reset is in seconds."""
    rate: Rate | None = getattr(request.state, "rate", None)
    if rate is None:
        return {}
    return {
        "x-ratelimit-limit": str(rate.limit),
        "x-ratelimit-remaining": str(rate.remaining),
        "x-ratelimit-reset": str(rate.reset_s),
    }


async def forget_old(platform: Platform) -> None:
    """Windows that are over."""
    async with platform.db.connection() as conn:
        await conn.execute("DELETE FROM data_api_rates WHERE window_start < $1", platform.clock.now() - KEPT)


async def _add(
    conn: Connection, workspace_id: str, call: str, start: datetime, amount: int, limit: int
) -> int:
    """What is used with this call; it is only added while it fits."""
    await conn.execute(
        """
        INSERT INTO data_api_rates (workspace_id, call, window_start, used) VALUES ($1, $2, $3, 0)
        ON CONFLICT DO NOTHING
        """,
        workspace_id,
        call,
        start,
    )
    used = await conn.fetchval(
        """
        UPDATE data_api_rates SET used = used + $4
        WHERE workspace_id = $1 AND call = $2 AND window_start = $3 AND used + $4 <= $5 RETURNING used
        """,
        workspace_id,
        call,
        start,
        amount,
        limit,
    )
    return limit + 1 if used is None else used


def _refusal(call: str) -> tuple[str, str]:
    """Type and message; the pages of the contract differ."""
    match call:
        case "customer" | "export" | "merge" | "delete":
            return "RateLimitError", "Rate limit exceeded"
        case "import_status":
            return "Rate Limits Exceeded", "Rate limits exceeded, please try after some time"
        case _:
            return (
                "Rate Limits Exceeded",
                "Rate limits for customers exceeded. Please Try After Some Time",
            )
