"""How often a workspace may trigger and search (MoEngage: rate limits of business events)."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from enum import Enum
from typing import Final

from reelpress.engage.business_events.store import Recent
from reelpress.platform.config import Settings

MINUTE_S: Final = 60.0
KEPT_WORKSPACES: Final = 10_000


class Allowed(Enum):
    """What a trigger may do."""

    run = "run"
    stopped = "stopped"  # it is accepted, its child campaigns are stopped
    refused = "refused"


def allowed(recent: Recent, settings: Settings) -> Allowed:
    """What one more trigger may do after these (pure)."""
    if _full(recent.day, settings.business_event_triggers_per_day) or _full(
        recent.hour, settings.business_event_triggers_per_hour
    ):
        return Allowed.refused
    over = _full(recent.five_minutes, settings.business_event_triggers_per_5_minutes)
    return Allowed.stopped if over else Allowed.run


class Searches:
    """Searches of each workspace in the last minute, in this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def take(self, workspace_id: str, most: int) -> bool:
        """Count one more, unless `most` (0: any number) were made."""
        now = self._clock()
        times = self._times.setdefault(workspace_id, deque())
        self._times.move_to_end(workspace_id)
        if len(self._times) > KEPT_WORKSPACES:
            self._times.popitem(last=False)
        while times and times[0] <= now - MINUTE_S:
            times.popleft()
        if _full(len(times), most):
            return False
        times.append(now)
        return True


def _full(used: int, most: int) -> bool:
    return most > 0 and used >= most
