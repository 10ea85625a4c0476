"""What shows a customer's medium at a glance: poster, moving previews, an image.

Her rectangles are laid over frames that are kept for everyone, and what was made once for the same content
and values is not made again.
"""

import os
from collections.abc import Callable
from functools import cache as once
from pathlib import Path

from reelpress.studio.plan.digest import digest, picture_digest, shown
from reelpress.studio.plan.model import Plan
from reelpress.studio.render.cache import own
from reelpress.studio.render.frames import Composer
from reelpress.studio.render.house import BUILD
from reelpress.studio.render.model import RenderedImage, RenderedPreviews
from reelpress.studio.render.order import Order
from reelpress.studio.render.planes import blank
from reelpress.studio.render.press import Press
from reelpress.studio.render.pressroom import PressOrder, cache_of, press_for
from reelpress.studio.render.previews import Previews, preview_window, still_number
from reelpress.studio.render.stillroom import StillOrder, still_of

RULES = digest("glance", BUILD, 1)  # raise the number when equal input gives other pictures


def render_previews(wanted: PressOrder, folder: Path) -> RenderedPreviews:
    """Write poster.jpg, preview.webp and preview.gif: some composed frames, no video. Raises RenderFault."""
    plan, press = press_for(wanted)
    order = wanted.order()

    @once
    def drawn() -> Previews:
        return _drawn(plan, press, order)

    window = preview_window(plan)
    key = _key(wanted, plan, order, window.numbers[0], window.numbers[-1])
    kept = _Kept(wanted, folder)
    return RenderedPreviews(
        kept.file(f"{key}-poster", "poster.jpg", lambda: drawn().poster()),
        kept.file(f"{key}-webp", "preview.webp", lambda: drawn().webp()),
        kept.file(f"{key}-gif", "preview.gif", lambda: drawn().gif()),
    )


def render_image(wanted: PressOrder, folder: Path) -> RenderedImage:
    """Write image.jpg into `folder`: the instant the output asks for. Raises RenderFault."""
    plan, _ = press_for(wanted)
    number = still_number(plan, plan.output.still_at_s)
    key = _key(wanted, plan, wanted.order(), number, number)

    def make() -> bytes:
        return still_of(StillOrder(wanted.plan, wanted.resolved, wanted.files, plan.output.still_at_s)).jpeg

    path = _Kept(wanted, folder).file(f"{key}-image", "image.jpg", make)
    return RenderedImage(path, plan.output.width, plan.output.height, path.stat().st_size)


class _Kept:
    """Files of a render by their content, each given a name in the folder of the attempt."""

    def __init__(self, wanted: PressOrder, folder: Path) -> None:
        self._cache = cache_of(wanted.room.folder, wanted.room.disk_bytes)
        self._folder = folder

    def file(self, key: str, name: str, make: Callable[[], bytes]) -> Path:
        path = self._folder / name
        kept = self._cache.file(key, lambda draft: _write(draft, make()), _holds_anything)
        try:
            os.link(kept, path)
        except OSError:  # swept meanwhile, or another file system
            path.write_bytes(make())
        return path


def _drawn(plan: Plan, press: Press, order: Order) -> Previews:
    window, previews = preview_window(plan), Previews(plan)
    bases = press.bases(window.numbers)
    frame = blank(bases.width, bases.height)
    try:
        with Composer(plan, order.resolved, order.files) as composer:
            for at, number in enumerate(window.numbers):
                bases.read(at, frame)
                for laid in composer.personal(number):
                    laid.patch.lay(frame, laid.x, laid.y)
                previews.see(frame)
    finally:
        bases.close()
    return previews


def _key(wanted: PressOrder, plan: Plan, order: Order, first: int, last: int) -> str:
    """All that decides output frames `first..last` for this customer."""
    spans = [span for span in plan.spans if span.first <= last and first <= span.last]
    layers = tuple(sorted({name for span in spans for name in span.layers}))
    picture = picture_digest(plan, wanted.contents, first, last)
    return own(digest(wanted.room.scope, picture, shown(order.resolved, order.contents, layers), RULES))


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _holds_anything(path: Path) -> bool:
    return path.stat().st_size > 0
