"""What is made from an immutable version is made once per process."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

KEPT_VERSIONS = 512

T = TypeVar("T")


class VersionCache(Generic[T]):
    """The most recently used results by version id, or what begins with one. A fault is not kept."""

    def __init__(self, kept: int = KEPT_VERSIONS) -> None:
        self._kept = kept
        self._made: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, version_id: Hashable, make: Callable[[], T]) -> T:
        if version_id in self._made:
            self._made.move_to_end(version_id)
            return self._made[version_id]
        made = self._made[version_id] = make()
        while len(self._made) > self._kept:
            self._made.popitem(last=False)
        return made
