"""Group commit: calls that arrive while a transaction runs are written together by the next one."""

import asyncio
from collections import deque
from contextvars import copy_context
from dataclasses import dataclass, field

from reelpress.engage.data_api import faults, service
from reelpress.engage.data_api.access import Workspace
from reelpress.engage.data_api.service import Call
from reelpress.platform.context import Platform
from reelpress.platform.db import connection_lost
from reelpress.platform.telemetry import INTAKE_CALLS, log

MOST_TOGETHER = 1_000_000
"""Bytes of the bodies of one transaction: some 4000 events."""
MOST_WAITING = 16_000_000
"""Bytes of bodies that may wait in one process before callers are asked to come later; read, they take
some ten times that."""
WRITERS = 4
"""Transactions under way at once."""
MUCH = 200_000
"""With so many bytes of bodies waiting, a second transaction of the workspace starts: the database and we
then work at the same time. Below it, one larger transaction is cheaper than two."""


@dataclass(slots=True)
class _Waiting:
    call: Call
    answer: "asyncio.Future[None]"


@dataclass(slots=True)
class _Line:
    """The calls of one workspace in their order, their bytes, and how many tasks write them."""

    workspace: Workspace
    waiting: deque[_Waiting] = field(default_factory=deque[_Waiting])
    size: int = 0
    writers: int = 0


class Intake:
    """Takes in the calls of one process. A call is answered after its commit, with its own result.

    What arrives while a transaction of its workspace runs is the next one's. A call that the database
    refuses costs the others nothing: their transaction is tried again in halves, until it is by itself.
    """

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._lines: dict[str, _Line] = {}
        self._writers = asyncio.Semaphore(WRITERS)
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting = 0
        # Not a request's: its id would end up in what is written for others.
        self._context = copy_context()

    async def accept(self, workspace: Workspace, call: Call) -> None:
        """Return after the commit. Raises DataApiFault (503) when too much waits, else what failed."""
        if self._waiting + call.size > MOST_WAITING and self._waiting:
            raise faults.overloaded()
        line = self._lines.get(workspace.id)
        if line is None or line.workspace != workspace:
            line = self._lines[workspace.id] = _Line(workspace)
        loop = asyncio.get_running_loop()
        waiting = _Waiting(call, loop.create_future())
        self._waiting += call.size
        line.size += call.size
        line.waiting.append(waiting)
        if not line.writers or (line.size > MUCH and line.writers == 1):
            line.writers += 1
            writer = loop.create_task(self._write_out(line), context=self._context)
            self._tasks.add(writer)
            writer.add_done_callback(self._tasks.discard)
        await waiting.answer

    async def _write_out(self, line: _Line) -> None:
        while line.waiting:
            async with self._writers:
                together = _next(line)
                if together:
                    INTAKE_CALLS.observe(len(together))
                    await self._write(line.workspace, together)
            self._waiting -= sum(one.call.size for one in together)
        line.writers -= 1  # from here on the next call starts a writer of its own
        if not line.writers and self._lines.get(line.workspace.id) is line:
            del self._lines[line.workspace.id]

    async def _write(self, workspace: Workspace, together: list[_Waiting]) -> None:
        try:
            await service.write(self._platform, workspace, [one.call for one in together])
        except Exception as fault:
            # Without an answer from the database nobody knows what was committed: the senders decide.
            if len(together) == 1 or connection_lost(fault) or isinstance(fault, OSError):
                for one in together:
                    if not one.answer.done():
                        one.answer.set_exception(fault)
                return
            log.warning("calls are written apart", workspace=workspace.id, fault=type(fault).__name__)
            half = len(together) // 2
            await self._write(workspace, together[:half])
            await self._write(workspace, together[half:])
        else:
            for one in together:
                if not one.answer.done():
                    one.answer.set_result(None)


def _next(line: _Line) -> list[_Waiting]:
    """The oldest calls, as many as belong in one transaction; none when another writer took them."""
    together: list[_Waiting] = []
    size = 0
    while line.waiting and (not together or size + line.waiting[0].call.size <= MOST_TOGETHER):
        together.append(line.waiting.popleft())
        size += together[-1].call.size
    line.size -= size
    return together
