"""Business events: made, triggered, found."""

from reelpress.engage.business_events import store
from reelpress.engage.business_events.model import (
    BusinessEvent,
    Known,
    NewBusinessEvent,
    NewTrigger,
    TooMany,
    Wanted,
    wrong,
)
from reelpress.engage.business_events.quota import Allowed, Searches, allowed
from reelpress.engage.campaigns.children import service as children
from reelpress.engage.campaigns.children.model import Started
from reelpress.platform.context import Platform
from reelpress.platform.ids import moengage_id, new_uuid

MOST_BUSINESS_EVENTS = 50
"""Of one workspace."""
MOST_LISTED = 100
STOPPED_BY_QUOTA = "more triggers came within five minutes than the workspace may send"

_searches = Searches()


async def create(platform: Platform, workspace_id: str, given: NewBusinessEvent) -> BusinessEvent:
    """A business event campaigns can wait for. Raises Refused: the name is taken, or there are 50."""
    event = BusinessEvent(moengage_id(), given.name, given.attributes, given.created_by, platform.clock.now())
    async with platform.db.transaction() as conn:
        await store.lock_workspace(conn, workspace_id)
        if await store.by_name(conn, workspace_id, given.name) is not None:
            raise wrong("Business event already exists", "event_name")
        if await store.count(conn, workspace_id) >= MOST_BUSINESS_EVENTS:
            raise wrong(f"A workspace has at most {MOST_BUSINESS_EVENTS} business events", "event_name")
        await store.insert(conn, workspace_id, event)
    return event


async def trigger(
    platform: Platform, workspace_id: str, given: NewTrigger, *, needs_campaign: bool
) -> Started:
    """Record that it happened and start a child of every campaign that waits for it, in one transaction.

    Raises Refused: there is no such business event, it has no such attribute or, with `needs_campaign`,
    no active campaign; TooMany. Then nothing is recorded.
    """
    now = platform.clock.now()
    async with platform.db.transaction() as conn:
        await store.lock_workspace(conn, workspace_id)
        event = await store.by_name(conn, workspace_id, given.event_name)
        _require_known(event, given)
        assert event is not None
        may = allowed(await store.recent(conn, workspace_id, now), platform.settings)
        if may is Allowed.refused:
            raise TooMany
        trigger_id = new_uuid()
        await store.insert_trigger(
            conn, workspace_id, trigger_id, event.id, given.attributes, given.triggered_by, now
        )
        started = await children.start(
            conn,
            platform,
            workspace_id,
            event.name,
            trigger_id,
            given.attributes,
            at=now,
            stopped=STOPPED_BY_QUOTA if may is Allowed.stopped else None,
        )
        if needs_campaign and not started.triggered and not started.failed:
            raise wrong("No active campaign found for business event name", "event_name")
    return started


async def find(
    platform: Platform,
    workspace_id: str,
    wanted: Wanted,
    *,
    after: str | None = None,
    limit: int = MOST_LISTED,
) -> tuple[str, list[Known]]:
    """The workspace's name and the business events searched for, by id. Raises TooMany."""
    if not _searches.take(workspace_id, platform.settings.business_event_searches_per_minute):
        raise TooMany
    async with platform.db.connection() as conn:
        name = await store.workspace_name(conn, workspace_id)
        return name, await store.known(conn, workspace_id, wanted, after, limit)


def _require_known(event: BusinessEvent | None, given: NewTrigger) -> None:
    if event is None:
        raise wrong("Business event does not exists", "event_name", "Business event does not exist")
    known = {attribute.name for attribute in event.attributes}
    unknown = next((name for name in given.attributes if name not in known), None)
    if unknown is not None:
        raise wrong("Wrong business event attribute passed in api request", unknown)
