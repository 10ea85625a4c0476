"""Wait for a condition of the world, never for a time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def until(look: Callable[[], Awaitable[T]], good: Callable[[T], bool], within_s: float = 60.0) -> T:
    """What `look` gives, as soon as it is good. Raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while True:
            found = await look()
            if good(found):
                return found
            await asyncio.sleep(0.03)
