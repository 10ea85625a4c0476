"""From ingested events to sends, inside the transaction of the ingestion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from reelpress.platform.db import Connection

if TYPE_CHECKING:
    from reelpress.engage.events.model import IngestedEvent
    from reelpress.engage.profiles.model import Profile
    from reelpress.platform.context import Platform


async def start(
    conn: Connection,
    platform: Platform,
    workspace_id: str,
    events: Sequence[IngestedEvent],
    profiles: Mapping[str, Profile],
) -> None:
    """Write a send and its job for every active campaign that these events start.

    `profiles` are the events' profiles by profile id, as they stand after the ingestion.
    """
    del conn, platform, workspace_id, events, profiles
