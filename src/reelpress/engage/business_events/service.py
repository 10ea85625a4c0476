"""Business events: made, triggered, found."""

from collections.abc import Mapping
from typing import Any

from reelpress.engage.business_events import store
from reelpress.engage.business_events.model import (
    BusinessEvent,
    Happened,
    Known,
    Listener,
    NewBusinessEvent,
    NewTrigger,
    TooMany,
    Wanted,
    wrong,
)
from reelpress.engage.business_events.quota import Allowed, Searches, allowed
from reelpress.engage.campaigns.children import service as children
from reelpress.engage.campaigns.children.model import Started
from reelpress.platform.auth import Principal, audit
from reelpress.platform.context import Platform
from reelpress.platform.errors import not_found
from reelpress.platform.ids import moengage_id, new_uuid

MOST_BUSINESS_EVENTS = 50
"""Of one workspace."""
MOST_LISTED = 100
SHOWN_TRIGGERS = 20
STOPPED_BY_QUOTA = "more triggers came within five minutes than the workspace may send"

_searches = Searches()


async def create(
    platform: Platform, workspace_id: str, given: NewBusinessEvent, *, by: Principal | None = None
) -> BusinessEvent:
    """A business event campaigns can wait for; `by` is the person who makes it, where one does.

    Raises Refused: the name is taken, or there are 50.
    """
    event = BusinessEvent(moengage_id(), given.name, given.attributes, given.created_by, platform.clock.now())
    async with platform.db.transaction() as conn:
        await store.lock_workspace(conn, workspace_id)
        if await store.by_name(conn, workspace_id, given.name) is not None:
            raise wrong("Business event already exists", "event_name")
        if await store.count(conn, workspace_id) >= MOST_BUSINESS_EVENTS:
            raise wrong(f"A workspace has at most {MOST_BUSINESS_EVENTS} business events", "event_name")
        await store.insert(conn, workspace_id, event)
        if by is not None:
            await audit(conn, by, "business_event.created", event.id)
    return event


async def trigger(
    platform: Platform,
    workspace_id: str,
    given: NewTrigger,
    *,
    needs_campaign: bool,
    by: Principal | None = None,
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
        if by is not None:
            await audit(conn, by, "business_event.triggered", event.id, {"trigger": str(trigger_id)})
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


async def every(platform: Platform, workspace_id: str) -> list[Known]:
    """All of a workspace by name, for people: no quota counts it."""
    async with platform.db.connection() as conn:
        found = await store.known(conn, workspace_id, Wanted(), None, MOST_BUSINESS_EVENTS)
    return sorted(found, key=lambda one: one.event.name.casefold())


async def one(
    platform: Platform, workspace_id: str, event_id: str
) -> tuple[BusinessEvent, list[Listener], list[Happened]]:
    """A business event, the campaigns that wait for it, its latest triggers. Raises Refusal (404)."""
    async with platform.db.connection() as conn:
        event = await store.by_id(conn, workspace_id, event_id)
        if event is None:
            raise not_found("business event", event_id)
        waiting = await store.listeners(conn, workspace_id, event.name)
        return event, waiting, await store.latest_triggers(conn, workspace_id, event_id, SHOWN_TRIGGERS)


async def named(
    platform: Platform, workspace_id: str, name: str
) -> tuple[BusinessEvent | None, Mapping[str, Any]]:
    """The business event of this name, if there is one, and what its latest trigger said."""
    async with platform.db.connection() as conn:
        event = await store.by_name(conn, workspace_id, name)
        latest = await store.latest_triggers(conn, workspace_id, event.id, 1) if event else []
    return event, latest[0].attributes if latest else {}


def _require_known(event: BusinessEvent | None, given: NewTrigger) -> None:
    if event is None:
        raise wrong("Business event does not exists", "event_name", "Business event does not exist")
    known = {attribute.name for attribute in event.attributes}
    unknown = next((name for name in given.attributes if name not in known), None)
    if unknown is not None:
        raise wrong("Wrong business event attribute passed in api request", unknown)
