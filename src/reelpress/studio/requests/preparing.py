"""A published version made ready: what all its customers share is rendered before the first of them asks."""

from __future__ import annotations

from uuid import UUID

from reelpress.platform.context import Platform
from reelpress.platform.sandbox import SandboxCrash, SandboxTimeout
from reelpress.platform.telemetry import log
from reelpress.studio.campaigns import service as campaigns
from reelpress.studio.plan import Resolved
from reelpress.studio.render import RenderFault, prepare_plan
from reelpress.studio.requests.plans import plan_of
from reelpress.studio.requests.rendering import press_order


async def prepare(platform: Platform, workspace_id: str, version_id: UUID) -> None:
    """Nothing depends on it: a request that comes first, or after a fault here, makes what it needs."""
    async with platform.db.connection() as conn:
        version = await campaigns.version_by_id(conn, workspace_id, version_id)
    if version is None or plan_of(version).output.kind == "image":
        return
    resources = await campaigns.resource_files(platform, version)
    files = {name: path.resolve() for name, path in resources.items()}
    order = press_order(platform, version, Resolved((), ()), files)
    try:
        await platform.sandbox.render(prepare_plan, order, timeout_s=platform.settings.prepare_timeout_s)
    except (RenderFault, SandboxCrash, SandboxTimeout) as fault:
        log.warning("a version could not be made ready", fault=type(fault).__name__)
