"""What a process of Reelpress has in hand: settings, doors, keys and the clock."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from reelpress.platform.clock import Clock, SystemClock
from reelpress.platform.config import Settings
from reelpress.platform.crypto import Keyring, open_keyring
from reelpress.platform.db import Database, open_database
from reelpress.platform.db.embedded import embedded_url
from reelpress.platform.http_out import HttpOut
from reelpress.platform.jobs import Jobs
from reelpress.platform.sandbox import Sandbox
from reelpress.platform.smtp_out import SmtpOut
from reelpress.platform.storage import Storage, open_storage


@dataclass(frozen=True, slots=True)
class Platform:
    """Passed to every service; nothing of it is global."""

    settings: Settings
    db: Database
    jobs: Jobs
    http: HttpOut
    smtp: SmtpOut
    storage: Storage
    sandbox: Sandbox
    keys: Keyring
    clock: Clock


@asynccontextmanager
async def open_platform(settings: Settings, *, clock: Clock | None = None) -> AsyncGenerator[Platform]:
    """Open every door and close them at the end."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = await open_database(database_url(settings), max_size=20)
    sandbox = Sandbox(settings.render_processes)
    try:
        async with HttpOut(settings.http_allow) as http, SmtpOut(smtp_allow(settings)) as smtp:
            yield Platform(
                settings=settings,
                db=database,
                jobs=Jobs(),
                http=http,
                smtp=smtp,
                storage=open_storage(settings.storage_url, settings.data_dir),
                sandbox=sandbox,
                keys=open_keyring(settings.root_key, settings.data_dir),
                clock=clock or SystemClock(),
            )
    finally:
        sandbox.close()
        await database.close()


def database_url(settings: Settings) -> str:
    """The configured server, else the embedded one."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    return embedded_url(settings.data_dir)


def smtp_allow(settings: Settings) -> tuple[str, ...]:
    """The operator's list and our own mailbox."""
    if settings.mailbox_port == 0:
        return settings.smtp_allow
    return (*settings.smtp_allow, f"{settings.mailbox_host}:{settings.mailbox_port}")
