"""The bytes of a stored file, plain or assembled from segments as they are read."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator

from reelpress.platform.context import Platform
from reelpress.studio.media.model import Medium, StoredFile, object_key
from reelpress.studio.media.negotiate import Variant
from reelpress.studio.render.joined import Joined, assembled, spans_of

CHUNK_BYTES = 256 * 1024
MAX_LISTS = 256  # lists of segments in memory, some 20 KB each

_lists: OrderedDict[str, Joined] = OrderedDict()


async def read(
    platform: Platform, medium: Medium, variant: Variant, file: StoredFile, start: int, end: int
) -> bytes:
    """Bytes [start, end). Raises ObjectMissing."""
    key = object_key(medium.id, variant)
    if not file.joined:
        return await platform.storage.get_range(key, start, end)
    joined = await _list(platform, key)
    head, pieces = joined.pieces(start, end)
    wanted = spans_of(pieces)
    got = await asyncio.gather(
        *(
            platform.storage.get_range(joined.sources[source].key, low, high)
            for source, (low, high) in wanted.items()
        )
    )
    fetched = {source: (low, data) for (source, (low, _)), data in zip(wanted.items(), got, strict=True)}
    return b"".join([head, *assembled(pieces, fetched)])


async def stream(
    platform: Platform, medium: Medium, variant: Variant, file: StoredFile, start: int, end: int
) -> AsyncIterator[bytes]:
    """The same in chunks, for answers that should not be held in memory."""
    for offset in range(start, end, CHUNK_BYTES):
        yield await read(platform, medium, variant, file, offset, min(offset + CHUNK_BYTES, end))


async def _list(platform: Platform, key: str) -> Joined:
    """A list never changes; it is read once per process."""
    found = _lists.get(key)
    if found is None:
        found = Joined.decode(await platform.storage.get(key))
        _lists[key] = found
        while len(_lists) > MAX_LISTS:
            _lists.popitem(last=False)
    else:
        _lists.move_to_end(key)
    return found
