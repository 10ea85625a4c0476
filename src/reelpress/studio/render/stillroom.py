"""Stills on demand for somebody who moves through a draft: what the last one needed is kept warm.

A still is what every customer sees at that frame, kept apart from values, and one customer's rectangles over
it. New values at the same moment draw text alone; a new moment with the same values decodes a GOP at most.
"""

import io
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image

from reelpress.studio.plan.digest import digest
from reelpress.studio.plan.mapping import Resolved
from reelpress.studio.plan.model import Plan
from reelpress.studio.plan.touches import touches_at
from reelpress.studio.render.frames import NO_VALUES, Composer
from reelpress.studio.render.planes import Converter, Frame
from reelpress.studio.render.previews import jpeg, representative_frame, still_number

MAX_ROOMS = 2  # drafts a process keeps open; with decoders and canvases some 100 MB each at 1080p
MAX_PEOPLE = 3  # sets of values of a draft
MAX_BASES = 16  # frames without values of a draft, 3 MB each at 1080p
SMALL_QUALITY = 80


@dataclass(frozen=True, slots=True)
class StillOrder:
    """One moment of a draft, in a form that crosses processes. `plan` is `Plan.encode()`.

    `at_s` counts from the start of the video; below 0 the moment that shows the layers best is taken, of
    `part` where it is named. `width` in pixels: 0, or more than the video has, asks for its own.
    """

    plan: bytes
    resolved: Resolved
    files: Mapping[str, Path]
    at_s: float = -1.0
    part: int | None = None
    width: int = 0


@dataclass(frozen=True, slots=True)
class Still:
    """A JPEG, the moment it shows in seconds, and the layers in sight, bottom to top."""

    jpeg: bytes
    at_s: float
    layers: tuple[str, ...]


def still_of(order: StillOrder) -> Still:
    """The frame an order asks for. Raises RenderFault."""
    plan = _plan(order.plan)
    number = _number(plan, order)
    frame = _frame(plan, order, number)
    return Still(_encoded(frame, order.width), float(number / plan.fps), layers_at(plan, number))


def layers_at(plan: Plan, number: int) -> tuple[str, ...]:
    """Layers that can be seen in an output frame, bottom to top."""
    part = next(part for part in reversed(plan.parts) if part.first <= number)
    return tuple(dict.fromkeys(touch.layer for touch in touches_at(part, plan.output, number)))


class _Room:
    """One draft and its files. Frames without values are kept, and a composer for each of the last people."""

    def __init__(self, plan: Plan, files: Mapping[str, Path]) -> None:
        self._plan = plan
        self._files = files
        self._bare = Composer(plan, NO_VALUES, files)
        self._bases: OrderedDict[int, Frame] = OrderedDict()
        self._people: OrderedDict[str, Composer] = OrderedDict()

    def frame(self, number: int, resolved: Resolved, pictures: Mapping[str, Path]) -> Frame:
        frame = self._base(number).copy()
        for laid in self._person(resolved, pictures).personal(number):
            laid.patch.lay(frame, laid.x, laid.y)
        return frame

    def close(self) -> None:
        for composer in (self._bare, *self._people.values()):
            _close(composer)

    def _base(self, number: int) -> Frame:
        if number not in self._bases:
            self._bases[number] = self._bare.base(number)
            if len(self._bases) > MAX_BASES:
                self._bases.popitem(last=False)
        self._bases.move_to_end(number)
        return self._bases[number]

    def _person(self, resolved: Resolved, pictures: Mapping[str, Path]) -> Composer:
        key = digest(resolved, _named(pictures))
        if key not in self._people:
            self._people[key] = Composer(self._plan, resolved, {**self._files, **pictures})
            if len(self._people) > MAX_PEOPLE:
                _close(self._people.popitem(last=False)[1])
        self._people.move_to_end(key)
        return self._people[key]


_rooms: OrderedDict[str, _Room] = OrderedDict()


def _frame(plan: Plan, order: StillOrder, number: int) -> Frame:
    pictures = {name: path for name, path in order.files.items() if name.startswith("field:")}
    own = {name: path for name, path in order.files.items() if name not in pictures}
    key = digest(order.plan.decode(), _named(own))
    if key not in _rooms:
        _rooms[key] = _Room(plan, own)
        if len(_rooms) > MAX_ROOMS:
            _rooms.popitem(last=False)[1].close()
    _rooms.move_to_end(key)
    try:
        return _rooms[key].frame(number, order.resolved, pictures)
    except BaseException:
        _rooms.pop(key).close()  # a decoder that failed half way stands anywhere
        raise


@lru_cache(maxsize=MAX_ROOMS * 2)
def _plan(encoded: bytes) -> Plan:
    return Plan.decode(encoded)


def _close(composer: Composer) -> None:
    with composer:
        pass  # its films are closed on the way out


def _number(plan: Plan, order: StillOrder) -> int:
    if order.at_s < 0:
        return representative_frame(plan, order.part)
    return still_number(plan, order.at_s)


def _named(files: Mapping[str, Path]) -> list[tuple[str, str]]:
    return sorted((name, str(path)) for name, path in files.items())


def _encoded(frame: Frame, width: int) -> bytes:
    """At its own size as good as a poster; smaller, as a page shows it while a hand moves."""
    if not 0 < width < frame.width:
        return jpeg(Converter(), frame)
    height = max(1, round(frame.height * width / frame.width))
    out = io.BytesIO()
    Image.fromarray(Converter().to_rgb(frame, width, height)).save(out, "JPEG", quality=SMALL_QUALITY)
    return out.getvalue()
