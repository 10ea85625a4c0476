"""Bring the schema up to date: Alembic orders plain SQL files, one connection runs them.

Alembic runs in its offline mode and hands us the SQL, so that no second driver is needed.
"""

import io
from pathlib import Path
from typing import Any, cast

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from pgqueuer import AsyncpgDriver, Queries

from reelpress.platform.db.database import Connection, connect

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x5265656C  # "Reel": one process migrates at a time


async def upgrade(url: str, to: str = "head") -> tuple[str | None, str]:
    """Run what is missing up to a version, in one transaction. Returns the version before and after."""
    connection = await connect(url)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        before = await _current_version(connection)
        script = _script(before, to)
        head = ScriptDirectory.from_config(_config()).get_current_head() or "" if to == "head" else to
        if before != head:
            await connection.execute(script)
        await _upgrade_queue(connection)
    finally:
        await connection.close()
    return before, head


async def _current_version(connection: Connection) -> str | None:
    if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
        return None
    return await connection.fetchval("SELECT version_num FROM alembic_version")


def _script(start: str | None, to: str) -> str:
    directory = ScriptDirectory.from_config(_config())
    buffer = io.StringIO()

    def steps(revision: object, context: object) -> object:
        del revision, context
        return directory._upgrade_revs(to, start or "base")  # pyright: ignore[reportPrivateUsage] - what its own upgrade command calls

    with EnvironmentContext(_config(), directory, fn=steps, as_sql=True, starting_rev=start) as environment:
        environment.configure(
            dialect_name="postgresql", output_buffer=buffer, as_sql=True, transactional_ddl=True
        )
        with environment.begin_transaction():
            environment.run_migrations()
    return buffer.getvalue()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


async def _upgrade_queue(connection: Connection) -> None:
    queries = Queries(AsyncpgDriver(cast("Any", connection)))
    if await connection.fetchval("SELECT to_regclass('pgqueuer')") is None:
        await queries.install()
    else:
        await queries.upgrade()
