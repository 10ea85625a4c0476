"""The connection pool, with the codecs every store relies on."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol, cast

import asyncpg
import msgspec

COMMAND_TIMEOUT_S = 60.0
PROBE_TIMEOUT_S = 5.0
CLOSE_WITHIN_S = 5.0
JSONB_VERSION = b"\x01"  # what the binary form of a jsonb starts with

_encode_json = msgspec.json.Encoder().encode
_decode_json = msgspec.json.Decoder().decode


class Record(Protocol):
    """One row; columns by name."""

    def __getitem__(self, column: str | int, /) -> Any: ...
    def get(self, column: str, default: Any = None, /) -> Any: ...
    def keys(self) -> Iterator[str]: ...
    def values(self) -> Iterator[Any]: ...
    def items(self) -> Iterator[tuple[str, Any]]: ...
    def __len__(self) -> int: ...


class Connection(Protocol):
    """What stores use of an asyncpg connection (asyncpg ships no types)."""

    async def execute(self, query: str, *arguments: Any, timeout: float | None = None) -> str: ...
    async def executemany(self, command: str, args: Iterable[Sequence[Any]]) -> None: ...
    async def fetch(self, query: str, *arguments: Any, timeout: float | None = None) -> list[Record]: ...
    async def fetchrow(self, query: str, *arguments: Any) -> Record | None: ...
    async def fetchval(self, query: str, *arguments: Any) -> Any: ...
    async def copy_records_to_table(
        self, table_name: str, *, records: Iterable[Sequence[Any]], columns: Sequence[str] | None = None
    ) -> str: ...
    def transaction(self) -> AbstractAsyncContextManager[Any]: ...
    async def close(self) -> None: ...


class Pool(Protocol):
    """What we use of an asyncpg pool."""

    def acquire(self) -> AbstractAsyncContextManager[Connection]: ...
    async def close(self) -> None: ...
    def terminate(self) -> None: ...


class Database:
    """A pool of connections. jsonb is Python data, uuid is UUID, timestamptz is an aware datetime."""

    def __init__(self, pool: Pool, url: str) -> None:
        self.pool = pool
        self.url = url

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Connection]:
        """A connection inside an open transaction; commits at the end, rolls back on any exception."""
        async with self.pool.acquire() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator[Connection]:
        """A connection outside of a transaction: every statement commits by itself."""
        async with self.pool.acquire() as connection:
            yield connection

    async def answers(self) -> bool:
        """Whether the server takes a statement now."""
        try:
            async with asyncio.timeout(PROBE_TIMEOUT_S), self.connection() as conn:
                await conn.execute("SELECT 1")
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        return True

    async def close(self) -> None:
        """Wait for statements under way, but not for a server that went away under one."""
        try:
            await asyncio.wait_for(self.pool.close(), CLOSE_WITHIN_S)
        except TimeoutError:
            self.pool.terminate()


def connection_lost(fault: BaseException) -> bool:
    """Whether the server went away under a statement; a statement it refused is something else."""
    if isinstance(fault, asyncpg.InterfaceError):
        return "connection" in str(fault) and "closed" in str(fault)
    return isinstance(
        fault,
        ConnectionError
        | asyncpg.PostgresConnectionError
        | asyncpg.AdminShutdownError
        | asyncpg.CrashShutdownError
        | asyncpg.CannotConnectNowError,
    )


async def open_database(url: str, *, min_size: int = 1, max_size: int = 10) -> Database:
    """Connect. Raises OSError or asyncpg.PostgresError when the server does not answer."""
    pool: Any = await asyncpg.create_pool(  # pyright: ignore[reportUnknownMemberType] - asyncpg ships no types
        url,
        min_size=min_size,
        max_size=max_size,
        init=_prepare_connection,
        command_timeout=COMMAND_TIMEOUT_S,
        server_settings={"timezone": "UTC", "application_name": "reelpress"},
    )
    return Database(cast("Pool", pool), url)


async def connect(url: str, *, timeout: int = 60) -> Connection:
    """One connection outside of any pool, without codecs. The caller closes it."""
    opened = cast("Awaitable[Connection]", asyncpg.connect(url, timeout=timeout))  # pyright: ignore[reportUnknownMemberType] - as above
    return await opened


async def _prepare_connection(connection: Any) -> None:
    """JSON in its binary form, which alone may go through COPY."""
    for name, encoder, decoder in (("jsonb", _to_jsonb, _from_jsonb), ("json", _to_json, _from_json)):
        await connection.set_type_codec(
            name, encoder=encoder, decoder=decoder, schema="pg_catalog", format="binary"
        )


def _to_json(value: Any) -> bytes:
    # PostgreSQL's jsonb cannot hold U+0000; the doors refuse it, this is the last line.
    try:
        return _encode_json(value)
    except TypeError:  # a subclass of text or number
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _from_json(data: bytes) -> Any:
    try:
        return _decode_json(data)
    except msgspec.MsgspecError:  # a number too large for it
        return json.loads(data)


def _to_jsonb(value: Any) -> bytes:
    return JSONB_VERSION + _to_json(value)


def _from_jsonb(data: bytes) -> Any:
    return _from_json(data[1:])
