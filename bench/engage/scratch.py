"""A scratch installation: the embedded PostgreSQL, one workspace, and the roles a trial needs."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.ports import free_port

from bench.engage.client import Load
from bench.measure import descendants
from reelpress.app.workspaces import MadeWorkspace, NewWorkspace, make_workspace
from reelpress.platform.config import Settings
from reelpress.platform.context import open_platform
from reelpress.platform.db.embedded import EmbeddedPostgres, embedded, wait_until_ready
from reelpress.platform.db.migrate import upgrade

READY_WITHIN_S = 60.0
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Scratch:
    """A running installation; fsync and synchronous_commit are on, as they are for everybody."""

    folder: Path
    port: int
    database_url: str
    postgres: int
    roles: dict[str, int]
    workspace: MadeWorkspace

    def load(self, call: str, bodies: Sequence[bytes], connections: int, seconds: float) -> Load:
        """A load of one Data API call."""
        workspace = self.workspace
        path = f"/v1/{call}/{workspace.workspace_id}"
        return Load(
            self.port, path, workspace.workspace_id, workspace.data_api_key, bodies, connections, seconds
        )

    def cpu_s(self) -> dict[str, float]:
        """CPU seconds spent so far by PostgreSQL and by each role."""
        pids = {"postgres": self.postgres, **self.roles}
        return {name: sum(map(_cpu_of, [pid, *descendants(pid)])) for name, pid in pids.items()}


@contextmanager
def scratch(roles: Sequence[str] = ("api",), **environment: str) -> Generator[Scratch]:
    """Start everything and take it down again; nothing stays on the disk."""
    folder = Path(tempfile.mkdtemp(prefix="reelpress-bench-"))
    folder.chmod(0o755)  # the embedded server runs under another account when we are root
    server = embedded(folder)
    server.prepare()
    log = folder / "postgres.log"
    postgres = server.start(log)
    port = free_port()
    started: dict[str, subprocess.Popen[bytes]] = {}
    try:
        workspace = asyncio.run(_prepare(server, postgres, log, folder))
        variables = {
            **os.environ,
            "REELPRESS_DATA_DIR": str(folder),
            "REELPRESS_PORT": str(port),
            "REELPRESS_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "REELPRESS_MAILBOX_PORT": "0",
            "REELPRESS_HTTP_ALLOW": f"http://127.0.0.1:{port}",
            "REELPRESS_LOG_LEVEL": "WARNING",
            **environment,
        }
        for role in roles:
            with (folder / f"{role}.log").open("ab") as said:
                command = [sys.executable, "-m", "reelpress", role]
                started[role] = subprocess.Popen(command, env=variables, stdout=said, stderr=said)
        _wait_until_ready(port, started, folder)
        pids = {name: child.pid for name, child in started.items()}
        yield Scratch(folder, port, server.url, postgres.pid, pids, workspace)
    finally:
        for child in [*started.values(), postgres]:
            child.terminate()
            child.wait(40)
        server.forget_socket()
        cluster = (folder / "postgres").resolve()
        shutil.rmtree(cluster, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


async def _prepare(
    server: EmbeddedPostgres, child: "subprocess.Popen[bytes]", log: Path, folder: Path
) -> MadeWorkspace:
    await wait_until_ready(server.url, child, log)
    await upgrade(server.url)
    async with open_platform(Settings(_env_file=None, data_dir=folder)) as platform:
        return await make_workspace(platform, NewWorkspace(name="Bench", admin_email="bench@example.com"))


def _wait_until_ready(port: int, started: dict[str, "subprocess.Popen[bytes]"], folder: Path) -> None:
    if "api" not in started:
        return
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        for role, child in started.items():
            if child.poll() is not None:
                raise RuntimeError(f"{role} ended: {(folder / f'{role}.log').read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the API did not get ready")


def _cpu_of(pid: int) -> float:
    """User and system time of a process and of the children it has waited for (proc(5), stat)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:13])) / _TICKS_PER_S
