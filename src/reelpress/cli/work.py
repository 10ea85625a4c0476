"""One medium in a file: what a render process does for the command line. Importable, picklable, silent."""

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

from reelpress.studio.assets.clips import copy_clip
from reelpress.studio.assets.faults import MediaFault
from reelpress.studio.plan import Plan
from reelpress.studio.plan.digest import digest, shown
from reelpress.studio.plan.mapping import image_key
from reelpress.studio.render import (
    PressOrder,
    RenderFault,
    file_digest,
    render_still,
    render_straight,
    write_video,
)
from reelpress.studio.render.cache import Cache
from reelpress.studio.render.house import BUILD
from reelpress.studio.render.pressroom import cache_of

How = Literal["press", "straight", "still"]


@dataclass(frozen=True, slots=True)
class Work:
    """One customer's medium, to be written to `draft` and to appear whole at `path`.

    `at_s`: the second a still shows; below 0 the plan chooses.
    """

    order: PressOrder
    how: How
    path: Path
    draft: Path
    at_s: float = -1.0

    @property
    def digest(self) -> str:
        """Names the bytes of the medium: equal ones need not be made again."""
        order = self.order.order()
        plan = _plan(self.order.plan)
        values = shown(order.resolved, order.contents, tuple(layer.name for layer in plan.layers))
        own = hashlib.blake2b(self.order.plan, digest_size=16).hexdigest()
        return digest(own, sorted(self.order.contents.items()), self.how, self.at_s, values)


def make(work: Work) -> int:
    """Write the medium; its bytes. Raises RenderFault, OSError."""
    work.draft.parent.mkdir(parents=True, exist_ok=True)
    try:
        _WAYS[work.how](work)
        size = work.draft.stat().st_size
        work.draft.replace(work.path)
    finally:
        work.draft.unlink(missing_ok=True)
    return size


def _pressed(work: Work) -> None:
    write_video(_in_house_form(work.order), work.draft)


def _straight(work: Work) -> None:
    order = _in_house_form(work.order)
    render_straight(_plan(order.plan), order.resolved, order.files, work.draft)


def _still(work: Work) -> None:
    order = _in_house_form(work.order)
    work.draft.write_bytes(render_still(_plan(order.plan), order.resolved, order.files, work.at_s))


_WAYS = {"press": _pressed, "straight": _straight, "still": _still}


def _in_house_form(order: PressOrder) -> PressOrder:
    """The order with our copies of its clips, made once for their content. Raises RenderFault."""
    keys = [image_key(field) for field in order.resolved.clip_values]
    if not keys:
        return order
    cache = cache_of(order.room.folder, order.room.disk_bytes)
    copies = {key: _house_clip(cache, key, order.files[key]) for key in keys}
    return replace(order, files={**order.files, **copies})


def _house_clip(cache: Cache, key: str, clip: Path) -> Path:
    def make(path: Path) -> None:
        try:
            copy_clip(clip, path)
        except MediaFault as fault:
            raise RenderFault(f"{fault.reason}.", key) from fault

    return cache.file(digest("clip", file_digest(clip), BUILD), make)


@lru_cache(maxsize=4)
def _plan(encoded: bytes) -> Plan:
    return Plan.decode(encoded)
