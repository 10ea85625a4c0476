"""Which campaigns name a content block or a product set."""

from collections.abc import Iterator
from dataclasses import dataclass

from reelpress.engage.campaigns import contents, store
from reelpress.engage.campaigns.model import Campaign, Status
from reelpress.engage.content.model import Name, names_in
from reelpress.platform.context import Platform

_AT_ONCE = 200
_OVER = (Status.sent, Status.stopped)


@dataclass(frozen=True, slots=True)
class Use:
    """A campaign that is not over and whose newest version names it."""

    campaign_id: str
    name: str
    status: Status


async def of_content(platform: Platform, workspace_id: str) -> dict[Name, list[Use]]:
    """Every name that a campaign of the workspace writes out, the newest campaign first."""
    found: dict[Name, list[Use]] = {}
    before: str | None = None
    while True:
        async with platform.db.connection() as conn:
            page = await store.newest(
                conn, workspace_id, channel=None, status=None, before=before, limit=_AT_ONCE
            )
        for campaign in page:
            for name in _names(platform, campaign):
                use = Use(campaign.id, campaign.definition.name, campaign.status)
                found.setdefault(name, []).append(use)
        if len(page) < _AT_ONCE:
            return found
        before = page[-1].id


def _names(platform: Platform, campaign: Campaign) -> Iterator[Name]:
    stored = campaign.definition.content
    if not stored or campaign.status in _OVER:
        return
    yield from names_in(contents.compile_content(platform.keys, campaign.channel, stored).templates)
