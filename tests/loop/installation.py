"""A whole installation as an operator runs it: the command, its processes, and what it leaves behind."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg

from reelpress.platform.db.embedded import embedded_url
from tests.conftest import TestWorkspace
from tests.support.ports import free_port
from tests.support.studio_kit import Studio

# Generous: other work may share the machine. Whatever is awaited ends the wait at once.
READY_WITHIN_S = 180.0
STOPPED_WITHIN_S = 60.0
POLL_S = 0.05


@dataclass(frozen=True)
class Process:
    """One process of an installation."""

    pid: int
    parent: int
    command: str

    @property
    def role(self) -> str:
        """`up`, `demo`, `api`, `worker`, ..., `postgres`, `render`, or empty."""
        words = self.command.split()
        if "reelpress" in words:
            return words[words.index("reelpress") + 1]
        if "spawn_main" in self.command:
            return "render"
        return "postgres" if "postgres" in self.command else ""


@dataclass
class Installation:
    """One data directory with its ports; started and stopped any number of times."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    mailbox_port: int = field(default_factory=free_port)
    child: "subprocess.Popen[bytes] | None" = None

    @property
    def data_dir(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def said(self) -> str:
        """Everything the command printed so far."""
        return (self.folder / "said.txt").read_text(errors="replace")

    def settings(self) -> dict[str, str]:
        """The environment of every command of this installation."""
        return {
            **os.environ,
            "REELPRESS_DATA_DIR": str(self.data_dir),
            "REELPRESS_PORT": str(self.port),
            "REELPRESS_PUBLIC_URL": self.url,
            "REELPRESS_MAILBOX_PORT": str(self.mailbox_port),
            **self.environment,
        }

    def start(self, *arguments: str) -> None:
        """Start a command that stays; it has its own session, as if typed in a terminal of its own."""
        with (self.folder / "said.txt").open("ab") as said:
            self.child = subprocess.Popen(
                [sys.executable, "-m", "reelpress", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                env=self.settings(),
                cwd=self.folder,
                start_new_session=True,
            )

    async def up(self, *arguments: str) -> None:
        """`reelpress up`, until it is ready."""
        self.start("up", *arguments)
        await self.ready()

    async def ready(self) -> None:
        """Until /readyz answers 200. Fails when the command ends instead."""

        async def answers() -> bool:
            assert self.child is not None
            assert self.child.poll() is None, f"the command ended with {self.child.returncode}:\n{self.said}"
            return await self.readyz() == 200

        await wait_until(answers, READY_WITHIN_S, "the server is ready")

    async def readyz(self) -> int | None:
        """The status of /readyz; None when nobody answers."""
        timeout = aiohttp.ClientTimeout(total=5)
        with suppress(aiohttp.ClientError, TimeoutError):
            async with (
                aiohttp.ClientSession(timeout=timeout) as http,
                http.get(f"{self.url}/readyz") as answer,
            ):
                return answer.status
        return None

    async def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal to the command alone; its exit code. Raises TimeoutExpired when it hangs."""
        assert self.child is not None
        self.child.send_signal(number)
        await asyncio.to_thread(self.child.wait, 120)
        return self.child.returncode

    def processes(self) -> list[Process]:
        """All living processes of this installation, found by their environment, folder or command."""
        found = (_read(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit())
        marks = (os.fsencode(self.data_dir), os.fsencode(os.path.realpath(self.data_dir / "postgres")))
        return [process for process, traces in filter(None, found) if any(mark in traces for mark in marks)]

    def pid(self, role: str) -> int:
        """The one process of a role; of PostgreSQL the postmaster, of the render pool any child."""
        found = [process for process in self.processes() if process.role == role]
        postmasters = [process.pid for process in found if "-D" in process.command.split()]
        return postmasters[0] if role == "postgres" else found[0].pid

    async def ended(self, pid: int) -> None:
        """Until one process has ended."""

        async def over() -> bool:
            return all(process.pid != pid for process in self.processes())

        await wait_until(over, READY_WITHIN_S, f"process {pid} has ended")

    async def gone(self, within_s: float = STOPPED_WITHIN_S) -> None:
        """Until no process of this installation is left."""

        async def nothing() -> bool:
            return not self.processes()

        try:
            await wait_until(nothing, within_s, "every process has ended")
        except TimeoutError:
            raise AssertionError(f"still running: {self.processes()}") from None

    async def kill(self, role: str) -> int:
        """`kill -9` one process of a role, as soon as there is one; its pid."""
        killed: list[int] = []

        async def done() -> bool:
            with suppress(IndexError, ProcessLookupError):  # there is none, or it ends by itself just now
                pid = self.pid(role)
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
            return bool(killed)

        await wait_until(done, READY_WITHIN_S, f"a {role} runs")
        return killed[0]

    async def workspace(self, http: aiohttp.ClientSession) -> TestWorkspace:
        """Make one as the operator."""
        token = (self.data_dir / "operator.token").read_text().strip()
        email = f"admin-{os.urandom(4).hex()}@example.com"
        body = {"name": "Lantern & Co", "admin_email": email, "admin_password": "long enough"}
        headers = {"Authorization": f"Bearer {token}"}
        async with http.post(f"{self.url}/api/v1/workspaces", json=body, headers=headers) as answer:
            assert answer.status == 201, await answer.text()
            made = await answer.json()
        return TestWorkspace(
            made["workspace_id"], made["api_token"], made["data_api_key"], email, made["admin_password"]
        )

    async def studio(self, http: aiohttp.ClientSession, workspace: TestWorkspace) -> Studio:
        """A client of the workspace, with an API key."""
        url = f"{self.url}/api/v1/clients"
        body = {"name": "loop", "api_key": True}
        async with http.post(url, json=body, headers=workspace.headers) as answer:
            return Studio(http, self.url, workspace, (await answer.json())["api_key"])

    async def rows(self, query: str, *arguments: Any) -> list[dict[str, Any]]:
        """What the database itself says."""
        connection = await asyncpg.connect(embedded_url(self.data_dir), timeout=30)
        try:
            return [dict(row) for row in await connection.fetch(query, *arguments)]
        finally:
            await connection.close()


@asynccontextmanager
async def installed(**environment: str) -> AsyncGenerator[Installation]:
    """A fresh data directory; at the end nothing of it runs or lies around."""
    folder = Path(tempfile.mkdtemp(prefix="reelpress-loop-"))
    folder.chmod(0o755)  # the embedded server runs under another account when we are root
    installation = Installation(folder, dict(environment))
    try:
        yield installation
    finally:
        for process in installation.processes():
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
        if installation.child is not None:
            installation.child.wait(30)
        await installation.gone()
        shutil.rmtree(folder, ignore_errors=True)


async def wait_until(condition: Callable[[], Awaitable[bool]], within_s: float, what: str) -> None:
    """Poll a condition. Raises TimeoutError that names it."""
    deadline = time.monotonic() + within_s
    while not await condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {within_s:g} s in vain until {what}")
        await asyncio.sleep(POLL_S)


def _read(pid: int) -> tuple[Process, bytes] | None:
    """A process and everything that may tell whose it is; None when it is gone or a zombie."""
    home = Path("/proc") / str(pid)
    try:
        after_name = (home / "stat").read_text().rpartition(")")[2].split()
        command = (home / "cmdline").read_bytes()
        if after_name[0] == "Z":
            return None
        traces = b"\0".join(
            (command, (home / "environ").read_bytes(), os.fsencode((home / "cwd").readlink()))
        )
    except OSError:
        return None
    return Process(pid, int(after_name[1]), command.replace(b"\0", b" ").decode(errors="replace")), traces
