"""Keep what a form of a media campaign says, if anything of it is different."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Request

from reelpress.console.pages.media_campaigns.form import Faults, FormFault, Values, connection_of, video_of
from reelpress.console.pages.media_campaigns.listing import checked_name
from reelpress.platform.auth import Principal
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from reelpress.platform.storable import require_storable
from reelpress.studio.campaigns import service
from reelpress.studio.campaigns.model import Campaign, Definition

MAX_FIELDS = 6000
MAX_FIELD_BYTES = 100_000


class NotKept(Exception):
    """What was typed, and why it was refused, by place."""

    def __init__(self, values: Values, faults: Faults) -> None:
        super().__init__("the form was not kept")
        self.values = values
        self.faults = faults

    @property
    def refusal(self) -> Refusal:
        """The first fault, for where there is no form to show it beside."""
        place, words = next(iter(self.faults.items()))
        return Refusal(422, "not_kept", f"{place}: {words}" if place else words, field=place)


async def keep_video(
    request: Request, platform: Platform, principal: Principal, campaign: Campaign
) -> Campaign:
    """The campaign with its name, output, parts and mappings as typed. Raises NotKept."""
    values = await typed(request)
    return await _kept(platform, principal, campaign, values.get("name", campaign.name), values, video_of)


async def keep_connection(
    request: Request, platform: Platform, principal: Principal, campaign: Campaign
) -> Campaign:
    """The campaign with its connection details as typed. Raises NotKept."""
    values = await typed(request)
    values["connection.encrypted"] = "" if values.pop("not_encrypted", "") else "true"
    return await _kept(platform, principal, campaign, campaign.name, values, connection_of)


async def typed(request: Request) -> Values:
    """The text values of the form of this request. Raises Refusal (400) for a text that cannot be kept."""
    form = await request.form(max_fields=MAX_FIELDS, max_part_size=MAX_FIELD_BYTES)
    values = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    require_storable(values)
    return values


async def _kept(
    platform: Platform,
    principal: Principal,
    campaign: Campaign,
    name: str,
    values: Values,
    read: Callable[[Values, Definition], Definition],
) -> Campaign:
    try:
        name = checked_name(name)
        definition = read(values, campaign.draft)
        if name == campaign.name and definition == campaign.draft:
            return campaign
        return await service.save(platform, principal, campaign.id, name, definition)
    except FormFault as fault:
        raise NotKept(values, fault.faults) from fault
    except Refusal as refusal:
        words = f"{refusal.message}: {refusal.fix}" if refusal.fix else refusal.message
        raise NotKept(values, {refusal.field or "": words}) from refusal
