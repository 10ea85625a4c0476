"""The one door to other processes: untrusted work under limits, renders in a pool of children."""

import asyncio
import contextlib
import ctypes
import io
import multiprocessing
import os
import pickle
import resource
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection as Pipe
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TypeVar, cast

T = TypeVar("T")

KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "VIRTUAL_ENV")
PR_SET_PDEATHSIG = 1
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
KILL_GRACE_S = 1.0
LOG_CHARACTERS = 20_000
NICENESS = 15


@dataclass(frozen=True, slots=True)
class Limits:
    """What untrusted work may use: wall seconds, address space in MB, size of a written file in MB."""

    seconds: float = 20.0
    memory_mb: int = 512
    file_mb: int = 1024


class SandboxTimeout(Exception):
    """The work did not end within its time."""


class SandboxCrash(Exception):
    """The process ended without an answer: out of memory, a crash in a decoder, or it was killed."""


class Sandbox:
    """Runs importable functions with picklable arguments in other processes."""

    def __init__(self, render_processes: int) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._render_processes = render_processes
        self._pool: ProcessPoolExecutor | None = None
        self._closed = False

    async def run(
        self,
        function: Callable[..., T],
        *arguments: object,
        limits: Limits | None = None,
        folder: Path | None = None,
    ) -> T:
        """Run in a fresh process: limits, scrubbed environment, private folder, killed as a group.

        Raises SandboxTimeout, SandboxCrash, or what the function raised.
        """
        return await asyncio.to_thread(self._run, function, arguments, limits or Limits(), folder)

    async def render(
        self, function: Callable[..., T], *arguments: object, timeout_s: float, yielding: bool = False
    ) -> T:
        """Run in the pool of render processes. Raises SandboxTimeout, SandboxCrash, or the function's own.

        `yielding` work leaves the processors to work that is not, also in other processes. After a crash or
        a time-out the pool is made anew; what else ran in it raises SandboxCrash.
        """
        pool = self._open_pool()
        try:
            work = partial(_yielding, function) if yielding else function
            future = asyncio.wrap_future(pool.submit(work, *arguments))
            return await asyncio.wait_for(future, timeout_s)
        except BrokenProcessPool as fault:
            self._drop(pool)
            raise SandboxCrash("the render process died") from fault
        except TimeoutError as fault:
            self._drop(pool)
            raise SandboxTimeout(f"the render took longer than {timeout_s:g} s") from fault

    def close(self) -> None:
        """Stop the render processes; none is started any more."""
        self._closed = True
        if self._pool is not None:
            self._drop(self._pool)

    def _open_pool(self) -> ProcessPoolExecutor:
        if self._closed:
            raise SandboxCrash("the process is ending")
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._render_processes,
                mp_context=self._context,
                initializer=die_with_parent,
                initargs=(signal.SIGKILL, os.getpid()),
            )
        return self._pool

    def _drop(self, pool: ProcessPoolExecutor) -> None:
        if self._pool is pool:
            self._pool = None
        running = cast("dict[int, BaseProcess] | None", getattr(pool, "_processes", None))
        children = list((running or {}).values())
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
        pool.shutdown(wait=False, cancel_futures=True)

    def _run(
        self, function: Callable[..., T], arguments: tuple[object, ...], limits: Limits, folder: Path | None
    ) -> T:
        with contextlib.ExitStack() as stack:
            home = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="reelpress-")))
            ours, theirs = self._context.Pipe(duplex=False)
            child = self._context.Process(
                target=_child, args=(theirs, function, arguments, limits, str(home), os.getpid()), daemon=True
            )
            child.start()
            theirs.close()
            try:
                if not ours.poll(limits.seconds):
                    raise SandboxTimeout(f"the work took longer than {limits.seconds:g} s")
                try:
                    kind, value = _AnswerUnpickler(io.BytesIO(ours.recv_bytes())).load()
                except EOFError as fault:
                    raise SandboxCrash("the process ended without an answer") from fault
                except pickle.UnpicklingError as fault:
                    raise SandboxCrash("the process gave an answer that is not to be trusted") from fault
            finally:
                _kill_group(child.pid)
                child.kill()
                child.join(KILL_GRACE_S)
                ours.close()
        if kind == "raised":
            raise cast("BaseException", value)
        return cast("T", value)


