"""How many sends to one destination run at once in this process, so that a dead one slows nobody else.

A destination that answers at once may use a good part of the worker; one that keeps its callers
waiting gets less and less of it. Who finds no room waits here where that is a matter of moments, else
comes again later, spread over the time the destination needs for those before.
"""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from reelpress.platform.context import Platform
from reelpress.platform.http_out import HttpOut

LEAST_AT_ONCE = 2
SHARE_OF_WORKER = 4
"""No destination gets more than this part (1/n) of the jobs a worker holds."""
FAST_S = 0.5
"""A destination that needs longer gets less than its share, in proportion."""
ASSUMED_S = 1.0
WAIT_HERE_S = 0.5
SOONEST_S = 0.5
LATEST_S = 60.0
LEARNING = 0.3
KEPT_DESTINATIONS = 2_000


class Busy(Exception):
    """The destination has no room now; `delay_s` is when to come again."""

    def __init__(self, delay_s: float) -> None:
        super().__init__("others are waiting for the same destination")
        self.delay_s = delay_s


@dataclass(slots=True)
class _Destination:
    """`needs_s` is how long a send lately took; `booked_until` when those sent away are all due."""

    needs_s: float = ASSUMED_S
    running: int = 0
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque[asyncio.Future[None]])
    booked_until: float = 0.0


class Destinations:
    """The destinations of one process. `clock` is in seconds and never goes back."""

    def __init__(self, share: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._share = max(LEAST_AT_ONCE, share)
        self._clock = clock
        self._known: OrderedDict[str, _Destination] = OrderedDict()

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncGenerator[None]:
        """Inside, the destination may be used. Raises Busy."""
        destination = self._find(name)
        await self._enter(destination)
        started = self._clock()
        try:
            yield
        finally:
            destination.needs_s += LEARNING * (self._clock() - started - destination.needs_s)
            self._leave(destination)

    def _find(self, name: str) -> _Destination:
        found = self._known.setdefault(name, _Destination())
        self._known.move_to_end(name)
        if len(self._known) > KEPT_DESTINATIONS:
            oldest, idle = next(iter(self._known.items()))
            if not idle.running and not idle.waiting:
                del self._known[oldest]
        return found

    async def _enter(self, destination: _Destination) -> None:
        ahead = destination.running + len(destination.waiting) - self._limit(destination) + 1
        if ahead <= 0:
            destination.running += 1
            return
        wait_s = ahead * self._interval_s(destination)
        if wait_s > WAIT_HERE_S:
            raise Busy(self._book(destination, wait_s))
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        destination.waiting.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._leave(destination)
            raise

    def _leave(self, destination: _Destination) -> None:
        destination.running -= 1
        while destination.waiting and destination.running < self._limit(destination):
            place = destination.waiting.popleft()
            if not place.done():
                destination.running += 1
                place.set_result(None)

    def _book(self, destination: _Destination, wait_s: float) -> float:
        now = self._clock()
        due = max(now + wait_s, destination.booked_until) + self._interval_s(destination)
        destination.booked_until = min(due, now + LATEST_S)
        return min(max(due - now, SOONEST_S), LATEST_S)

    def _interval_s(self, destination: _Destination) -> float:
        """Between two sends that end."""
        return destination.needs_s / self._limit(destination)

    def _limit(self, destination: _Destination) -> int:
        fitting = self._share if destination.needs_s <= FAST_S else self._share * FAST_S / destination.needs_s
        return max(LEAST_AT_ONCE, int(fitting))


def destinations_of(platform: Platform) -> Destinations:
    """Those of this platform's door."""
    share = platform.settings.worker_concurrency // SHARE_OF_WORKER
    return _of_door.setdefault(platform.http, Destinations(share))


_of_door: WeakKeyDictionary[HttpOut, Destinations] = WeakKeyDictionary()
