"""Rate limits of the Segments API, as documented for each of its calls."""

from collections.abc import Mapping
from datetime import timedelta

from reelpress.engage.custom_segments import faults, store
from reelpress.platform.context import Platform

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400

LIMITS: Mapping[str, tuple[tuple[int, int], ...]] = {
    "create": ((50, MINUTE_S), (200, HOUR_S), (1000, DAY_S)),
    "list": ((50, MINUTE_S), (200, HOUR_S), (1000, DAY_S)),
    "get": ((100, MINUTE_S), (1000, HOUR_S), (4000, DAY_S)),
    "update": ((50, MINUTE_S), (200, HOUR_S), (1000, DAY_S)),
    "file": ((10, HOUR_S), (100, DAY_S)),
}
"""Calls within a window of so many seconds; `update` has no documented limit and shares that of `create`."""


async def take(platform: Platform, workspace_id: str, call: str) -> None:
    """Count one call. Raises SegmentFault (429) when there were too many."""
    now = platform.clock.now()
    async with platform.db.transaction() as conn:
        for most, window_s in LIMITS[call]:
            stale = now - timedelta(seconds=window_s)
            if await store.count_call(conn, workspace_id, call, window_s, now, stale) > most:
                raise faults.too_many_calls(most, window_s // MINUTE_S)
