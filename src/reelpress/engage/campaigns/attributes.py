"""What `@` offers: every attribute a template of this workspace can name, with its expression."""

from dataclasses import dataclass
from typing import Literal

from reelpress.engage.events import service as events
from reelpress.engage.profiles import catalog
from reelpress.platform.context import Platform

CAMPAIGN_ATTRIBUTES = ("ID", "Name", "Tags")

Source = Literal["UserAttribute", "EventAttribute", "Campaign"]


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
    """User attributes, attributes of the events seen (of one event when named), campaign attributes."""
    async with platform.db.transaction() as conn:
        users = await catalog.entries(conn, workspace_id)
        seen = await events.names(conn, workspace_id)
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
        Insertable("Campaign", name, name, "string", f"{{{{Campaign.{name}}}}}")
        for name in CAMPAIGN_ATTRIBUTES
    ]
    return found


def _expression(source: Source, name: str) -> str:
    quoted = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"{{{{{source}['{quoted}']}}}}"
