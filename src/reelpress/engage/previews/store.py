"""SQL of previews: who is behind a device."""

from reelpress.platform.db import Connection


async def profile_of_device(
    conn: Connection, workspace_id: str, *, gaid: str | None = None, push_id: str | None = None
) -> str | None:
    """The MoEngage ID behind an advertising id or a push token; among several the device seen last."""
    return await conn.fetchval(
        """
        select profile_id from profile_devices
        where workspace_id = $1 and ($2::text is null or attributes ->> 'moe_gaid' = $2)
          and ($3::text is null or push_id = $3)
        order by updated_at desc, profile_id limit 1
        """,
        workspace_id,
        gaid,
        push_id,
    )
