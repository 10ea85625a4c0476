"""Which runs a campaign had, and when a schedule would run next."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from reelpress.engage.campaigns import recurrence
from reelpress.engage.campaigns.model import Schedule
from reelpress.engage.campaigns.runs import store
from reelpress.engage.campaigns.runs.model import Run
from reelpress.platform.context import Platform

PAGE_SIZE = 20


async def list_runs(
    platform: Platform, workspace_id: str, campaign_id: str, before: UUID | None = None
) -> list[Run]:
    """A page of a campaign's runs, the latest due first; one that is to come is among them."""
    async with platform.db.connection() as conn:
        return await store.newest(conn, workspace_id, campaign_id, before, PAGE_SIZE)


def upcoming(schedule: Schedule, zone: ZoneInfo, now: datetime, most: int) -> list[datetime]:
    """The first runs of a periodic schedule that begins to count now (pure)."""
    found: list[datetime] = []
    after = now
    while len(found) < most:
        moment = recurrence.next_run(schedule, zone, after, len(found))
        if moment is None:
            break
        found.append(moment)
        after = moment
    return found
