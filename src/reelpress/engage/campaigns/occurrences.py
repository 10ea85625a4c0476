"""One run of a one-time campaign over its audience, a page per job and transaction.

The page number and the cursor move with the page's sends, so a job that dies or runs twice neither
skips nor repeats a customer.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from reelpress.engage.audiences.parse import parse_rule
from reelpress.engage.audiences.service import members
from reelpress.engage.campaigns import dynamic, recurrence, store
from reelpress.engage.campaigns.model import Campaign, DeliveryType, Schedule, Status
from reelpress.engage.campaigns.sends import service as sends
from reelpress.engage.campaigns.sends import store as sends_store
from reelpress.engage.campaigns.sends.model import NewSend, SendKind
from reelpress.engage.campaigns.store import Occurrence
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.platform.ids import new_uuid

PAGE_JOB = "engage.page"
CLOSE_JOB = "engage.close"
PAGE_MEMBERS = 500
"""Customers written in one transaction."""
_KINDS = {
    DeliveryType.one_time: SendKind.one_time,
    DeliveryType.periodic: SendKind.periodic,
    DeliveryType.business_event_triggered: SendKind.business_event,
}
_PAGING = (Status.scheduled, Status.sending, Status.active)


async def begin(conn: Connection, platform: Platform, campaign: Campaign) -> None:
    """Write the occurrence of a campaign that was just activated, and the job of its first page."""
    occurrence_id = new_uuid()
    start = campaign.start_at or platform.clock.now()
    await store.insert_occurrence(
        conn, campaign.workspace_id, occurrence_id, campaign.id, campaign.version_id, start
    )
    wait_s = max(0.0, (start - platform.clock.now()).total_seconds())
    await _enqueue_page(conn, platform, campaign.workspace_id, occurrence_id, 0, wait_s)


async def begin_next(
    conn: Connection,
    platform: Platform,
    workspace_id: str,
    campaign_id: str,
    version_id: UUID,
    schedule: Schedule,
    after: datetime,
) -> bool:
    """Write the next run of a periodic campaign and the job of its first page; False when there is none."""
    done, zone = await store.runs_so_far(conn, workspace_id, campaign_id)
    due_at = recurrence.next_run(schedule, ZoneInfo(zone), after, done)
    if due_at is None:
        return False
    occurrence_id = new_uuid()
    await store.insert_occurrence(conn, workspace_id, occurrence_id, campaign_id, version_id, due_at)
    wait_s = max(0.0, (due_at - platform.clock.now()).total_seconds())
    await _enqueue_page(conn, platform, workspace_id, occurrence_id, 0, wait_s)
    return True


async def resume_periodic(
    conn: Connection, platform: Platform, campaign: Campaign, schedule: Schedule
) -> Status:
    """Take up what a paused periodic campaign had begun; runs it missed are left out."""
    now = platform.clock.now()
    workspace_id = campaign.workspace_id
    await store.give_up_missed(conn, workspace_id, campaign.id, now)
    found = await store.open_occurrences(conn, workspace_id, campaign.id)
    coming = any(page == 0 for _, page, _ in found)
    if not coming and not await begin_next(
        conn, platform, workspace_id, campaign.id, campaign.version_id, schedule, now
    ):
        return await resume(conn, platform, campaign)
    for occurrence_id, page, due_at in found:
        wait_s = max(0.0, (due_at - now).total_seconds())
        await _enqueue_page(conn, platform, workspace_id, occurrence_id, page, wait_s)
    return Status.active


async def enqueue_first_pages(
    conn: Connection, platform: Platform, workspace_id: str, occurrence_ids: Sequence[UUID]
) -> None:
    """The jobs of occurrences that were just written and are due now."""
    payloads = [_page_of(workspace_id, occurrence_id, 0) for occurrence_id in occurrence_ids]
    await platform.jobs.enqueue_many(conn, PAGE_JOB, payloads)


async def resume_children(conn: Connection, platform: Platform, campaign: Campaign) -> None:
    """Take up the pages of a paused campaign's children."""
    for occurrence_id, page, _ in await store.open_occurrences(conn, campaign.workspace_id, campaign.id):
        await _enqueue_page(conn, platform, campaign.workspace_id, occurrence_id, page)


