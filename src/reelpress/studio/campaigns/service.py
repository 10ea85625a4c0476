"""Media campaigns: drafts, and what requests and callbacks ask about published versions."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from reelpress.platform import ids
from reelpress.platform.auth import Principal, audit
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.platform.errors import Refusal, not_found
from reelpress.studio.assets import store as assets
from reelpress.studio.campaigns import gather, secrets, store
from reelpress.studio.campaigns.model import (
    Campaign,
    CpaasEgress,
    Definition,
    Egress,
    State,
    Version,
    WebhookEgress,
)

MAX_CACHED_VERSIONS = 128
_versions: OrderedDict[tuple[str, UUID], Version] = OrderedDict()


async def create(platform: Platform, principal: Principal, name: str, definition: Definition) -> Campaign:
    """A draft. Raises Refusal."""
    await check_addresses(platform, definition)
    now = platform.clock.now()
    async with platform.db.transaction() as conn:
        await _check_assets(conn, principal.workspace_id, definition)
        campaign = Campaign(
            principal.workspace_id, ids.new_uuid(), name, State.draft, Definition(), None, now, now
        )
        await store.insert(conn, principal.workspace_id, campaign)
        campaign = await _save(conn, platform, campaign, name, definition)
        await audit(conn, principal, "media_campaign.created", campaign.id, {"name": name})
    return campaign


async def save(
    platform: Platform,
    principal: Principal,
    campaign_id: UUID,
    name: str | None,
    definition: Definition | None,
) -> Campaign:
    """Change the draft; a published version stays as it is until the next Submit. Raises Refusal."""
    if definition is not None:
        await check_addresses(platform, definition)
    async with platform.db.transaction() as conn:
        campaign = await one(conn, principal.workspace_id, campaign_id, lock=True)
        if definition is not None:
            await _check_assets(conn, principal.workspace_id, definition)
        campaign = await _save(conn, platform, campaign, name or campaign.name, definition or campaign.draft)
        await audit(conn, principal, "media_campaign.changed", campaign_id)
    return campaign


async def remove(platform: Platform, principal: Principal, campaign_id: UUID) -> State | None:
    """Delete a draft that was never submitted (None), archive anything else. Archived: no new requests."""
    async with platform.db.transaction() as conn:
        campaign = await one(conn, principal.workspace_id, campaign_id, lock=True)
        if campaign.state is State.draft:
            await store.delete(conn, principal.workspace_id, campaign_id)
            await audit(conn, principal, "media_campaign.deleted", campaign_id, {"name": campaign.name})
            return None
        await store.update_state(
            conn, principal.workspace_id, campaign_id, State.archived, platform.clock.now()
        )
        await audit(conn, principal, "media_campaign.archived", campaign_id)
    return State.archived


async def one(conn: Connection, workspace_id: str, campaign_id: UUID, *, lock: bool = False) -> Campaign:
    """Raises Refusal 404."""
    campaign = await store.campaign(conn, workspace_id, campaign_id, lock=lock)
    if campaign is None:
        raise not_found("media campaign", campaign_id)
    return campaign


async def readable(conn: Connection, platform: Platform, campaign: Campaign) -> Definition:
    """The draft for a reader: secrets that are set show as a mask."""
    egress = campaign.draft.connection.egress
    if egress is None:
        return campaign.draft
    owner = secrets.Owner(campaign.workspace_id, campaign.id)
    filled = await secrets.filled(conn, platform.keys, owner, egress)
    return secrets.with_egress(campaign.draft, filled)


async def new_signing_secret(platform: Platform, principal: Principal, campaign_id: UUID) -> str:
    """A fresh webhook signing secret, shown once; it signs from now on, beside the newest old one."""
    async with platform.db.transaction() as conn:
        campaign = await one(conn, principal.workspace_id, campaign_id, lock=True)
        egress = campaign.draft.connection.egress
        if not isinstance(egress, WebhookEgress):
            raise Refusal(
                409, "no_webhook", "this media campaign has no webhook egress", field="connection.egress",
                fix="save an egress of type WEBHOOK first",
            )  # fmt: skip
        owner = secrets.Owner(principal.workspace_id, campaign_id)
        fresh = await secrets.add_signing_secret(conn, platform.keys, owner, egress, platform.clock.now())
        await audit(conn, principal, "media_campaign.signing_secret_rotated", campaign_id)
    return fresh


async def current_version(conn: Connection, workspace_id: str, use_case_id: UUID) -> Version:
    """What a request is accepted with. Raises Refusal: 404 unknown, 409 not published or archived."""
    found = await store.current(conn, workspace_id, use_case_id)
    if found is None:
        raise not_found("use case", use_case_id)
    state, version_id = found
    if state is not State.published or version_id is None:
        reason = "is archived" if state is State.archived else "was never submitted"
        raise Refusal(
            409, "not_published", f"this use case {reason}", field="use-case-id",
            fix="submit the media campaign in the console",
        )  # fmt: skip
    version = await version_by_id(conn, workspace_id, version_id)
    assert version is not None
    return version


async def version_by_id(conn: Connection, workspace_id: str, version_id: UUID) -> Version | None:
    """A version never changes, so it is read once per process."""
    key = (workspace_id, version_id)
    version = _versions.get(key) or await store.version(conn, workspace_id, version_id)
    if version is not None:
        _versions[key] = version
        _versions.move_to_end(key)
        if len(_versions) > MAX_CACHED_VERSIONS:
            _versions.popitem(last=False)
    return version


async def egress_of(platform: Platform, version: Version) -> Egress:
    """Where the callback of this version goes, with its secrets."""
    egress = version.definition.connection.egress
    assert egress is not None, "publication asks for an egress"
    owner = secrets.Owner(version.workspace_id, version.use_case_id)
    async with platform.db.connection() as conn:
        return await secrets.filled(conn, platform.keys, owner, egress)


async def resource_files(platform: Platform, version: Version) -> dict[str, Path]:
    """Local copies of all the plan names, and of the fonts, under the names the renderer asks for."""
    return await gather.local_files(platform, version.resources)


async def check_addresses(platform: Platform, definition: Definition) -> None:
    """Refuse an egress that may not be reached, at the time it is typed. Raises Refusal 422."""
    egress = definition.connection.egress
    if egress is None:
        return
    cpaas = isinstance(egress, CpaasEgress)
    url, field = (egress.base_url, "base_url") if cpaas else (egress.url, "url")
    place = f"connection.egress.{field}"
    if reason := await platform.http.check_url(url):
        raise Refusal(422, "bad_url", reason, field=place, fix="give a public https address")
    if cpaas and (urlsplit(url).query or urlsplit(url).fragment):
        raise Refusal(422, "bad_url", "a base URL has neither query nor fragment", field=place)


async def _save(
    conn: Connection, platform: Platform, campaign: Campaign, name: str, definition: Definition
) -> Campaign:
    now = platform.clock.now()
    owner = secrets.Owner(campaign.workspace_id, campaign.id)
    draft = await secrets.keep(conn, platform.keys, owner, definition, now)
    await store.update_draft(conn, campaign.workspace_id, campaign.id, name, draft, now)
    return replace(campaign, name=name, draft=draft, updated_at=now)


async def _check_assets(conn: Connection, workspace_id: str, definition: Definition) -> None:
    """An asset named by a draft exists in the same workspace."""
    wanted = [part.asset_id for part in definition.parts]
    found = await assets.assets_by_id(conn, workspace_id, wanted)
    for index, asset_id in enumerate(wanted):
        if asset_id not in found:
            raise Refusal(
                422, "unknown_asset", f"there is no asset {asset_id} in this workspace",
                field=f"parts[{index}].asset_id", fix="upload it first",
            )  # fmt: skip
