"""Films are drawn when a draft is looked at or submitted, once for all who need them, and kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID
from weakref import WeakKeyDictionary

from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.platform.sandbox import SandboxCrash, SandboxTimeout
from reelpress.platform.storage import ObjectMissing
from reelpress.platform.telemetry import log
from reelpress.studio.assets.faults import MediaFault
from reelpress.studio.assets.model import storage_key
from reelpress.studio.assets.service import private_folder
from reelpress.studio.films import store
from reelpress.studio.films.drawing import draw_film
from reelpress.studio.films.model import FilmFault, FilmOrder, film_key, without_melt
from reelpress.studio.render import RenderFault
from reelpress.studio.render.melt_door import MELT_LIMITS, is_installed
from reelpress.studio.scene import SceneFault

UNUSED_LIFE = timedelta(days=1)  # of a film that no version holds: a draft may be looked at again
AT_ONCE = 2  # of this process
BATCH = 500

_drawing: dict[tuple[Path, str], asyncio.Task[None]] = {}
_gates: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


class FilmsBusy(Exception):
    """The films are being drawn; whoever asks again later finds them."""


async def have_drawn(
    platform: Platform, workspace_id: str, orders: Sequence[FilmOrder], within_s: float | None = None
) -> None:
    """Every film is in the object store afterwards. What was begun goes on when the caller goes away.

    Raises FilmFault; FilmsBusy after `within_s` seconds.
    """
    if not orders:
        return
    async with platform.db.transaction() as conn:
        await store.touch(conn, workspace_id, [order.digest for order in orders], platform.clock.now())
    tasks = [_task(platform, order) for order in {order.digest: order for order in orders}.values()]
    try:
        await asyncio.wait_for(asyncio.gather(*map(asyncio.shield, tasks)), within_s)
    except TimeoutError:
        raise FilmsBusy from None


async def hold(conn: Connection, workspace_id: str, version_id: UUID, orders: Sequence[FilmOrder]) -> None:
    """Keep films while there is a version that renders from them."""
    if orders:
        await store.hold(conn, workspace_id, version_id, [order.digest for order in orders])


async def remove_unused(platform: Platform) -> int:
    """Remove films that no version holds and nobody looked at for a day, and objects without a row."""
    async with platform.db.connection() as conn:
        gone = await store.forget_unused(conn, platform.clock.now() - UNUSED_LIFE, BATCH)
    listed = {key.rpartition("/")[2] for key in await platform.storage.list(film_key("").rstrip("/"))}
    async with platform.db.connection() as conn:
        strays = ({*gone} | listed) - await store.needed(conn, [*gone, *listed])
    for digest in strays:
        async with platform.db.transaction() as conn:
            await store.lock(conn, [digest])
            if not await store.needed(conn, [digest]):
                await platform.storage.delete([film_key(digest)])
                await platform.storage.forget_copy(film_key(digest))
    return len(strays)


def _task(platform: Platform, order: FilmOrder) -> asyncio.Task[None]:
    """One drawing of a film at a time in this process, whoever waits for it."""
    name = (platform.settings.data_dir, order.digest)
    task = _drawing.get(name)
    if task is None:
        task = asyncio.create_task(_draw(platform, order))
        _drawing[name] = task
        task.add_done_callback(lambda _: _drawing.pop(name, None))
        task.add_done_callback(_seen)
    return task


def _seen(task: asyncio.Task[None]) -> None:
    """A fault that nobody waits for any more is no surprise."""
    if not task.cancelled():
        task.exception()


async def _draw(platform: Platform, order: FilmOrder) -> None:
    if await platform.storage.size(film_key(order.digest)) is not None:
        return
    if not is_installed():
        raise without_melt(order.part)
    gate = _gates.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE))
    async with gate, private_folder(platform) as folder:
        target = folder / "film"
        try:
            files = {name: await _local(platform, name) for name in order.part.resources}
            fonts = [await _local(platform, sha256) for sha256 in order.fonts]
            size = await platform.sandbox.run(
                draw_film, order.part, files, fonts, target, limits=MELT_LIMITS, folder=folder
            )
        except (RenderFault, MediaFault, SceneFault, SandboxTimeout, SandboxCrash, ObjectMissing) as fault:
            raise _explained(order, fault) from fault
        await platform.storage.put(film_key(order.digest), target)
        log.info("a film was drawn by melt", frames=order.part.frames, bytes=size)


async def _local(platform: Platform, sha256: str) -> Path:
    return (await platform.storage.local_copy(storage_key(sha256))).resolve()


def _explained(order: FilmOrder, fault: Exception) -> FilmFault:
    part = order.part
    if isinstance(fault, RenderFault):
        reason = fault.message
    elif isinstance(fault, SandboxTimeout | SandboxCrash):
        reason = f"{part.why} melt needs more time or memory to draw it than it may have. {part.fix}"
    elif isinstance(fault, ObjectMissing):
        reason = f"{part.why} A file it shows was deleted meanwhile: submit again."
    else:
        reason = f"{part.why} What melt drew cannot be used. {part.fix}"
    return FilmFault(reason, part.where.element, part.line)
