"""What `@` offers: every attribute a template of this workspace can name, with its expression."""

from dataclasses import dataclass
from typing import Literal

from reelpress.engage.business_events import store as business_events
from reelpress.engage.business_events.model import Wanted
from reelpress.engage.events import service as events
from reelpress.engage.profiles import catalog
from reelpress.platform.context import Platform

CAMPAIGN_ATTRIBUTES = ("ID", "Name", "Tags")

MOST_BUSINESS_EVENTS = 100

Source = Literal["UserAttribute", "EventAttribute", "BusinessEventAttribute", "Campaign"]


@dataclass(frozen=True, slots=True)
class Insertable:
    """`expression` is what goes into the template; `event` is where an event attribute was seen."""

    source: Source
    name: str
    key: str
    type: str
    expression: str
    event: str | None = None


async def insertable(platform: Platform, workspace_id: str, event_name: str | None) -> list[Insertable]:
    """User attributes, attributes of the events seen and of business events (of one when named), campaign
    attributes."""
    async with platform.db.transaction() as conn:
        users = await catalog.entries(conn, workspace_id)
        seen = await events.names(conn, workspace_id)
        business = await business_events.known(conn, workspace_id, Wanted(), None, MOST_BUSINESS_EVENTS)
    found = [
        Insertable(
            "UserAttribute",
            one.display_name,
            one.key,
            one.type,
            _expression("UserAttribute", one.display_name),
        )
        for one in users
    ]
    found += [
        Insertable("EventAttribute", name, name, kind, _expression("EventAttribute", name), event.name)
        for event in seen
        if event_name is None or event.name == event_name
        for name, kind in event.attributes.items()
    ]
    found += [
        Insertable(
            "BusinessEventAttribute",
            one.name,
            one.name,
            one.type,
            _expression("BusinessEventAttribute", one.name),
            known.event.name,
        )
        for known in business
        if event_name is None or known.event.name == event_name
        for one in known.event.attributes
    ]
    found += [
        Insertable("Campaign", name, name, "string", f"{{{{Campaign.{name}}}}}")
        for name in CAMPAIGN_ATTRIBUTES
    ]
    return found


def _expression(source: Source, name: str) -> str:
    quoted = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"{{{{{source}['{quoted}']}}}}"
