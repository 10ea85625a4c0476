"""`reelpress up`: the embedded database and every role as children of one process.

A child that ends is started again (with a growing pause); a stop signal ends the roles first and the
database last. Children are told by the kernel when this process dies, so a `kill -9` leaves nothing behind.
"""

import asyncio
import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from reelpress.platform.config import Settings
from reelpress.platform.db.embedded import EmbeddedPostgres, embedded, wait_until_ready
from reelpress.platform.errors import StartupFault
from reelpress.platform.sandbox import die_with_parent

ROLE_STOP_TIMEOUT_S = 25.0
LONGEST_PAUSE_S = 10.0
STEADY_S = 30.0  # a child that ran this long starts again without a pause
TICK_S = 0.1


@dataclass(slots=True)
class Child:
    """One supervised process. `due`: when it starts again, once it was seen to have ended."""

    name: str
    process: "subprocess.Popen[bytes]"
    started: float = field(default_factory=time.monotonic)
    falls: int = 0
    due: float | None = None


class Supervisor:
    """Starts, watches and stops the processes of one data directory."""

    def __init__(self, settings: Settings, *, workers: int, say: Console) -> None:
        self._settings = settings
        self._workers = workers
        self._say = say
        self._stop = False
        self._logs = settings.data_dir / "logs"
        self._postgres: EmbeddedPostgres | None = None
        self._children: dict[str, Child] = {}

    def start(self) -> None:
        """Database, schema, roles. Raises StartupFault."""
        self._logs.mkdir(parents=True, exist_ok=True)
        if self._settings.database_url is None:
            self._postgres = embedded(self._settings.data_dir)
            self._postgres.prepare()
            self._start_postgres()
        asyncio.run(self._migrate())
        for name in self._role_names():
            self._children[name] = Child(name, self._start_role(name))

    def watch(self, until: Callable[[], bool] = lambda: False) -> None:
        """Keep everything running until a stop signal or until the condition holds."""
        while not self._stop and not until():
            for child in list(self._children.values()):
                if child.process.poll() is not None:
                    self._tend(child)
            time.sleep(TICK_S)

    def request_stop(self, *_: object) -> None:
        """Signal handler: end `watch`."""
        self._stop = True

    @property
    def stopping(self) -> bool:
        """Whether a stop signal has come."""
        return self._stop

    def stop(self) -> None:
        """Roles first, so that what they do can still be recorded; then the database."""
        postgres = self._children.pop("postgres", None)
        for child in self._children.values():
            child.process.terminate()
        deadline = time.monotonic() + ROLE_STOP_TIMEOUT_S
        for child in self._children.values():
            _wait_or_kill(child.process, deadline - time.monotonic())
        self._children.clear()
        if postgres is not None:
            postgres.process.send_signal(signal.SIGINT)  # fast shutdown
            _wait_or_kill(postgres.process, ROLE_STOP_TIMEOUT_S)
            if self._postgres is not None:
                self._postgres.forget_socket()

    def _role_names(self) -> list[str]:
        mailbox = ["mailbox"] if self._settings.mailbox_port else []
        return ["api", *(f"worker-{number + 1}" for number in range(self._workers)), "scheduler", *mailbox]

    def _start_role(self, name: str) -> "subprocess.Popen[bytes]":
        with (self._logs / f"{name}.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - this program itself, no shell
                [sys.executable, "-m", "reelpress", name.split("-")[0]],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=lambda: die_with_parent(signal.SIGTERM),
                env={**os.environ, **role_environment(self._settings)},
            )

    def _start_postgres(self) -> None:
        """The first time; later the roles wait for it by themselves, also while it recovers."""
        assert self._postgres is not None
        process = self._spawn_postgres()
        self._children["postgres"] = Child("postgres", process)
        asyncio.run(wait_until_ready(self._postgres.url, process, self._postgres_log))

    def _spawn_postgres(self) -> "subprocess.Popen[bytes]":
        assert self._postgres is not None
        return self._postgres.start(self._postgres_log)

    @property
    def _postgres_log(self) -> Path:
        return self._logs / "postgres.log"

    async def _migrate(self) -> None:
        from reelpress.platform.db.migrate import upgrade  # Alembic takes a second to import

        if self._postgres is not None:
            await upgrade(self._postgres.url)
        elif self._settings.database_url is not None:
            await upgrade(self._settings.database_url.get_secret_value())

    def _tend(self, ended: Child) -> None:
        """Start a child again when its pause is over; nobody else waits for it."""
        now = time.monotonic()
        if ended.due is None:
            ended.falls = 0 if now - ended.started > STEADY_S else ended.falls + 1
            ended.due = now + min(LONGEST_PAUSE_S, 0.2 * 2 ** (ended.falls - 1) if ended.falls else 0.0)
            log_file = self._logs / f"{ended.name}.log"
            self._say.print(f"[yellow]{ended.name} ended; starting it again[/] (see {log_file})")
        if now >= ended.due:
            process = self._spawn_postgres() if ended.name == "postgres" else self._start_role(ended.name)
            self._children[ended.name] = Child(ended.name, process, falls=ended.falls)


@contextmanager
def running(settings: Settings, *, workers: int, say: Console) -> Generator[Supervisor]:
    """Everything up inside the block; stopped at its end. Raises StartupFault when another one runs."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with _only_one(settings.data_dir):
        supervisor = Supervisor(settings, workers=workers, say=say)
        previous = {
            number: signal.signal(number, supervisor.request_stop)
            for number in (signal.SIGTERM, signal.SIGINT)
        }
        try:
            supervisor.start()
            yield supervisor
        finally:
            supervisor.stop()
            for number, handler in previous.items():
                signal.signal(number, handler)


def role_environment(settings: Settings) -> dict[str, str]:
    """What a child needs to open the same installation."""
    samples = {"REELPRESS_SAMPLES_DIR": str(settings.samples_dir)} if settings.samples_dir else {}
    return {
        **samples,
        "REELPRESS_DATA_DIR": str(settings.data_dir.resolve()),
        "REELPRESS_PORT": str(settings.port),
        "REELPRESS_PUBLIC_URL": settings.public_url,
        "REELPRESS_HTTP_ALLOW": ",".join(settings.http_allow),
        "REELPRESS_MAILBOX_PORT": str(settings.mailbox_port),
    }


@contextmanager
def _only_one(data_dir: Path) -> Generator[None]:
    with (data_dir / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartupFault(
                f"Reelpress is already running on {data_dir}; stop it or set another REELPRESS_DATA_DIR"
            ) from None
        yield


def _wait_or_kill(process: "subprocess.Popen[bytes]", within_s: float) -> None:
    try:
        process.wait(max(0.1, within_s))
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
