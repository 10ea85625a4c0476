"""What was read a moment ago, so that not every send of a campaign asks the database.

A change made in this process is seen at once, one made in another within `REMEMBERED_S`. That a name has
nothing is remembered as well.
"""

import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from reelpress.engage.content.model import Name
from reelpress.engage.personalize import Value
from reelpress.platform.context import Platform
from reelpress.platform.db import Database

REMEMBERED_S = 2.0
MOST_REMEMBERED = 256

_Key = tuple[str, Name]


@dataclass(slots=True)
class RecentContent:
    """Values by workspace and name; None stands for nothing."""

    _found: OrderedDict[_Key, tuple[float, Value]] = field(
        default_factory=OrderedDict[_Key, tuple[float, Value]]
    )
    _changes: int = 0

    @property
    def changes(self) -> int:
        """Take it before asking the database and hand it to `keep`."""
        return self._changes

    def find(self, workspace_id: str, names: Iterable[Name]) -> dict[Name, Value]:
        """Those of the names that are remembered."""
        now = time.monotonic()
        found = {name: self._found.get((workspace_id, name)) for name in names}
        return {name: kept[1] for name, kept in found.items() if kept is not None and kept[0] > now}

    def keep(self, workspace_id: str, values: Mapping[Name, Value], changes: int) -> None:
        """Remember what the database said, unless something was changed since it was asked."""
        if changes != self._changes:
            return
        until = time.monotonic() + REMEMBERED_S
        for name, value in values.items():
            self._found[workspace_id, name] = (until, value)
            self._found.move_to_end((workspace_id, name))
        while len(self._found) > MOST_REMEMBERED:
            self._found.popitem(last=False)

    def forget(self) -> None:
        """After a change: ask again for everything."""
        self._changes += 1
        self._found.clear()


def recent_of(platform: Platform) -> RecentContent:
    """What was read through this platform's database."""
    return _of_database.setdefault(platform.db, RecentContent())


_of_database: WeakKeyDictionary[Database, RecentContent] = WeakKeyDictionary()
