"""What the clock does for events: partitions made ahead, what is too old dropped."""

from datetime import datetime, timedelta

from reelpress.engage.events import store
from reelpress.platform.context import Platform
from reelpress.platform.jobs import Registry
from reelpress.platform.telemetry import log

MONTHS_AHEAD = 3
DELIVERIES_KEPT = timedelta(days=30)
"""How long a repeated delivery is recognised."""


def register(registry: Registry) -> None:
    """Name the handler."""
    registry.every("engage.events.keep", "41 * * * *", keep)


async def keep(platform: Platform) -> None:
    """Make the months to come, forget deliveries, and drop what the operator does not want to keep."""
    now = platform.clock.now()
    async with platform.db.transaction() as conn:
        made = await store.make_partitions(conn, _months_from(now))
        await store.forget_deliveries(conn, now - DELIVERIES_KEPT)
    if made:
        log.info("partitions of events made", months=made)
    days = platform.settings.event_retention_days
    if days:
        async with platform.db.transaction() as conn:
            dropped = await store.drop_before(conn, now - timedelta(days=days))
        if dropped:
            log.info("events of whole months dropped", months=dropped)


def _months_from(now: datetime) -> list[datetime]:
    """A moment in this month and in each of the months to come."""
    months = [now.replace(day=1)]
    while len(months) <= MONTHS_AHEAD:
        months.append((months[-1] + timedelta(days=32)).replace(day=1))
    return months
