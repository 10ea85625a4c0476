"""Our engine as the benchmark sees it: a template is published once, then rendered for many customers.

Everything here runs in one warm process per template (bench/warm.py). What `Published` does in its
constructor is the publication cost, reported apart; what `render` does is what is compared.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.straight import THREADS, write_straight
from reelpress.cli.template import template_plan
from reelpress.studio.plan import Resolved, resolve
from reelpress.studio.render import compose, render_still
from reelpress.studio.render.join import join, write_file
from reelpress.studio.render.pressroom import PressOrder, Stockroom, file_digest, press_for

Values = Mapping[str, str]
Picture = NDArray[np.uint8]  # yuv420p, bt709 limited: height * 3 / 2 rows of the width


class Published:
    """A template made ready. `folder` is private to it and may be kept between runs of one process only."""

    def __init__(self, document: Path, folder: Path, still: bool = False) -> None:
        self._plan = template_plan(document)
        self._files = {name: document.parent / name for name in self._plan.resources}
        self._contents = {name: file_digest(path) for name, path in self._files.items()}
        self._room = Stockroom(folder / "cache")
        if not still:
            press_for(self._order({}))[1].prepare()

    def render(self, values: Values, out: Path) -> None:
        """The whole file for one customer (.mp4, or .jpg for a still), as it would be sent."""
        if out.suffix == ".jpg":
            out.write_bytes(render_still(self._plan, self._resolved(values), self._files))
            return
        order = self._order(values)
        film = press_for(order)[1].film(order.order())
        write_file(film, join(film), out)

    def straight(self, values: Values, out: Path, sound_of: Path, threads: int = THREADS) -> None:
        """The same frames in one ordinary encode; its sound is copied from `sound_of`, our own file."""
        write_straight(self.frames(values), float(self._plan.fps), out, sound_of, threads)

    def frames(self, values: Values) -> Iterator[Picture]:
        """The composed frames before any encoder."""
        for frame in compose(self._plan, self._resolved(values), self._files):
            yield frame.data

    def own_bytes(self, values: Values, rendered: Path) -> int:
        """Bytes kept for one more customer who was rendered to `rendered`: what no other one shares."""
        if rendered.suffix == ".jpg":
            return rendered.stat().st_size
        order = self._order(values)
        return join(press_for(order)[1].film(order.order())).own_bytes

    def close(self) -> None:
        """Let go of everything."""

    def _order(self, values: Values) -> PressOrder:
        resolved = self._resolved(values) if values else Resolved((), ())
        return PressOrder(self._plan.encode(), resolved, self._files, self._contents, self._room)

    def _resolved(self, values: Values) -> Resolved:
        resolved = resolve(self._plan, values)
        assert isinstance(resolved, Resolved), resolved
        return resolved
