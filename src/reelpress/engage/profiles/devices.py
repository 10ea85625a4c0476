"""Block and unblock the devices of one customer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reelpress.platform.db import Connection

DEVICE_IDENTIFIERS = ("moe_gaid", "push_id", "unique_id", "device_unique_id", "idfv")


@dataclass(frozen=True, slots=True)
class Blocking:
    """What to do with which devices: `devices` holds values by identifier; None stands for all devices."""

    block: bool
    devices: Mapping[str, Sequence[str]] | None
    reason: str | None
    reference: str | None


async def set_blocked(
    conn: Connection, workspace_id: str, profile_id: str, blocking: Blocking, at: datetime
) -> None:
    """Block or unblock the customer's devices that are named; a block that stands keeps its moment."""
    named = blocking.devices or {}
    await conn.execute(
        """
        UPDATE profile_devices
        SET blocked_at = CASE WHEN $3 THEN coalesce(blocked_at, $4) END,
            block_reason = $5, client_reference_id = $6
        WHERE workspace_id = $1 AND profile_id = $2
          AND ($7 OR attributes ->> 'moe_gaid' = ANY($8::text[]) OR push_id = ANY($9::text[])
               OR attributes ->> 'unique_id' = ANY($10::text[]) OR device_id = ANY($11::text[])
               OR attributes ->> 'idfv' = ANY($12::text[]))
        """,
        workspace_id,
        profile_id,
        blocking.block,
        at,
        blocking.reason,
        blocking.reference,
        blocking.devices is None,
        *(list(named.get(identifier, ())) for identifier in DEVICE_IDENTIFIERS),
    )
