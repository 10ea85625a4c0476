"""From an accepted request to its medium: one attempt, guarded by its fence."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from reelpress.platform.context import Platform
from reelpress.platform.jobs import RetryLater
from reelpress.platform.sandbox import SandboxCrash, SandboxTimeout
from reelpress.platform.telemetry import SEGMENTS, STRAIGHT_RENDERS, log, place_of
from reelpress.studio.campaigns import service as campaigns
from reelpress.studio.campaigns.model import Version
from reelpress.studio.egress import service as egress
from reelpress.studio.media import service as media
from reelpress.studio.media.model import Finished, addresses
from reelpress.studio.media.negotiate import Kind, Variant
from reelpress.studio.plan import Resolved, resolve
from reelpress.studio.render import PressOrder, RenderFault, Stockroom, press_video, render_image
from reelpress.studio.requests import store
from reelpress.studio.requests.clips import fetch_files
from reelpress.studio.requests.faults import Outage, Superseded, Unrenderable
from reelpress.studio.requests.model import Content, Request, State
from reelpress.studio.requests.plans import encoded_plan_of, plan_of
from reelpress.studio.requests.seal import open_content
from reelpress.studio.requests.workroom import workroom

# Seconds before the attempt that follows the 1st, 2nd, ... fault of ours or of a server we depend on.
WAITS_S = (1, 5, 30, 120)
# Attempts begun, those that died with their worker included: a request that kills workers ends here.
MAX_ATTEMPTS = 20
PREVIEW_JOB = "studio.previews"
AFTER_VIDEOS = -1  # priority: a video that waits goes first


async def render(platform: Platform, workspace_id: str, request_id: UUID) -> None:
    """Make the medium of a request and say so. Raises RetryLater after a fault that may pass."""
    async with platform.db.connection() as conn:
        claimed = await store.claim(conn, workspace_id, request_id, platform.clock.now())
        if claimed is None:
            return
        version = await campaigns.version_by_id(conn, workspace_id, claimed.version_id)
    assert version is not None, "a version stays while its requests do"
    content = open_content(platform.keys, claimed.content)
    if claimed.fence > MAX_ATTEMPTS:
        await _fail(platform, claimed, version, content, "no attempt to render it came to an end")
        return
    try:
        async with workroom(platform) as folder:
            finished = await _make(platform, version, content, folder)
            await _deliver(platform, claimed, version, content, finished)
    except Unrenderable as fault:
        await _fail(platform, claimed, version, content, str(fault))
    except Outage as fault:
        await _try_again(platform, claimed, version, content, str(fault))
    except Exception as fault:
        log.error("an attempt to render failed", fault=type(fault).__name__, place=place_of(fault))
        await _try_again(platform, claimed, version, content, "the render failed on our side")


async def _make(platform: Platform, version: Version, content: Content, folder: Path) -> Finished:
    plan = plan_of(version)
    resolved = resolve(plan, content.values)
    if not isinstance(resolved, Resolved):
        raise Unrenderable(resolved[0].message)
    resources = await campaigns.resource_files(platform, version)
    brought = await fetch_files(platform, version.workspace_id, resolved, folder)
    files = {name: path.resolve() for name, path in (resources | brought).items()}
    timeout_s = platform.settings.render_timeout_s
    order = press_order(platform, version, resolved, files)
    with _explained():
        if plan.output.kind == "image":
            image = await platform.sandbox.render(render_image, order, folder, timeout_s=timeout_s)
            return Finished(Kind.IMAGE, {Variant.JPEG: image.path}, image.width, image.height, 0.0)
        video = await platform.sandbox.render(press_video, order, folder, timeout_s=timeout_s)
    SEGMENTS.labels("made").inc(video.made)
    SEGMENTS.labels("known").inc(len(video.segments) - video.made)
    whole: dict[Variant, Path] = {}
    if video.whole is not None:
        STRAIGHT_RENDERS.inc()
        log.warning("a joined video was not as it should be; it was rendered straight", why=video.straight)
        whole = {Variant.MP4: video.whole}
    return Finished(
        Kind.VIDEO, whole, video.width, video.height, video.duration_s, video.joined, video.segments
    )


def press_order(
    platform: Platform, version: Version, resolved: Resolved, files: Mapping[str, Path]
) -> PressOrder:
    """One customer's order to a render process of this machine."""
    room = stockroom(platform, version.workspace_id)
    return PressOrder(encoded_plan_of(version), resolved, files, version.resources, room)


def stockroom(platform: Platform, workspace_id: str) -> Stockroom:
    """Where this machine keeps what was rendered for a workspace."""
    settings = platform.settings
    folder = (settings.data_dir / "cache" / "segments").resolve()
    return Stockroom(folder, settings.segment_cache_mb * 1_000_000, workspace_id)


@contextmanager
def _explained() -> Generator[None]:
    try:
        yield
    except RenderFault as fault:
        raise Unrenderable(str(fault)) from fault
    except SandboxTimeout as fault:
        raise Outage("the render took too long") from fault
    except SandboxCrash as fault:
        raise Outage("the render process ended early") from fault


async def _deliver(
    platform: Platform, claimed: Request, version: Version, content: Content, finished: Finished
) -> None:
    """Store the files, then write the fact and the callback that follows from it in one transaction."""
    reserved = await media.reserve(platform, claimed.workspace_id, claimed.id, finished.kind, version.name)
    try:
        stored = await media.store_medium(platform, reserved, finished)
        async with platform.db.transaction() as conn:
            now = platform.clock.now()
            if not await store.finish(conn, claimed, State.READY, now):
                raise Superseded
            time_to_live = version.definition.connection.time_to_live.duration
            if not await media.publish(conn, platform, reserved, finished, stored, time_to_live):
                raise Outage("storing the medium took too long")
            urls = addresses(platform.settings.public_url, reserved.id, finished.kind)
            await egress.open_callback(conn, platform, claimed, version, content, media=urls)
            if finished.kind is Kind.VIDEO:
                payload = {
                    "workspace": claimed.workspace_id,
                    "request": str(claimed.id),
                    "medium": reserved.id,
                }
                await platform.jobs.enqueue(conn, PREVIEW_JOB, payload, priority=AFTER_VIDEOS)
    except Superseded:
        log.info("a later attempt owns the request; this one's files are discarded")
        await media.discard(platform, reserved)
    except BaseException:
        await media.discard(platform, reserved)
        raise


async def _try_again(
    platform: Platform, claimed: Request, version: Version, content: Content, reason: str
) -> None:
    async with platform.db.connection() as conn:
        faults = await store.count_fault(conn, claimed)
    if faults > len(WAITS_S):
        await _fail(platform, claimed, version, content, reason)
        return
    raise RetryLater(WAITS_S[faults - 1], reason)


async def _fail(
    platform: Platform, claimed: Request, version: Version, content: Content, reason: str
) -> None:
    async with platform.db.transaction() as conn:
        if await store.finish(conn, claimed, State.FAILED, platform.clock.now(), reason=reason):
            await egress.open_callback(conn, platform, claimed, version, content, reason=reason)
