"""The presses of this process: a plan's press is kept warm between customers."""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from reelpress.studio.plan.digest import Contents, digest
from reelpress.studio.plan.mapping import Resolved, image_key
from reelpress.studio.plan.model import Plan
from reelpress.studio.render.cache import Cache
from reelpress.studio.render.order import Order
from reelpress.studio.render.press import Press

MAX_PRESSES = 16


@dataclass(frozen=True, slots=True)
class Stockroom:
    """Where a press keeps what it made: a folder of this machine, its cap in bytes, and whose it is."""

    folder: Path
    disk_bytes: int = 8 * 1024 * 1024 * 1024
    scope: str = ""


@dataclass(frozen=True, slots=True)
class PressOrder:
    """One customer of one plan, in a form that crosses processes.

    `plan` is `Plan.encode()`; `contents` holds the digest of every file of the plan; what the request brought
    (`field:<name>` in `files`) is digested here.
    """

    plan: bytes
    resolved: Resolved
    files: Mapping[str, Path]
    contents: Contents
    room: Stockroom

    def order(self) -> Order:
        brought = brought_contents(self.resolved, self.files)
        return Order(self.resolved, self.files, {**self.contents, **brought})


_presses: OrderedDict[str, tuple[Plan, Press]] = OrderedDict()


def press_for(wanted: PressOrder) -> tuple[Plan, Press]:
    """The plan, decoded once, and its press."""
    own = {name: path for name, path in wanted.files.items() if not name.startswith("field:")}
    named = hashlib.blake2b(wanted.plan, digest_size=16).hexdigest()
    key = digest(named, sorted(wanted.contents.items()), str(wanted.room.folder), wanted.room.scope)
    if key not in _presses:
        plan = Plan.decode(wanted.plan)
        cache = cache_of(wanted.room.folder, wanted.room.disk_bytes)
        _presses[key] = plan, Press(plan, own, wanted.contents, cache, wanted.room.scope)
        while len(_presses) > MAX_PRESSES:
            _presses.popitem(last=False)
    _presses.move_to_end(key)
    return _presses[key]


@lru_cache(maxsize=4)
def cache_of(folder: Path, disk_bytes: int) -> Cache:
    """One cache a process, so that all plans share its memory."""
    return Cache(folder, disk_bytes=disk_bytes)


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def brought_contents(resolved: Resolved, files: Mapping[str, Path]) -> dict[str, str]:
    """Digests of the files a request brought; one that is missing has none and is named when drawn."""
    named = [(key, files.get(key)) for key in map(image_key, resolved.file_values)]
    return {key: file_digest(path) if path and path.is_file() else "missing" for key, path in named}
