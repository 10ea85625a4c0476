"""Files that a person uploads for a file segment: kept until the job has read them."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from reelpress.platform.context import Platform
from reelpress.platform.ids import new_uuid

SCHEME = "upload:"
"""No address of the API begins like this: those are http and https."""
FOLDER = "segment-uploads"


def is_one(file_url: str) -> bool:
    """Whether the file was uploaded, and is not to be fetched."""
    return file_url.startswith(SCHEME)


@asynccontextmanager
async def kept(platform: Platform, path: Path) -> AsyncGenerator[str]:
    """Keep the file where every worker finds it; what stands for its address.

    When the block fails, no job will read it: it is removed.
    """
    file_url = SCHEME + new_uuid().hex
    await platform.storage.put(_key(file_url), path)
    try:
        yield file_url
    except BaseException:
        await remove(platform, file_url)
        raise


async def bring(platform: Platform, file_url: str, path: Path) -> bool:
    """Write the upload to a path; whether there was one."""
    size = await platform.storage.size(_key(file_url))
    if size is None:
        return False
    with path.open("wb") as file:
        async for piece in platform.storage.stream(_key(file_url), 0, size):
            await asyncio.to_thread(file.write, piece)
    return True


async def remove(platform: Platform, file_url: str) -> None:
    """Forget an upload; for any other address there is nothing to do."""
    if is_one(file_url):
        await platform.storage.delete([_key(file_url)])


def _key(file_url: str) -> str:
    return f"{FOLDER}/{file_url.removeprefix(SCHEME)}"
