"""Keys that opened a workspace a moment ago, so that not every call asks the database.

A key revoked in this process is forgotten at once, one revoked in another within `REMEMBERED_S`. Only keys
that opened are remembered, so a fresh key works at once everywhere.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass, field

from reelpress.engage.data_api.keys import KeyCheck

REMEMBERED_S = 2.0
MOST_REMEMBERED = 10_000


@dataclass(slots=True)
class RecentKeys:
    """What was found lately, by workspace id and keyed hash of the secret."""

    _found: OrderedDict[tuple[str, bytes], tuple[float, KeyCheck]] = field(
        default_factory=OrderedDict[tuple[str, bytes], tuple[float, KeyCheck]]
    )
    _changes: int = 0

    @property
    def changes(self) -> int:
        """Take it before asking the database and hand it to `keep`."""
        return self._changes

    def find(self, workspace_id: str, digest: bytes) -> KeyCheck | None:
        found = self._found.get((workspace_id, digest))
        return found[1] if found is not None and found[0] > time.monotonic() else None

    def keep(self, workspace_id: str, digest: bytes, check: KeyCheck, changes: int) -> None:
        """Remember a key that opened, unless one was revoked since the database was asked."""
        if not check.opens or changes != self._changes:
            return
        self._found[workspace_id, digest] = (time.monotonic() + REMEMBERED_S, check)
        self._found.move_to_end((workspace_id, digest))
        while len(self._found) > MOST_REMEMBERED:
            self._found.popitem(last=False)

    def forget(self) -> None:
        """After a key was revoked: ask again for every one."""
        self._changes += 1
        self._found.clear()
