"""A customer's video, as a worker's render process makes it."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from reelpress.platform.sandbox import give_back_memory
from reelpress.studio.plan.digest import digest
from reelpress.studio.plan.mapping import Resolved
from reelpress.studio.plan.model import Plan
from reelpress.studio.render.cache import Cache
from reelpress.studio.render.frames import Composer
from reelpress.studio.render.join import Film, join, write_file
from reelpress.studio.render.joined import Joined
from reelpress.studio.render.kit import RULES
from reelpress.studio.render.model import PressedVideo
from reelpress.studio.render.order import Order
from reelpress.studio.render.planes import Frame
from reelpress.studio.render.pressroom import PressOrder, cache_of, press_for
from reelpress.studio.render.previews import preview_window
from reelpress.studio.render.sound import mix
from reelpress.studio.render.straight import render_straight
from reelpress.studio.render.verify import cheap_faults, full_faults


def press_video(wanted: PressOrder, folder: Path) -> PressedVideo:
    """Write `video.join` and links to its segments into `folder`. Raises RenderFault.

    The first video of a plan is verified whole; one that is not as it should be is rendered straight.
    """
    plan, press = press_for(wanted)
    cache = cache_of(wanted.room.folder, wanted.room.disk_bytes)
    made = cache.counters.made
    order = wanted.order()
    film = press.film(order)
    joined = join(film)
    if faults := _faults(wanted, plan, order, film, joined, cache):
        return _straight(plan, order, folder, "; ".join(faults))
    path = folder / "video.join"
    path.write_bytes(joined.encode())
    segments = {part.key: _linked(cache, part.key, part.segment.encode, folder) for part in film.parts}
    return _pressed(
        plan, joined=path, segments=segments, bytes_=joined.total, made=cache.counters.made - made
    )


def prepare_plan(wanted: PressOrder) -> int:
    """Make all that no customer decides. Returns the number of spans. Raises RenderFault."""
    plan, press = press_for(wanted)
    try:
        press.prepare()
        press.bases(preview_window(plan).numbers).close()
    finally:
        give_back_memory()
    return len(plan.spans)


def write_video(wanted: PressOrder, path: Path) -> None:
    """The file itself, for a command line or a bucket. Raises RenderFault."""
    plan, press = press_for(wanted)
    order = wanted.order()
    film = press.film(order)
    joined = join(film)
    cache = cache_of(wanted.room.folder, wanted.room.disk_bytes)
    if _faults(wanted, plan, order, film, joined, cache):
        render_straight(plan, order.resolved, order.files, path)
    else:
        write_file(film, joined, path)


def compose(plan: Plan, resolved: Resolved, files: Mapping[str, Path]) -> Iterator[Frame]:
    """Every frame of the plan before encoding, in order."""
    with Composer(plan, resolved, files) as composer:
        yield from composer.frames()


def _faults(
    wanted: PressOrder, plan: Plan, order: Order, film: Film, joined: Joined, cache: Cache
) -> list[str]:
    faults = cheap_faults(plan, film, joined)
    own_sound = film.own_sound is not None
    mark = digest("verified", wanted.plan.hex(), sorted(wanted.contents.items()), own_sound, RULES)
    if faults or cache.known(mark):
        return faults
    with Composer(plan, order.resolved, order.files) as composer:
        heard = mix(plan, order.files, order.resolved)
        faults = full_faults(plan, film, joined, composer, heard)
    if not faults:
        cache.write(mark, b"verified")
    return faults


def _straight(plan: Plan, order: Order, folder: Path, why: str) -> PressedVideo:
    path = folder / "video.mp4"
    render_straight(plan, order.resolved, order.files, path)
    return replace(_pressed(plan, bytes_=path.stat().st_size), whole=path, straight=why)


def _pressed(
    plan: Plan,
    *,
    bytes_: int,
    joined: Path | None = None,
    segments: Mapping[str, Path] | None = None,
    made: int = 0,
) -> PressedVideo:
    output = plan.output
    return PressedVideo(
        joined, segments or {}, None, output.width, output.height, plan.duration_s, plan.frames, bytes_, made
    )


def _linked(cache: Cache, key: str, encode: Callable[[], bytes], folder: Path) -> Path:
    """A name of its own for a cached file, so that it outlives the cache's sweep."""
    path = folder / f"{key}.segment"
    try:
        os.link(cache.path(key), path)
    except OSError:
        path.write_bytes(encode())
    return path
