"""What tests stand on: a real PostgreSQL, a real server, a real worker."""

import asyncio
import os
import tempfile
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import asyncpg
import pytest
from argon2 import PasswordHasher

from reelpress.platform.auth import service
from reelpress.platform.config import Settings
from reelpress.platform.context import Platform, open_platform
from reelpress.platform.db import connect
from reelpress.platform.db.embedded import embedded, wait_until_ready
from reelpress.platform.db.migrate import upgrade
from tests.support import skips
from tests.support.ports import free_port

if TYPE_CHECKING:
    from tests.support.live import LiveServer

FAST_AND_LOOSE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


def pytest_configure(config: pytest.Config) -> None:
    """The run that counts must not skip."""
    if skips.wanted() and not hasattr(config, "workerinput"):
        config.pluginmanager.register(skips.SkipPolicy())


@dataclass(frozen=True)
class TestWorkspace:
    """A workspace with its credentials."""

    __test__ = False
    id: str
    api_token: str
    data_key: str
    admin_email: str
    admin_password: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.api_token}"}

    @property
    def basic(self) -> aiohttp.BasicAuth:
        return aiohttp.BasicAuth(self.id, self.data_key)


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """Argon2 with its smallest cost: a test makes a workspace with a password, and there are hundreds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session")
def postgres_folder() -> Iterator[Path]:
    """Where the server of the run lives; everybody may enter, for it runs under another account."""
    with tempfile.TemporaryDirectory(prefix="reelpress-tests-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def postgres_url(postgres_folder: Path) -> Iterator[str]:
    """One server for the whole run; `reelpress_template` holds the migrated schema."""
    server = embedded(postgres_folder)
    server.prepare()
    log_file = postgres_folder / "postgres.log"
    child = server.start(log_file, FAST_AND_LOOSE)
    try:
        asyncio.run(_prepare_template(server.url, child, log_file))
        yield server.url
    finally:
        child.terminate()
        child.wait(20)
        server.forget_socket()


async def _prepare_template(url: str, child: object, log_file: Path) -> None:
    await wait_until_ready(url, child, log_file)
    admin = await connect(url)
    await admin.execute("CREATE DATABASE reelpress_template")
    await admin.close()
    await upgrade(url.replace("/postgres?", "/reelpress_template?"))


@pytest.fixture
async def database_url(postgres_url: str, postgres_folder: Path) -> AsyncGenerator[str]:
    """A fresh, migrated database."""
    name = f"test_{os.getpid()}_{os.urandom(4).hex()}"
    try:
        admin = await connect(postgres_url)
    except (OSError, asyncpg.PostgresError) as fault:
        said = (postgres_folder / "postgres.log").read_text(errors="replace")[-2000:]
        pytest.fail(f"the server of the tests is gone: {fault!r}; its log ends:\n{said}", pytrace=False)
    # A copy of the files takes a fifth of the time that replaying the template's blocks through the WAL does.
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE reelpress_template STRATEGY FILE_COPY")
    try:
        yield postgres_url.replace("/postgres?", f"/{name}?")
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a process under test; its own origin is the only inside address it may reach."""
    port, mailbox_port = free_port(), free_port()
    return Settings(
        _env_file=None,
        data_dir=tmp_path / "data",
        database_url=database_url,
        port=port,
        public_url=f"http://127.0.0.1:{port}",
        http_allow=(f"http://127.0.0.1:{port}",),
        mailbox_port=mailbox_port,
        render_processes=1,
        log_json=False,
        log_level="WARNING",
    )


@pytest.fixture
async def platform(settings: Settings) -> AsyncGenerator[Platform]:
    """Every door open on a fresh database."""
    async with open_platform(settings) as platform:
        yield platform


@pytest.fixture
async def workspace(platform: Platform) -> TestWorkspace:
    """A workspace with an admin, a token and a Data API key."""
    from reelpress.app.workspaces import NewWorkspace, make_workspace

    made = await make_workspace(
        platform,
        NewWorkspace(name="Lantern & Co", admin_email="admin@example.com", admin_password="long enough"),
    )
    return TestWorkspace(
        made.workspace_id, made.api_token, made.data_api_key, made.admin_email, made.admin_password
    )


@pytest.fixture
async def server(platform: Platform) -> "AsyncGenerator[LiveServer]":
    """A live server with the whole program, a worker and the mailbox, on a real port."""
    from tests.support.live import start_live

    async with start_live(platform) as live:
        yield live


@pytest.fixture
async def http() -> AsyncGenerator[aiohttp.ClientSession]:
    """A browser-like client: keeps cookies, also those of an IP address."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


@pytest.fixture
def settle(platform: Platform) -> Callable[..., object]:
    """Wait until no due job is queued or running."""

    async def wait(within_s: float = 60.0) -> None:
        async with asyncio.timeout(within_s):
            while True:
                async with platform.db.connection() as conn:
                    busy = await conn.fetchval(
                        "SELECT count(*) FROM pgqueuer WHERE status = 'picked' "
                        "OR (status = 'queued' AND execute_after <= now() + interval '2 seconds')"
                    )
                if not busy:
                    return
                await asyncio.sleep(0.05)

    return wait
