"""What work costs: CPU seconds, wall seconds, peak memory. Linux: read from the kernel's own accounts."""

import os
import resource
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_SAMPLE_S = 0.1


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one or more finished videos: sums over `videos`, the peak of all, bytes of the last one's file."""

    videos: int
    cpu_s: float
    wall_s: float
    peak_mb: float
    file_bytes: int

    @property
    def cpu_each_s(self) -> float:
        return self.cpu_s / self.videos


def run(command: Sequence[str], out: Path, environment: Mapping[str, str] | None = None) -> Cost:
    """Run one program to its end; user and system time of it and of all it waited for.

    Raises CalledProcessError, also where `out` was not written.
    """
    out.unlink(missing_ok=True)
    started = time.monotonic()
    log = out.with_suffix(".log")
    with log.open("wb") as said:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env={**os.environ, **(environment or {})},
        )
        # Not ru_maxrss: it starts from the size of the process that started this one.
        with PeakPss(process.pid) as peak:
            _, status, used = os.wait4(process.pid, 0)
    wall_s = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0 or not out.exists():
        raise subprocess.CalledProcessError(process.returncode, list(command), stderr=log.read_bytes())
    return Cost(1, used.ru_utime + used.ru_stime, wall_s, peak.mb, out.stat().st_size)


def own_cpu_s() -> float:
    """CPU seconds of this process, all its threads, and its children, living ones too."""
    spent = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        used = resource.getrusage(who)
        spent += used.ru_utime + used.ru_stime
    return spent + sum(_cpu_of(pid) for pid in descendants(os.getpid()))


def descendants(pid: int) -> Iterator[int]:
    """Living children, their children and so on."""
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in _read(listed).split():
            yield int(child)
            yield from descendants(int(child))


def pss_mb(pid: int) -> float:
    """Proportional set size: memory of one process, shared pages divided among those who share them."""
    for line in _read(Path(f"/proc/{pid}/smaps_rollup")).splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


class PeakPss:
    """Watches a process and its descendants from outside; `mb` is the highest sum seen."""

    def __init__(self, pid: int) -> None:
        self.mb = 0.0
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        self._look()

    def _watch(self) -> None:
        self._look()
        while not self._over.wait(_SAMPLE_S):
            self._look()

    def _look(self) -> None:
        self.mb = max(self.mb, sum(map(pss_mb, [self._pid, *descendants(self._pid)])))


def _cpu_of(pid: int) -> float:
    """User, system, and the same of children already waited for (proc(5), fields 14 to 17 of stat)."""
    fields = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICKS_PER_S if fields else 0.0


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, ValueError):
        return ""  # it has ended
