"""From a trigger to a child of every campaign that listens, inside the transaction of the trigger."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from reelpress.engage.audiences.parse import RuleFault, parse_rule
from reelpress.engage.campaigns import dynamic, occurrences
from reelpress.engage.campaigns.children import store
from reelpress.engage.campaigns.children.model import Child, Listening, Started
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.platform.ids import new_uuid

PAGE_SIZE = 50


async def start(
    conn: Connection,
    platform: Platform,
    workspace_id: str,
    event_name: str,
    trigger_id: UUID,
    attributes: Mapping[str, Any],
    *,
    at: datetime,
    stopped: str | None = None,
) -> Started:
    """Write a child of each listening campaign and the job of its first page.

    With `stopped`, and for a campaign whose audience cannot be meant with these attributes, the child
    is written as stopped and reaches nobody.
    """
    campaigns = await store.listening(conn, workspace_id, event_name)
    children = [(new_uuid(), one, stopped or _why_nobody(one, attributes)) for one in campaigns]
    if children:
        await store.insert(conn, workspace_id, trigger_id, children, at)
    await occurrences.enqueue_first_pages(
        conn, platform, workspace_id, [child_id for child_id, _, reason in children if reason is None]
    )
    return Started(
        tuple(campaign.campaign_id for _, campaign, reason in children if reason is None),
        {campaign.campaign_id: reason for _, campaign, reason in children if reason is not None},
    )


async def list_children(
    platform: Platform, workspace_id: str, campaign_id: str, before: UUID | None, limit: int = PAGE_SIZE
) -> list[Child]:
    """A page of a campaign's children, newest first."""
    async with platform.db.connection() as conn:
        return await store.newest(conn, workspace_id, campaign_id, before, limit)


def _why_nobody(campaign: Listening, attributes: Mapping[str, Any]) -> str | None:
    try:
        parse_rule(dynamic.resolved(campaign.audience, attributes), campaign.display_names)
    except RuleFault as fault:
        return fault.message
    return None
