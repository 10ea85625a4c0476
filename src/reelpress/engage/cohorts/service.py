"""Keep the members of a cohort: each holds its name in her attribute `moe_cohorts`, where rules find it."""

from dataclasses import replace

from reelpress.engage.cohorts import store
from reelpress.engage.cohorts.model import Sync
from reelpress.engage.profiles import service as profiles
from reelpress.engage.profiles.changes import Change, Identity, apply
from reelpress.platform.context import Platform

ATTRIBUTE = "moe_cohorts"


async def sync(platform: Platform, workspace_id: str, message: Sync) -> None:
    """Customers who do not exist are left out. A cohort keeps the name it came with first: rules use it."""
    now = platform.clock.now()
    members = [Identity(member) for member in message.members]
    async with platform.db.transaction() as conn:
        name = await store.upsert(conn, workspace_id, message, now)
        found = await profiles.resolve(conn, workspace_id, members, [], now)
        before = {profile.id: profile for profile in found.profiles.values()}
        change = Change(add={ATTRIBUTE: (name,)}) if message.join else Change(remove={ATTRIBUTE: (name,)})
        after = {
            profile_id: replace(profile, attributes=apply(profile.attributes, change), updated_at=now)
            for profile_id, profile in before.items()
        }
        await profiles.save(conn, workspace_id, list(before.values()), after, now)
