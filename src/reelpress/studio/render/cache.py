"""What was rendered before, on this machine: segments and prepared frames by their keys.

Files are shared by all processes of the machine; one process at a time makes what a key stands for (single
flight, by a lock on a file), the others wait and read. The least recently used go when the folder is full.
"""

import fcntl
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from reelpress.studio.render.segment import Segment, SegmentFault

MEMORY_BYTES = 96 * 1024 * 1024
DISK_BYTES = 8 * 1024 * 1024 * 1024
_SWEEP_EVERY_BYTES = 256 * 1024 * 1024
_LOW_WATER = 0.8  # a sweep frees down to this share of the cap
_IN_WORK = (".lock", ".part")
_OWN, _OWN_LIFE_S = "-own", 24 * 3600.0
_PURGE_EVERY_S = 3600.0
_STALE_S = 3600.0  # drafts and locks this old were left behind by a process that was killed


@dataclass(slots=True)
class Counters:
    """Where segments came from since the process began."""

    memory: int = 0
    disk: int = 0
    made: int = 0


@dataclass(slots=True)
class _Memory:
    """Least recently used segments of this process."""

    limit: int
    held: OrderedDict[str, Segment] = field(default_factory=OrderedDict[str, Segment])
    bytes: int = 0

    def get(self, key: str) -> Segment | None:
        found = self.held.get(key)
        if found is not None:
            self.held.move_to_end(key)
        return found

    def put(self, key: str, segment: Segment) -> None:
        if key in self.held or len(segment.data) > self.limit // 4:
            return
        self.held[key] = segment
        self.bytes += len(segment.data)
        while self.bytes > self.limit:
            _, gone = self.held.popitem(last=False)
            self.bytes -= len(gone.data)


def own(key: str) -> str:
    """The key of what shows one customer's values: it goes a day after its last use, full or not."""
    return key + _OWN


class Cache:
    """One folder of the machine. Safe for many processes and threads."""

    def __init__(
        self, folder: Path, *, memory_bytes: int = MEMORY_BYTES, disk_bytes: int = DISK_BYTES
    ) -> None:
        self.folder = folder
        self.counters = Counters()
        self._memory = _Memory(memory_bytes)
        self._disk_bytes = disk_bytes
        self._unswept = 0
        self._purged = time.monotonic()
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, key: str) -> Path:
        return self.folder / key[:2] / key

    def known(self, key: str) -> bool:
        with self._lock:
            return key in self._memory.held or self.path(key).exists()

    def segment(self, key: str, make: Callable[[], Segment]) -> Segment:
        """The segment of a key, made by the first who asks."""
        found = self._found(key)
        if found is not None:
            return found
        with self._flight(key):
            found = self._found(key)
            if found is None:
                found = make()
                self.write(key, found.encode())
                with self._lock:
                    self.counters.made += 1
                    self._memory.put(key, found)
        return found

    def file(
        self, key: str, make: Callable[[Path], None], whole: Callable[[Path], bool] = lambda _: True
    ) -> Path:
        """A file of a key; `make` writes it under the name it is given. It may go once it is not opened.

        One that is not `whole`, as a machine that lost power leaves it, is made anew.
        """
        path = self.path(key)
        if not _usable(path, whole):
            with self._flight(key):
                if not _usable(path, whole):
                    draft = self._draft(path)
                    try:
                        make(draft)
                        size = draft.stat().st_size
                        draft.replace(path)
                    finally:
                        draft.unlink(missing_ok=True)
                    self._grown(size)
        return path

    def write(self, key: str, data: bytes) -> None:
        """Keep bytes under a key; they appear whole."""
        path = self.path(key)
        draft = self._draft(path)
        draft.write_bytes(data)
        draft.replace(path)
        self._grown(len(data))

    def _found(self, key: str) -> Segment | None:
        with self._lock:
            found = self._memory.get(key)
            if found is not None:
                self.counters.memory += 1
                return found
        path = self.path(key)
        if not _touched(path):
            return None
        try:
            found = Segment.read(path)
        except (SegmentFault, OSError):
            path.unlink(missing_ok=True)
            return None
        with self._lock:
            self.counters.disk += 1
            self._memory.put(key, found)
        return found

    @contextmanager
    def _flight(self, key: str) -> Generator[None]:
        """Hold the key: threads and processes that want it wait."""
        lock = self.path(key).with_name(f"{key}.lock")
        lock.parent.mkdir(exist_ok=True)
        with lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
            with suppress(OSError):
                lock.unlink()

    def _draft(self, path: Path) -> Path:
        path.parent.mkdir(exist_ok=True)
        return path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident():x}.part")

    def _grown(self, size: int) -> None:
        with self._lock:
            self._unswept += size
            full = self._unswept >= min(_SWEEP_EVERY_BYTES, self._disk_bytes // 8)
            due = time.monotonic() - self._purged > _PURGE_EVERY_S
            if not full and not due:
                return
            self._unswept, self._purged = 0, time.monotonic()
        self.sweep()

    def sweep(self) -> None:
        """Remove customers' own files of another day, then the least recently used until below the cap."""
        files: list[tuple[float, int, Path]] = []
        left_behind, forgotten = time.time() - _STALE_S, time.time() - _OWN_LIFE_S
        for path in self.folder.glob("*/*"):
            with suppress(OSError):
                facts = path.stat()
                if (facts.st_mtime < left_behind and path.name.endswith(_IN_WORK)) or (
                    facts.st_mtime < forgotten and _OWN in path.name
                ):
                    path.unlink()
                else:
                    files.append((facts.st_mtime, facts.st_size, path))
        held = sum(size for _, size, _ in files)
        if held <= self._disk_bytes:
            return
        for _, size, path in sorted(files):
            if held <= _LOW_WATER * self._disk_bytes:
                return
            if not path.name.endswith(_IN_WORK):
                path.unlink(missing_ok=True)
                held -= size


def _usable(path: Path, whole: Callable[[Path], bool]) -> bool:
    try:
        return _touched(path) and whole(path)
    except FileNotFoundError:
        return False


def _touched(path: Path) -> bool:
    """Whether it is there; its time of use is now."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True