async def resume(conn: Connection, platform: Platform, campaign: Campaign) -> Status:
    """Take up the pages and sends of a paused campaign; the state it is in then."""
    status = Status.sending
    for occurrence_id, page, due_at in await store.open_occurrences(conn, campaign.workspace_id, campaign.id):
        wait_s = max(0.0, (due_at - platform.clock.now()).total_seconds())
        if wait_s:
            status = Status.scheduled
        await _enqueue_page(conn, platform, campaign.workspace_id, occurrence_id, page, wait_s)
    await _enqueue_close(conn, platform, campaign.workspace_id, campaign.id)
    return status


async def write_page(platform: Platform, workspace_id: str, occurrence_id: UUID, page: int) -> None:
    """Write the sends of one page and the job of the next. Does nothing when that page is written."""
    async with platform.db.transaction() as conn:
        occurrence = await store.lock_occurrence(conn, workspace_id, occurrence_id)
        if occurrence is None or occurrence.paged or occurrence.page != page:
            return
        if occurrence.status not in _PAGING:
            return
        if occurrence.status is Status.scheduled:
            now = platform.clock.now()
            await store.set_status(conn, workspace_id, occurrence.campaign_id, Status.sending, now)
        if occurrence.delivery_type is DeliveryType.periodic and page == 0:
            await _arrange_next(conn, platform, workspace_id, occurrence)
        await _write_members(conn, platform, workspace_id, occurrence)


async def close(platform: Platform, workspace_id: str, campaign_id: str) -> bool:
    """Call the campaign sent when nothing of it is open any more; whether there is nothing to wait for.

    While pages are still to come there is not either: the last of them asks anew.
    """
    async with platform.db.transaction() as conn:
        status = await sends_store.close_campaign(conn, workspace_id, campaign_id, platform.clock.now())
        if status is not Status.sending:
            return True
        return bool(await store.open_occurrences(conn, workspace_id, campaign_id))


async def _arrange_next(
    conn: Connection, platform: Platform, workspace_id: str, occurrence: Occurrence
) -> None:
    """The last run is sent like a one-time campaign: when it is over, so is the campaign."""
    now = platform.clock.now()
    more = await begin_next(
        conn,
        platform,
        workspace_id,
        occurrence.campaign_id,
        occurrence.version_id,
        Schedule.model_validate(occurrence.schedule),
        max(now, occurrence.due_at),
    )
    if not more:
        await store.set_status(conn, workspace_id, occurrence.campaign_id, Status.sending, now)


async def _write_members(
    conn: Connection, platform: Platform, workspace_id: str, occurrence: Occurrence
) -> None:
    audience = dynamic.resolved(occurrence.audience, occurrence.business_event or {})
    rule = parse_rule(audience, occurrence.display_names)
    now = platform.clock.now()
    found = await members(conn, workspace_id, rule, now, occurrence.cursor, PAGE_MEMBERS)
    fresh = [
        NewSend(
            id=new_uuid(),
            campaign_id=occurrence.campaign_id,
            version_id=occurrence.version_id,
            occasion=occurrence.id,
            profile_id=profile_id,
        )
        for profile_id in found
    ]
    await sends.queue(conn, platform, workspace_id, _KINDS[occurrence.delivery_type], fresh)
    cursor = found[-1] if len(found) == PAGE_MEMBERS else None
    await store.advance_occurrence(
        conn, workspace_id, occurrence.id, cursor=cursor, members=len(found), at=platform.clock.now()
    )
    if cursor is not None:
        await _enqueue_page(conn, platform, workspace_id, occurrence.id, occurrence.page + 1)
    elif occurrence.delivery_type is not DeliveryType.business_event_triggered:
        await _enqueue_close(conn, platform, workspace_id, occurrence.campaign_id)


async def _enqueue_page(
    conn: Connection,
    platform: Platform,
    workspace_id: str,
    occurrence_id: UUID,
    page: int,
    wait_s: float = 0.0,
) -> None:
    payload = _page_of(workspace_id, occurrence_id, page)
    await platform.jobs.enqueue(conn, PAGE_JOB, payload, delay_s=wait_s)


def _page_of(workspace_id: str, occurrence_id: UUID, page: int) -> dict[str, object]:
    return {"workspace": workspace_id, "occurrence": str(occurrence_id), "page": page}


async def _enqueue_close(conn: Connection, platform: Platform, workspace_id: str, campaign_id: str) -> None:
    payload = {"workspace": workspace_id, "campaign": campaign_id}
    await platform.jobs.enqueue(conn, CLOSE_JOB, payload)
