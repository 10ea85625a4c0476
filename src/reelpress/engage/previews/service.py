"""Who is meant, and what the content says to her."""

import asyncio
from typing import Any

from reelpress.engage.content import service as kept
from reelpress.engage.personalize import CampaignFacts, Context
from reelpress.engage.previews import content, store
from reelpress.engage.previews.model import Asked, Fault, Identifier, Invalid
from reelpress.engage.profiles import catalog
from reelpress.engage.profiles import service as profiles
from reelpress.engage.profiles import store as profile_store
from reelpress.engage.profiles.model import Profile
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection

NO_CAMPAIGN = CampaignFacts("0" * 24, "Preview")
"""There is none yet: a preview loads no draft."""


async def preview(platform: Platform, workspace_id: str, asked: Asked) -> dict[str, Any]:
    """The content as this customer would get it. Raises Invalid: she is unknown, or a text cannot be
    rendered."""
    texts = dict(asked.content)
    names = await asyncio.to_thread(content.named, texts)
    async with platform.db.transaction() as conn:
        profile = await _profile(conn, workspace_id, asked.user)
        if profile is None:
            raise Invalid([Fault("user_identification.value", "No user has this identifier.")])
        display_names = await catalog.display_names(conn, workspace_id)
        named = await kept.named(conn, platform, workspace_id, names, fresh=True)
    context = Context(
        user=profiles.attributes_for_template(profile),
        event=asked.event,
        campaign=NO_CAMPAIGN,
        display_names=display_names,
        business_event=asked.event,
        product_sets=named.product_sets,
        content_blocks=named.content_blocks,
        now=platform.clock.now(),
    )
    return await asyncio.to_thread(content.personalized, texts, context)


async def _profile(conn: Connection, workspace_id: str, user: Identifier) -> Profile | None:
    found = await _profile_id(conn, workspace_id, user)
    return (await profiles.by_ids(conn, workspace_id, [found])).get(found) if found else None


async def _profile_id(conn: Connection, workspace_id: str, user: Identifier) -> str | None:
    match user.type:
        case "USER_ATTRIBUTE_UNIQUE_ID":
            by_customer = await profile_store.ids_by_customer_ids(conn, workspace_id, [user.value])
            return by_customer.get(user.value) or user.value.lower()
        case "EMAIL":
            by_email = await profile_store.ids_by_identifiers(conn, workspace_id, {"u_em": [user.value]})
            return by_email.get(("u_em", user.value))
        case "MOE_GAID":
            return await store.profile_of_device(conn, workspace_id, gaid=user.value)
        case "PUSH_ID":
            return await store.profile_of_device(conn, workspace_id, push_id=user.value)
