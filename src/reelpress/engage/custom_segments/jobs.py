"""The jobs of file segments."""

from typing import Any

from reelpress.engage.custom_segments import files
from reelpress.platform.context import Platform
from reelpress.platform.jobs import Registry

DOWNLOAD_TRIES, CALLBACK_TRIES = 3, 5
AGAIN_AFTER_S = (2.0, 10.0, 60.0, 300.0)


def register(registry: Registry) -> None:
    """Name the handlers."""
    registry.handle(files.FILE_JOB, read, concurrency=2)
    registry.handle(files.CALLBACK_JOB, report)


async def read(platform: Platform, payload: dict[str, Any]) -> None:
    """Read a file into its segment; a download that fails is tried again a few times."""
    number: int = payload["try"]
    try:
        last_try = number >= DOWNLOAD_TRIES
        await files.read(platform, payload["workspace"], payload["file"], last_try=last_try)
    except files.DownloadFailed:
        await _again(platform, files.FILE_JOB, payload)


async def report(platform: Platform, payload: dict[str, Any]) -> None:
    """Tell the callback; it is tried again until it answers 200, a few times."""
    told = await files.report(platform, payload["workspace"], payload["file"])
    if not told and payload["try"] < CALLBACK_TRIES:
        await _again(platform, files.CALLBACK_JOB, payload)


async def _again(platform: Platform, job: str, payload: dict[str, Any]) -> None:
    number: int = payload["try"]
    async with platform.db.transaction() as conn:
        wait_s = AGAIN_AFTER_S[number - 1]
        await platform.jobs.enqueue(conn, job, {**payload, "try": number + 1}, delay_s=wait_s)
