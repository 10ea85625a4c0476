"""What a request names by URL, fetched through the one door."""

from __future__ import annotations

from pathlib import Path

from reelpress.platform.context import Platform
from reelpress.platform.http_out import OutFailure
from reelpress.studio.requests.faults import Outage, Unrenderable

PASSING = frozenset({"dns", "connect", "timeout"})
PASSING_STATUSES = frozenset({408, 425, 429})


async def fetch(
    platform: Platform, what: str, url: str, path: Path, *, max_bytes: int, timeout_s: float
) -> None:
    """Raises Unrenderable for what will never come, Outage for a server that may answer later."""
    got = await platform.http.download(url, path, max_bytes=max_bytes, timeout_s=timeout_s)
    if isinstance(got, OutFailure):
        message = f"{what} cannot be fetched: {got.message}"
        raise Outage(message) if _passing(got) else Unrenderable(message)


def _passing(failure: OutFailure) -> bool:
    if failure.status is not None:
        return failure.status >= 500 or failure.status in PASSING_STATUSES
    return failure.kind in PASSING
