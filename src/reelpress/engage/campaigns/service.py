"""Campaigns: made, changed, set going, held and ended."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from reelpress.engage.audiences import service as audiences
from reelpress.engage.campaigns import contents, occurrences, rules, store
from reelpress.engage.campaigns.model import (
    BY_EVENT,
    Campaign,
    CampaignInput,
    CampaignPatch,
    Channel,
    Definition,
    DeliveryType,
    Json,
    Schedule,
    Status,
)
from reelpress.engage.campaigns.parsing import Faults
from reelpress.engage.campaigns.readiness import require_ready
from reelpress.engage.campaigns.sends import service as sends
from reelpress.engage.campaigns.sends import store as sends_store
from reelpress.engage.campaigns.sends.preparing import STOPPED_CATEGORY, STOPPED_REASON
from reelpress.engage.profiles import catalog
from reelpress.platform.auth import Principal, audit
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.platform.errors import Refusal, not_found
from reelpress.platform.ids import moengage_id, new_uuid
from reelpress.platform.storable import require_storable

PAGE_SIZE = 50
_RUNNING = (Status.active, Status.sending, Status.scheduled)


async def create(platform: Platform, principal: Principal, given: CampaignInput) -> Campaign:
    """A draft with its first version. Raises Refusals that name field and line of all that is wrong."""
    require_storable(given.model_dump())
    names = await _display_names(platform, principal.workspace_id)
    definition = await _defined(platform, principal.workspace_id, given, names)
    now = platform.clock.now()
    campaign = Campaign(
        workspace_id=principal.workspace_id,
        id=moengage_id(),
        channel=given.channel,
        delivery_type=given.delivery_type,
        status=Status.draft,
        version_id=new_uuid(),
        version_number=1,
        created_at=now,
        updated_at=now,
        definition=definition,
    )
    async with platform.db.transaction() as conn:
        await store.insert_campaign(conn, campaign)
        await _insert_version(conn, campaign, principal)
        await audit(conn, principal, "campaign.created", campaign.id)
    return campaign


async def change(
    platform: Platform, principal: Principal, campaign_id: str, patch: CampaignPatch
) -> Campaign:
    """A version more. Sends that exist stay with the version that made them.

    An event-triggered campaign may be changed while it runs; a one-time campaign only as a draft.
    """
    require_storable(patch.model_dump(exclude_unset=True))
    before = await get(platform, principal.workspace_id, campaign_id)
    _require_changeable(before)
    changed = await _changed(platform, before, patch)
    if before.status is not Status.draft:
        await require_ready(platform, changed)
    async with platform.db.transaction() as conn:
        current = await _locked(conn, principal.workspace_id, campaign_id)
        _require_changeable(current)
        if current.version_id != before.version_id:
            raise Refusal(
                409, "changed_meanwhile", "somebody else changed this campaign", fix="load it again"
            )
        changed = replace(changed, status=current.status)
        await _insert_version(conn, changed, principal)
        await store.move_head(conn, changed)
        await audit(conn, principal, "campaign.changed", campaign_id, {"version": changed.version_number})
    return changed


async def activate(platform: Platform, principal: Principal, campaign_id: str) -> Campaign:
    """Set a draft going, or a paused campaign going again."""
    campaign = await get(platform, principal.workspace_id, campaign_id)
    await require_ready(platform, campaign)
    async with platform.db.transaction() as conn:
        current = await _locked(conn, principal.workspace_id, campaign_id)
        if current.version_id != campaign.version_id:
            raise Refusal(
                409, "changed_meanwhile", "somebody else changed this campaign", fix="load it again"
            )
        if current.status is Status.draft:
            status = await _start(conn, platform, current)
        elif current.status is Status.paused:
            status = await _resume(conn, platform, current)
        else:
            raise _wrong_status(current, "activated")
        return await _moved_to(conn, platform, principal, current, status, "campaign.activated")


async def pause(platform: Platform, principal: Principal, campaign_id: str) -> Campaign:
    """Hold a running campaign: nothing more is started, and what is queued waits."""
    async with platform.db.transaction() as conn:
        current = await _locked(conn, principal.workspace_id, campaign_id)
        if current.status not in _RUNNING:
            raise _wrong_status(current, "paused")
        return await _moved_to(conn, platform, principal, current, Status.paused, "campaign.paused")


async def stop(platform: Platform, principal: Principal, campaign_id: str) -> Campaign:
    """End a campaign for good; what is queued is skipped, what is under way ends."""
    async with platform.db.transaction() as conn:
        current = await _locked(conn, principal.workspace_id, campaign_id)
        if current.status not in (*_RUNNING, Status.paused):
            raise _wrong_status(current, "stopped")
        await sends_store.skip_queued(
            conn, current.workspace_id, current.id, STOPPED_CATEGORY, STOPPED_REASON, platform.clock.now()
        )
        return await _moved_to(conn, platform, principal, current, Status.stopped, "campaign.stopped")


async def get(platform: Platform, workspace_id: str, campaign_id: str) -> Campaign:
    """A campaign with its newest version. Raises Refusal (404)."""
    async with platform.db.connection() as conn:
        campaign = await store.find(conn, workspace_id, campaign_id)
    if campaign is None:
        raise not_found("campaign", campaign_id)
    return campaign


async def list_campaigns(
    platform: Platform,
    workspace_id: str,
    *,
    channel: Channel | None = None,
    status: Status | None = None,
    before: str | None = None,
    limit: int = PAGE_SIZE,
) -> list[Campaign]:
    """A page, newest first."""
    async with platform.db.connection() as conn:
        return await store.newest(
            conn, workspace_id, channel=channel, status=status, before=before, limit=limit
        )


async def _defined(
    platform: Platform, workspace_id: str, given: CampaignInput, names: dict[str, str]
) -> Definition:
    faults = Faults()
    content: Json = {}
    trigger: Json | None = None
    audience: Json = rules.ALL_USERS
    with faults.gathered():
        trigger = rules.checked_trigger(given.trigger)
    with faults.gathered():
        audience = await _checked_audience(platform, workspace_id, given.audience, names)
    with faults.gathered():
        content = await contents.to_stored(platform, workspace_id, given.channel, given.content, None)
    faults.refuse()
    return Definition(
        name=given.name,
        tags=given.tags,
        trigger=trigger,
        audience=audience,
        content=content,
        schedule=_schedule_to_stored(given.schedule),
        display_names=names,
    )


async def _insert_version(conn: Connection, campaign: Campaign, principal: Principal) -> None:
    destination = contents.destination(campaign.channel, campaign.definition.content)
    await store.insert_version(conn, campaign, principal.actor, destination)


async def _changed(platform: Platform, before: Campaign, patch: CampaignPatch) -> Campaign:
    named = patch.model_fields_set
    current_names = await _display_names(platform, before.workspace_id)
    names = {**before.definition.display_names, **current_names}
    fields: dict[str, Any] = {"display_names": names}
    if patch.name is not None:
        fields["name"] = patch.name
    if patch.tags is not None:
        fields["tags"] = patch.tags
    faults = Faults()
    if "trigger" in named:
        with faults.gathered():
            fields["trigger"] = rules.checked_trigger(patch.trigger)
    if "audience" in named:
        with faults.gathered():
            fields["audience"] = await _checked_audience(platform, before.workspace_id, patch.audience, names)
    if patch.content is not None:
        with faults.gathered():
            fields["content"] = await contents.to_stored(
                platform, before.workspace_id, before.channel, patch.content, before.definition.content
            )
    faults.refuse()
    if "schedule" in named:
        fields["schedule"] = _schedule_to_stored(patch.schedule)
    return replace(
        before,
        delivery_type=patch.delivery_type or before.delivery_type,
        version_id=new_uuid(),
        version_number=before.version_number + 1,
        updated_at=platform.clock.now(),
        definition=replace(before.definition, **fields),
    )


async def _checked_audience(
    platform: Platform, workspace_id: str, audience: Json | None, names: dict[str, str]
) -> Json:
    """The JSON a version keeps. Raises RuleFault with the path of what is wrong."""
    rule = rules.audience_rule(audience, names)
    async with platform.db.connection() as conn:
        await audiences.require_segments(conn, workspace_id, rule)
    return rules.ALL_USERS if audience is None else audience


async def _display_names(platform: Platform, workspace_id: str) -> dict[str, str]:
    async with platform.db.connection() as conn:
        return await catalog.display_names(conn, workspace_id)


def _require_changeable(campaign: Campaign) -> None:
    running = campaign.delivery_type in BY_EVENT and campaign.status in (
        Status.active,
        Status.paused,
    )
    if campaign.status is not Status.draft and not running:
        raise Refusal(
            409,
            "not_changeable",
            f"a {campaign.delivery_type} campaign that is {campaign.status} cannot be changed",
            fix="make a new campaign",
        )


async def _start(conn: Connection, platform: Platform, campaign: Campaign) -> Status:
    if campaign.delivery_type in BY_EVENT:
        return Status.active
    if campaign.delivery_type is DeliveryType.periodic:
        return await _start_periodic(conn, platform, campaign)
    await occurrences.begin(conn, platform, campaign)
    later = campaign.start_at is not None and campaign.start_at > platform.clock.now()
    return Status.scheduled if later else Status.sending


async def _start_periodic(conn: Connection, platform: Platform, campaign: Campaign) -> Status:
    begun = await occurrences.begin_next(
        conn,
        platform,
        campaign.workspace_id,
        campaign.id,
        campaign.version_id,
        Schedule.model_validate(campaign.definition.schedule),
        platform.clock.now(),
    )
    if not begun:
        raise Refusal(
            400, "no_run_left", "the schedule has no run that is still to come", field="schedule",
            fix="let it end later",
        )  # fmt: skip
    return Status.active


async def _resume(conn: Connection, platform: Platform, campaign: Campaign) -> Status:
    tickets = await sends_store.reticket(conn, campaign.workspace_id, campaign.id)
    await sends.enqueue(conn, platform, campaign.workspace_id, tickets)
    if campaign.delivery_type in BY_EVENT:
        await occurrences.resume_children(conn, platform, campaign)
        return Status.active
    if campaign.delivery_type is DeliveryType.periodic:
        schedule = Schedule.model_validate(campaign.definition.schedule)
        return await occurrences.resume_periodic(conn, platform, campaign, schedule)
    return await occurrences.resume(conn, platform, campaign)


async def _moved_to(
    conn: Connection,
    platform: Platform,
    principal: Principal,
    campaign: Campaign,
    status: Status,
    action: str,
) -> Campaign:
    now: datetime = platform.clock.now()
    await store.set_status(conn, campaign.workspace_id, campaign.id, status, now)
    await audit(conn, principal, action, campaign.id, {"version": campaign.version_number})
    return replace(campaign, status=status, updated_at=now)


async def _locked(conn: Connection, workspace_id: str, campaign_id: str) -> Campaign:
    campaign = await store.find(conn, workspace_id, campaign_id, lock=True)
    if campaign is None:
        raise not_found("campaign", campaign_id)
    return campaign


def _wrong_status(campaign: Campaign, wanted: str) -> Refusal:
    return Refusal(409, "wrong_status", f"a campaign that is {campaign.status} cannot be {wanted}")


def _schedule_to_stored(schedule: Schedule | None) -> Json | None:
    return schedule.model_dump(mode="json", exclude_none=True) if schedule else None
