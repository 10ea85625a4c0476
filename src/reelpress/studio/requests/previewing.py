"""Poster and moving previews of a video, made after it: the video's URL does not wait for them."""

from __future__ import annotations

from uuid import UUID

from reelpress.platform.context import Platform
from reelpress.platform.jobs import RetryLater
from reelpress.platform.sandbox import SandboxCrash, SandboxTimeout
from reelpress.studio.campaigns import service as campaigns
from reelpress.studio.media import service as media
from reelpress.studio.media import store as media_store
from reelpress.studio.media.negotiate import Variant
from reelpress.studio.plan import Resolved, resolve
from reelpress.studio.render import RenderFault, render_previews
from reelpress.studio.requests import store
from reelpress.studio.requests.clips import fetch_files
from reelpress.studio.requests.faults import Outage
from reelpress.studio.requests.plans import plan_of
from reelpress.studio.requests.rendering import press_order
from reelpress.studio.requests.seal import open_content
from reelpress.studio.requests.workroom import workroom

AGAIN_S = 5.0


async def make_previews(platform: Platform, workspace_id: str, request_id: UUID, media_id: str) -> None:
    """Raises RetryLater after a fault that may pass."""
    async with platform.db.connection() as conn:
        request = await store.get(conn, workspace_id, request_id)
        if request is None or not await media_store.is_ready(conn, workspace_id, media_id):
            return
        version = await campaigns.version_by_id(conn, workspace_id, request.version_id)
    assert version is not None, "a version stays while its requests do"
    plan = plan_of(version)
    resolved = resolve(plan, open_content(platform.keys, request.content).values)
    assert isinstance(resolved, Resolved), "its video was rendered from the same values"
    async with workroom(platform) as folder:
        try:
            resources = await campaigns.resource_files(platform, version)
            brought = await fetch_files(platform, workspace_id, resolved, folder)
            files = {name: path.resolve() for name, path in (resources | brought).items()}
            order = press_order(platform, version, resolved, files)
            made = await platform.sandbox.render(
                render_previews, order, folder, timeout_s=platform.settings.render_timeout_s, yielding=True
            )
        except (RenderFault, Outage, SandboxCrash, SandboxTimeout) as fault:
            raise RetryLater(AGAIN_S, f"previews could not be made: {type(fault).__name__}") from fault
        variants = {Variant.JPEG: made.poster, Variant.WEBP: made.webp, Variant.GIF: made.gif}
        await media.add_previews(platform, workspace_id, media_id, variants)