class _AnswerUnpickler(pickle.Unpickler):
    """Reads a child's answer without trusting it: plain data, our record types and exceptions only."""

    def find_class(self, module_name: str, global_name: str, /) -> object:
        found: object = super().find_class(module_name, global_name)
        ours = module_name.startswith("reelpress.") or module_name in (
            "pathlib",
            "datetime",
            "uuid",
            "fractions",
        )
        if isinstance(found, type) and (ours or (module_name == "builtins" and issubclass(found, Exception))):
            return found
        raise pickle.UnpicklingError(f"{module_name}.{global_name} may not be in a sandbox's answer")


@dataclass(frozen=True, slots=True)
class ProgramResult:
    """How a program ended. `log` is the end of what it wrote to both outputs."""

    code: int
    log: str


class ProgramMissing(Exception):
    """The program is not installed."""


def run_program(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float
) -> ProgramResult:
    """Run an installed program inside a sandboxed function, in its private folder; its group dies with it.

    It sees nothing of our environment but PATH. Raises ProgramMissing, SandboxTimeout.
    """
    path = shutil.which(arguments[0])
    if path is None:
        raise ProgramMissing(f"{arguments[0]} is not installed")
    names = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), **environment}
    log = folder / "program.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - a list of arguments of our own, no shell
            [path, *arguments[1:]],
            cwd=folder,
            env=names,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise SandboxTimeout(f"{arguments[0]} took longer than {seconds:g} s") from None
        finally:
            process.kill()
            process.wait()
    return ProgramResult(code, log.read_text(errors="replace")[-LOG_CHARACTERS:])


def has_program(name: str) -> bool:
    """Whether `run_program` would find it."""
    return shutil.which(name) is not None


def leave_network() -> bool:
    """Give this process and what it starts a network without any device; False where that is not allowed.

    Linux, unshare(2). Best effort: containers often forbid it.
    """
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None, use_errno=True)
        return libc.unshare(CLONE_NEWNET) == 0 or libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0
    return False


def die_with_parent(signal_number: int = signal.SIGKILL, parent: int | None = None) -> None:
    """Ask the kernel to send a signal to this process when its parent ends (Linux).

    `parent` is who started us: where it ended before we could ask, we end here.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def give_back_memory() -> None:
    """Return to the system what was freed (glibc, malloc_trim(3)).

    Below its threshold, which grows to the size of a picture, malloc keeps it: after a publication, some
    300 MB of a process that is needed for hours.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _yielding(function: Callable[..., T], *arguments: object) -> T:
    """Run in a thread of low priority: on Linux each thread has its own, and gives it to those it starts."""
    with ThreadPoolExecutor(1, initializer=_be_nice) as thread:
        return thread.submit(function, *arguments).result()


def _be_nice() -> None:
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def _child(
    answer: Pipe,
    function: Callable[..., object],
    arguments: tuple[object, ...],
    limits: Limits,
    home: str,
    parent: int,
) -> None:
    os.setsid()
    die_with_parent(parent=parent)
    kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    os.environ.clear()
    os.environ.update(kept, HOME=home, TMPDIR=home)
    os.chdir(home)
    memory = limits.memory_mb * 1024 * 1024
    file_bytes = limits.file_mb * 1024 * 1024
    cpu_s = int(limits.seconds) * 2 + 1
    used = _address_space()
    resource.setrlimit(resource.RLIMIT_AS, (used + memory, used + memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        outcome: tuple[str, object] = ("value", function(*arguments))
        data = pickle.dumps(outcome)
    except MemoryError:
        data = pickle.dumps(("raised", SandboxCrash("the work needs more memory than it may use")))
    except Exception as fault:
        data = _pickled_fault(fault)
    answer.send_bytes(data)
    answer.close()


def _pickled_fault(fault: Exception) -> bytes:
    try:
        data = pickle.dumps(("raised", fault))
        pickle.loads(data)  # noqa: S301 - our own bytes: some exceptions pickle but do not unpickle
    except Exception:
        return pickle.dumps(("raised", SandboxCrash(f"the work failed: {type(fault).__name__}")))
    return data


def _address_space() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


def _kill_group(pid: int | None) -> None:
    if pid is not None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
