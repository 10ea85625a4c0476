"""Background jobs on PostgreSQL (PgQueuer): enqueued in the transaction of the fact they follow from."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from pgqueuer import AsyncpgDriver, AsyncpgPoolDriver, Job, PgQueuer, Queries, RetryRequested

from reelpress.platform.db import Connection, connection_lost
from reelpress.platform.telemetry import JOB_SECONDS, JOBS, current_request_id, log, place_of, set_request_id

if TYPE_CHECKING:
    from pgqueuer.models import Schedule

    from reelpress.platform.context import Platform

HEARTBEAT = timedelta(seconds=5)  # a killed worker's jobs are taken up again after this
POLL = timedelta(seconds=2)
AFTER_LOST_CONNECTION_S = 1.0
BATCH = 20  # jobs taken at once; much larger batches are slower

Payload = dict[str, Any]
Handler = Callable[["Platform", Payload], Awaitable[None]]
CronHandler = Callable[["Platform"], Awaitable[None]]


class RetryLater(Exception):
    """The job should come again after `delay_s` seconds; `reason` is for the operator, no personal data."""

    def __init__(self, delay_s: float, reason: str) -> None:
        super().__init__(reason)
        self.delay_s = delay_s
        self.reason = reason


class DatabaseAway(BaseException):
    """The job stays taken and is taken up again when its lease has run out.

    Not an Exception: PgQueuer would hold the job as failed as soon as the database is back.
    """


class JobFailed(Exception):
    """What the job table keeps of a failure: where it happened, never the values it happened with."""


@dataclass(frozen=True, slots=True)
class HandlerEntry:
    """One kind of job: who does it, in which lane, how many at once over all workers (0: any number)."""

    handler: Handler
    lane: str
    concurrency: int


@dataclass(slots=True)
class Registry:
    """Which handler does which job, and what runs by the clock."""

    handlers: dict[str, HandlerEntry] = field(default_factory=dict[str, HandlerEntry])
    crons: dict[str, tuple[str, CronHandler]] = field(default_factory=dict[str, tuple[str, CronHandler]])

    def handle(self, name: str, handler: Handler, *, lane: str = "io", concurrency: int = 0) -> None:
        """Register a kind of job. Jobs of lane "render" are only taken when a render process is free."""
        self.handlers[name] = HandlerEntry(handler, lane, concurrency)

    def every(self, name: str, expression: str, handler: CronHandler) -> None:
        """Run by the scheduler role at each match of the cron expression (five fields, UTC)."""
        self.crons[name] = (expression, handler)


class Jobs:
    """The producing side."""

    async def enqueue(
        self, conn: Connection, name: str, payload: Payload, *, delay_s: float = 0.0, priority: int = 0
    ) -> None:
        """Add one job in the caller's open transaction."""
        await self.enqueue_many(conn, name, [payload], delay_s=delay_s, priority=priority)

    async def enqueue_many(
        self,
        conn: Connection,
        name: str,
        payloads: Sequence[Payload],
        *,
        delay_s: float = 0.0,
        priority: int = 0,
        request_ids: Sequence[str | None] | None = None,
    ) -> None:
        """Add many jobs of one kind in one statement, in the caller's open transaction.

        `request_ids` says which request each follows from, where that is not the running one.
        """
        if not payloads:
            return
        count = len(payloads)
        running = current_request_id()
        headers = [{"request_id": one} if one else None for one in _each(request_ids, running, count)]
        due: list[timedelta | None] = [timedelta(seconds=delay_s)] * count
        driver = AsyncpgDriver(cast("Any", conn))
        await Queries(driver).enqueue(
            [name] * count,
            [json.dumps(payload).encode() for payload in payloads],
            [priority] * count,
            due,
            headers=headers,
        )


class Worker:
    """The consuming side: one lane of jobs until `stop` is called. Running jobs end before it returns."""

    def __init__(self, platform: "Platform", registry: Registry, lane: str, *, at_once: int) -> None:
        self._platform = platform
        self._queue = PgQueuer(AsyncpgPoolDriver(cast("Any", platform.db.pool)))
        self._batch = max(1, min(BATCH, at_once // 2))
        self._at_once = max(at_once, 2 * self._batch)
        for name, entry in registry.handlers.items():
            if entry.lane == lane:
                self._queue.entrypoint(name, concurrency_limit=entry.concurrency, on_failure="hold")(
                    self._runner(name, entry.handler)
                )

    async def run(self) -> None:
        """Take and do jobs. Raises when the database goes away; the supervisor starts the process anew."""
        await self._queue.qm.run(
            dequeue_timeout=POLL,
            batch_size=self._batch,
            max_concurrent_tasks=self._at_once,
            heartbeat_timeout=HEARTBEAT,
        )

    def stop(self) -> None:
        """Take no more jobs."""
        self._queue.shutdown.set()

    def _runner(self, name: str, handler: Handler) -> Callable[[Job], Awaitable[None]]:
        async def run(job: Job) -> None:
            request_id = (job.headers or {}).get("request_id")
            set_request_id(str(request_id) if request_id else None)
            work = partial(handler, self._platform, json.loads(job.payload or b"{}"))
            await _run_counted(name, partial(_unless_database_is_lost, self._platform, work))

        return run


class Scheduler:
    """What runs by the clock; one scheduler does each tick, however many processes run."""

    def __init__(self, platform: "Platform", registry: Registry) -> None:
        self._queue = PgQueuer(AsyncpgPoolDriver(cast("Any", platform.db.pool)))
        for name, (expression, handler) in registry.crons.items():
            self._queue.schedule(name, expression, clean_old=True)(self._runner(platform, name, handler))

    async def run(self) -> None:
        await self._queue.sm.run()

    def stop(self) -> None:
        self._queue.shutdown.set()

    def _runner(
        self, platform: "Platform", name: str, handler: CronHandler
    ) -> Callable[["Schedule"], Awaitable[None]]:
        async def run(schedule: "Schedule") -> None:
            del schedule
            await _run_counted(name, lambda: handler(platform))

        return run


def _each(request_ids: Sequence[str | None] | None, running: str | None, count: int) -> list[str | None]:
    return [one or running for one in request_ids] if request_ids is not None else [running] * count


async def _unless_database_is_lost(platform: "Platform", work: Callable[[], Awaitable[None]]) -> None:
    """Work that failed because the database went away has not failed: it is to be done again."""
    try:
        await work()
    except RetryLater:
        raise
    except Exception as fault:
        if not await platform.db.answers():
            raise DatabaseAway from None
        if connection_lost(fault):
            raise RetryLater(AFTER_LOST_CONNECTION_S, "the connection to the database was lost") from None
        raise


async def _run_counted(name: str, work: Callable[[], Awaitable[None]]) -> None:
    started = time.monotonic()
    outcome = "failed"
    try:
        await work()
        outcome = "done"
    except RetryLater as later:
        outcome = "retried"
        log.info("job will come again", job=name, delay_s=later.delay_s, reason=later.reason)
        raise RetryRequested(timedelta(seconds=later.delay_s), later.reason) from None
    except DatabaseAway:
        outcome = "left"
        log.warning("the database is away; the job stays as it is", job=name)
        raise
    except asyncio.CancelledError:
        outcome = "cancelled"
        raise
    except Exception as fault:
        place = place_of(fault)
        log.error("job failed and is held", job=name, fault=type(fault).__name__, place=place)
        raise JobFailed(f"{type(fault).__name__} at {place}") from None
    finally:
        JOBS.labels(name, outcome).inc()
        JOB_SECONDS.labels(name).observe(time.monotonic() - started)
