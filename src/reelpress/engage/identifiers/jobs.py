"""The job that makes a new identifier quick to find."""

from typing import Any

from reelpress.engage.identifiers import service, store
from reelpress.platform.context import Platform
from reelpress.platform.jobs import Registry


def register(registry: Registry) -> None:
    """Name the handler."""
    registry.handle(service.INDEX_JOB, index)


async def index(platform: Platform, payload: dict[str, Any]) -> None:
    """May run twice. Until it is done the identifier is found by reading all profiles of the workspace."""
    async with platform.db.connection() as conn:
        await store.make_index(conn, payload["key"])
