"""A run over many rows: all cores, one file a row, resumable; a row that fails stops nobody else."""

import asyncio
import errno
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from reelpress.cli.job import Job
from reelpress.cli.ledger import Ledger, Result, Status
from reelpress.cli.names import Names
from reelpress.cli.table import Row, Table
from reelpress.cli.work import Work, make
from reelpress.platform.errors import StartupFault
from reelpress.platform.sandbox import Sandbox, SandboxCrash, SandboxTimeout
from reelpress.studio.plan import Resolved
from reelpress.studio.render import RenderFault, prepare_plan

DRAFTS = ".drafts"
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


@dataclass(frozen=True, slots=True)
class Task:
    """A row that is to be rendered."""

    row: int
    file: str
    digest: str
    work: Work


@dataclass(slots=True)
class Summary:
    """Rows of a run by what became of them."""

    done: int = 0
    failed: int = 0
    skipped: int = 0

    @property
    def rows(self) -> int:
        return self.done + self.failed + self.skipped


Seen = Callable[[Summary], None]


@dataclass(slots=True)
class Batch:
    """One run. `seen` is told after every row, `preparing` before and after the template is made ready."""

    job: Job
    table: Table
    folder: Path
    cores: int
    prepare_timeout_s: float
    row_timeout_s: float
    limit: int | None = None
    seen: Seen = lambda _: None
    preparing: Callable[[bool], None] = lambda _: None
    summary: Summary = field(default_factory=Summary)
    _suspects: list[Task] = field(default_factory=list[Task])

    async def run(self, ledger: Ledger) -> Summary:
        """Render what is not done yet. Raises StartupFault where no row can be rendered."""
        drafts = self.folder / DRAFTS
        shutil.rmtree(drafts, ignore_errors=True)
        sandbox = Sandbox(self.cores)
        tasks = self._tasks(ledger, drafts)
        try:
            first = await _following(tasks)
            if first is not None:
                await self._prepare(sandbox, first.work)
                await self._side_by_side(sandbox, ledger, first, tasks)
                for suspect in self._suspects:
                    await self._render(sandbox, ledger, suspect, alone=True)
        finally:
            sandbox.close()
            shutil.rmtree(drafts, ignore_errors=True)
        return self.summary

    def _tasks(self, ledger: Ledger, drafts: Path) -> Iterator[Task | None]:
        """Rows to render in order; None for a row that needs nothing."""
        names = Names(".jpg" if self.job.how == "still" else ".mp4", chosen=self.table.name_column >= 0)
        for row in self.table.rows(self.limit):
            file = names.of(row.number, row.name)
            task = self._task(row, file, ledger, drafts)
            if task is not None and ledger.is_done(task.row, task.digest, file):
                self.summary.skipped += 1
                self.seen(self.summary)
                task = None
            yield task

    def _task(self, row: Row, file: str, ledger: Ledger, drafts: Path) -> Task | None:
        if row.fault:
            self._settle(ledger, Result(row.number, "", "failed", 0.0, 0, row.fault, ""))
            return None
        resolved = self.job.resolved(row.values)
        if not isinstance(resolved, Resolved):
            why = "; ".join(dict.fromkeys(fault.message for fault in resolved))
            self._settle(ledger, Result(row.number, "", "failed", 0.0, 0, why, ""))
            return None
        work = self.job.work(resolved, self.folder / file, drafts / file)
        return Task(row.number, file, work.digest, work)

    async def _prepare(self, sandbox: Sandbox, work: Work) -> None:
        if work.how != "press":
            return
        self.preparing(True)
        try:
            await sandbox.render(prepare_plan, work.order, timeout_s=self.prepare_timeout_s)
        except RenderFault as fault:
            raise StartupFault(f"the template cannot be made ready: {fault}") from None
        except (SandboxCrash, SandboxTimeout) as fault:
            raise StartupFault(f"the template cannot be made ready: {fault}") from None
        finally:
            self.preparing(False)

    async def _side_by_side(
        self, sandbox: Sandbox, ledger: Ledger, first: Task, tasks: Iterator[Task | None]
    ) -> None:
        async def serve(task: Task | None) -> None:
            while task is not None:
                await self._render(sandbox, ledger, task)
                task = await _following(tasks)

        servers = [asyncio.create_task(serve(first))]
        for _ in range(self.cores - 1):
            following = await _following(tasks)
            servers.append(asyncio.create_task(serve(following)))
        try:
            await asyncio.gather(*servers)
        finally:
            for server in servers:
                server.cancel()
            await asyncio.gather(*servers, return_exceptions=True)

    async def _render(self, sandbox: Sandbox, ledger: Ledger, task: Task, *, alone: bool = False) -> None:
        """A row is tried again alone after a process died, so that it is not blamed for its neighbour."""
        started = time.monotonic()
        size, why = 0, ""
        try:
            size = await sandbox.render(make, task.work, timeout_s=self.row_timeout_s)
        except SandboxCrash as fault:
            if not alone:
                self._suspects.append(task)
                return
            why = str(fault)
        except (SandboxTimeout, RenderFault) as fault:
            why = str(fault)
        except OSError as problem:
            if problem.errno in _NO_ROOM:
                raise StartupFault(
                    f"{self.folder}: {problem.strerror}; make room and run the same command again"
                ) from None
            why = f"{problem.strerror or 'a file cannot be read or written'}"
        except Exception as fault:
            why = f"the render failed: {type(fault).__name__}"
        status: Status = "failed" if why else "done"
        took = time.monotonic() - started
        self._settle(ledger, Result(task.row, "" if why else task.file, status, took, size, why, task.digest))

    def _settle(self, ledger: Ledger, result: Result) -> None:
        ledger.write(result)
        if result.status == "done":
            self.summary.done += 1
        else:
            self.summary.failed += 1
        self.seen(self.summary)


async def _following(tasks: Iterator[Task | None]) -> Task | None:
    """The next row to render; the loop gets a turn after every row, so that Ctrl-C is heard."""
    for task in tasks:
        await asyncio.sleep(0)
        if task is not None:
            return task
    return None
