"""One medium in a file: what a render process does for the command line. Importable, picklable, silent."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from reelpress.studio.plan import Plan
from reelpress.studio.plan.digest import digest, shown
from reelpress.studio.render import compose, render_still
from reelpress.studio.render.encode import encode_mp4
from reelpress.studio.render.join import join, write_file
from reelpress.studio.render.pressroom import PressOrder, press_for
from reelpress.studio.render.sound import mix

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


def prepare(order: PressOrder) -> None:
    """Make what is the same for every customer. Raises RenderFault."""
    press_for(order)[1].prepare()


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
    _, press = press_for(work.order)
    film = press.film(work.order.order())
    write_file(film, join(film), work.draft)


def _straight(work: Work) -> None:
    plan, resolved, files = _plan(work.order.plan), work.order.resolved, work.order.files
    size = (plan.output.width, plan.output.height)
    encode_mp4(work.draft, compose(plan, resolved, files), mix(plan, files), size, plan.fps)


def _still(work: Work) -> None:
    order = work.order
    work.draft.write_bytes(render_still(_plan(order.plan), order.resolved, order.files, work.at_s))


_WAYS = {"press": _pressed, "straight": _straight, "still": _still}


@lru_cache(maxsize=4)
def _plan(encoded: bytes) -> Plan:
    return Plan.decode(encoded)
