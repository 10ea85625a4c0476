"""How far a media campaign's videos share what they are made of."""

from dataclasses import dataclass
from uuid import UUID

from reelpress.platform.db import Connection


@dataclass(frozen=True, slots=True)
class SegmentNumbers:
    """Videos that are at their URLs. `used` counts their segments video by video, `stored` each once.

    `used_bytes` is what they would take without sharing, `stored_bytes` what they take.
    """

    videos: int
    used: int
    stored: int
    used_bytes: int
    stored_bytes: int


async def segment_numbers(conn: Connection, workspace_id: str, campaign_id: UUID) -> SegmentNumbers:
    """One query."""
    row = await conn.fetchrow(
        """
        with used as (
            select medium.id as media_id, segment.object, segment.bytes
            from studio_requests request
            join studio_media medium on medium.request_id = request.id and medium.state = 'ready'
            join studio_medium_segments link on link.media_id = medium.id
            join studio_segments segment on segment.object = link.object
            where request.workspace_id = $1 and request.use_case_id = $2
        ), stored as (select distinct object, bytes from used)
        select (select count(distinct media_id) from used) as videos,
               (select count(*) from used) as used,
               (select count(*) from stored) as stored,
               (select coalesce(sum(bytes), 0)::bigint from used) as used_bytes,
               (select coalesce(sum(bytes), 0)::bigint from stored) as stored_bytes
        """,
        workspace_id,
        campaign_id,
    )
    assert row is not None
    return SegmentNumbers(**dict(row))
