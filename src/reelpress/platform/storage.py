"""Objects: a local directory by default, S3, GCS or Azure by URL (obstore)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from uuid import uuid4

import obstore
from obstore.store import LocalStore, ObjectStore, from_url

CHUNK_BYTES = 256 * 1024
FETCH_BYTES = 8 * 1024 * 1024


class ObjectMissing(Exception):
    """There is no object under this key."""


class Storage:
    """Keys are ours (`assets/<sha256>`, `media/<id>.mp4`); they never hold personal data."""

    def __init__(self, store: ObjectStore, cache: Path) -> None:
        self._store = store
        self._cache = cache

    async def put(self, key: str, data: bytes | Path) -> None:
        """Write the whole object; it appears at once or not at all."""
        await obstore.put_async(self._store, key, data)

    async def get(self, key: str) -> bytes:
        """All bytes. Raises ObjectMissing."""
        try:
            answer = await obstore.get_async(self._store, key)
            return bytes(await answer.bytes_async())
        except FileNotFoundError as fault:
            raise ObjectMissing(key) from fault

    async def get_range(self, key: str, start: int, end: int) -> bytes:
        """Bytes [start, end). Raises ObjectMissing."""
        try:
            return bytes(await obstore.get_range_async(self._store, key, start=start, end=end))
        except FileNotFoundError as fault:
            raise ObjectMissing(key) from fault

    async def stream(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        """Bytes [start, end) in chunks, for answers that should not be held in memory."""
        for offset in range(start, end, CHUNK_BYTES):
            yield await self.get_range(key, offset, min(offset + CHUNK_BYTES, end))

    async def size(self, key: str) -> int | None:
        """Size in bytes, None when there is no such object."""
        try:
            return int((await obstore.head_async(self._store, key))["size"])
        except FileNotFoundError:
            return None

    async def delete(self, keys: Sequence[str]) -> None:
        """Remove; what is already gone is fine."""
        for key in keys:
            try:
                await obstore.delete_async(self._store, key)
            except FileNotFoundError:
                continue

    async def list(self, prefix: str) -> list[str]:
        """All keys below a prefix."""
        found: list[str] = []
        async for batch in obstore.list(self._store, prefix):  # pyright: ignore[reportUnknownMemberType] - its arrow overload is untyped
            found.extend(str(entry["path"]) for entry in batch)
        return found

    async def local_copy(self, key: str) -> Path:
        """The object as a local file. Only for keys whose content never changes: it is fetched once."""
        path = self._cache / key
        if not path.exists():
            await self._fetch(key, path)
        return path

    async def forget_copy(self, key: str) -> None:
        """Remove this machine's copy of what was deleted."""
        await asyncio.to_thread((self._cache / key).unlink, missing_ok=True)

    async def _fetch(self, key: str, path: Path) -> None:
        """Piece by piece: a film may be larger than the memory there is."""
        try:
            answer = await obstore.get_async(self._store, key)
        except FileNotFoundError as fault:
            raise ObjectMissing(key) from fault
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{uuid4().hex}.part")
        try:
            with draft.open("wb") as file:
                async for piece in answer.stream(FETCH_BYTES):
                    await asyncio.to_thread(file.write, piece)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)


def open_storage(url: str | None, data_dir: Path) -> Storage:
    """The installation's object store."""
    cache = data_dir / "cache"
    if url is None:
        root = data_dir / "objects"
        root.mkdir(parents=True, exist_ok=True)
        return Storage(LocalStore(root.resolve()), cache)
    return Storage(from_url(url), cache)
